//! SIGKILL of a lab that holds a cgroup: the next one removes it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::{cgroup, site, start};

/// Makes [`a_lab_to_be_killed`] one.
const PART: &str = "LABRUN_TEST_LAB_TO_BE_KILLED";

/// No test by itself: the lab that the test below starts, as a process of its own.
#[test]
fn a_lab_to_be_killed() {
    if std::env::var_os(PART).is_none() {
        return;
    }
    let site = site();
    let cgroup = cgroup("memory-sweep", &site).expect("the test has made one before");
    let guest = start(&site, Some(&cgroup), &["daemon"]);
    let path = cgroup.group().path().display();
    println!("{PART}={path} {}", guest.process.pid());
    std::io::stdout().flush().expect("prints");
    loop {
        std::thread::park();
    }
}

#[test]
fn the_next_lab_removes_the_cgroup_of_a_killed_one() {
    let site = site();
    if cgroup("memory-sweep", &site).is_none() {
        return;
    }
    let mut lab = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "sweeps::a_lab_to_be_killed", "--nocapture"])
        .env(PART, "1")
        .stdout(Stdio::piped())
        .spawn()
        .expect("starts itself");
    let lines = BufReader::new(lab.stdout.take().expect("a pipe")).lines();
    let said = lines
        .map_while(Result::ok)
        .find_map(|line| Some(line.split_once(&format!("{PART}="))?.1.to_owned()))
        .expect("it says its cgroup");
    let (path, guest) = said.split_once(' ').expect("two words");
    let path = PathBuf::from(path);
    // Swept while it lives, nothing of it goes.
    lab::sweep::sweep(false);
    assert!(path.exists() && Path::new("/proc").join(guest).exists());
    lab.kill().expect("SIGKILL");
    lab.wait().expect("ends");
    assert!(path.exists(), "nobody has removed it yet");
    let swept = lab::sweep::sweep(false);
    assert!(!path.exists(), "{swept:?}");
    assert!(!path.parent().expect("the owner's").exists(), "{swept:?}");
}
