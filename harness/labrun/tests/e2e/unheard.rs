//! A stderr or a stdout that takes nothing any more: a disk that is full, a terminal that was closed,
//! a reader that has gone. What is told stops nobody; a result that cannot be printed is an error,
//! when all else is done.

use std::ffi::CStr;
use std::fs::File;
use std::io::{Read as _, pipe};
use std::os::fd::FromRawFd as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::support::{Lab, RunFiles};

/// Launches of the run whose terminal is closed: enough that it still goes on then.
const LAUNCHES: usize = 400;

fn full_disk() -> Stdio {
    let full = File::options().write(true).open("/dev/full");
    full.expect("is there").into()
}

fn gone_reader() -> Stdio {
    let (reader, writer) = pipe().expect("makes a pipe");
    drop(reader);
    writer.into()
}

/// Both ends of a terminal that controls nobody.
fn terminal() -> (File, File) {
    let mut name = [0_u8; 64];
    // SAFETY: the descriptor is fresh and nobody else's, and the name has its length beside it.
    let master = unsafe {
        let flags = libc::O_RDWR | libc::O_NOCTTY | libc::O_CLOEXEC;
        let master = libc::posix_openpt(flags);
        assert!(master >= 0 && libc::grantpt(master) == 0 && libc::unlockpt(master) == 0);
        assert_eq!(
            libc::ptsname_r(master, name.as_mut_ptr().cast(), name.len()),
            0
        );
        File::from_raw_fd(master)
    };
    let name = CStr::from_bytes_until_nul(&name).expect("has an end");
    let mut options = File::options();
    let options = options.read(true).write(true).custom_flags(libc::O_NOCTTY);
    let end = options.open(name.to_str().expect("is text"));
    (master, end.expect("opens"))
}

fn closed_terminal() -> Stdio {
    let (master, end) = terminal();
    drop(master);
    end.into()
}

fn measuring(lab: &Lab, out: &Path) -> Command {
    let mut command = lab.labrun(["scenario", "cold-start", "--out"]);
    command.arg(out).stdin(Stdio::null());
    command
}

fn output(mut command: Command) -> Output {
    command.output().expect("labrun runs")
}

#[track_caller]
fn is_whole(out: &Path) {
    let files = RunFiles::of(out);
    assert!(files.has("report.html"));
    assert!(files.json("run.json")["interrupted"].is_null());
    assert_eq!(
        files.json("summary.json")["results"][0]["outcome"],
        "measured"
    );
}

#[test]
fn a_run_goes_on_when_stderr_takes_nothing() {
    let lab = Lab::fixture();
    for (name, stderr) in [
        ("full", full_disk()),
        ("closed", closed_terminal()),
        ("gone", gone_reader()),
    ] {
        let out = lab.path().join(name);
        let mut command = measuring(&lab, &out);
        command.stderr(stderr);
        let ended = output(command);
        assert_eq!(ended.status.code(), Some(0), "{name}");
        assert!(
            String::from_utf8_lossy(&ended.stdout).contains("right"),
            "{name}"
        );
        is_whole(&out);
    }
}

#[test]
fn a_terminal_that_is_closed_in_mid_run_stops_nothing() {
    let lab = Lab::fixture().samples(LAUNCHES as u32);
    let out = lab.path().join("run");
    let (mut master, end) = terminal();
    let mut command = measuring(&lab, &out);
    command.stderr(end).stdout(Stdio::null());
    let mut child = command.spawn().expect("labrun starts");
    // What is told first is told before the first launch.
    drop(command);
    assert!(master.read(&mut [0; 1]).is_ok_and(|read| read == 1));
    drop(master);
    let status = child.wait().expect("labrun ends");
    assert_eq!(status.code(), Some(0));
    is_whole(&out);
    assert_eq!(RunFiles::of(&out).lines(), 2 * LAUNCHES);
}

#[test]
fn an_error_keeps_its_code_when_it_cannot_be_told() {
    let lab = Lab::fixture();
    for (args, code) in [
        (&["scenario", "xyzzy"][..], 2),
        (&["scenario", "--xyzzy"], 2),
        (&["report", "nowhere"], 2),
        (&["load", "http://127.0.0.1:1/"], 101),
    ] {
        let mut command = lab.labrun(args);
        command.stderr(full_disk());
        assert_eq!(output(command).status.code(), Some(code), "{args:?}");
    }
}

#[test]
fn a_result_that_cannot_be_printed_is_an_error_when_all_else_is_done() {
    let lab = Lab::fixture();
    for (name, more) in [("table", None), ("json", Some("--json"))] {
        let out = lab.path().join(name);
        let mut command = measuring(&lab, &out);
        command.args(more).stdout(full_disk());
        let ended = output(command);
        let told = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(1), "{told}");
        assert!(told.contains("page: "), "{told}");
        let why = "error: cannot print the result on stdout: No space left on device";
        assert!(told.contains(why), "{told}");
        is_whole(&out);
    }
    for args in [
        &["list"][..],
        &["build", "-i", "native/static"],
        &["report", "table"],
        &["--help"],
        &["--version"],
        &["man"],
    ] {
        let mut command = lab.labrun(args);
        command.stdout(full_disk());
        let ended = output(command);
        let told = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(1), "{args:?}: {told}");
        assert!(
            told.contains("cannot print the result on stdout"),
            "{args:?}: {told}"
        );
    }
}

#[test]
fn a_reader_that_has_gone_is_no_error() {
    let lab = Lab::fixture();
    let out = lab.path().join("run");
    let mut command = measuring(&lab, &out);
    command.stdout(gone_reader());
    assert_eq!(output(command).status.code(), Some(0));
    is_whole(&out);
    let mut command = lab.labrun(["list"]);
    command.stdout(gone_reader());
    assert_eq!(output(command).status.code(), Some(0));
}
