//! A containerd of a test's own, with folders and a socket of its own: it ends, with all that it
//! started, with the value.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::support::folder;

/// A running containerd.
pub(crate) struct OwnDaemon {
    folder: PathBuf,
    child: Child,
    pub(crate) address: String,
}

impl OwnDaemon {
    pub(crate) fn start() -> Self {
        static STARTED: AtomicU32 = AtomicU32::new(0);
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let name = format!("daemon-{}-{number}", std::process::id());
        let folder = folder().join(&name);
        fs::create_dir_all(&folder).expect("makes a folder");
        // In a short folder: a socket's path has at most 107 bytes.
        let address = format!("/tmp/labrun-test-{name}.sock");
        let own = Self {
            child: spawn(&folder, &address),
            folder,
            address,
        };
        own.wait();
        own
    }

    /// Its process id.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Starts it again after it was killed.
    pub(crate) fn restart(&mut self) {
        let _ = self.child.wait();
        self.child = spawn(&self.folder, &self.address);
        self.wait();
    }

    /// What containerd's own command prints, in the lab's namespace.
    pub(crate) fn ctr(&self, args: &[&str]) -> String {
        let output = Command::new("ctr")
            .args(["--address", &self.address, "--namespace", "labrun"])
            .args(args)
            .output()
            .expect("ctr runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "ctr {args:?}: {said}");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Ids of the lab's containers.
    pub(crate) fn containers(&self) -> String {
        self.ctr(&["containers", "ls", "-q"])
    }

    /// The first process of each of the lab's tasks.
    pub(crate) fn tasks(&self) -> Vec<u32> {
        let listed = self.ctr(&["tasks", "ls"]);
        let pid = |line: &str| line.split_whitespace().nth(1)?.parse().ok();
        listed.lines().skip(1).filter_map(pid).collect()
    }

    /// Names of all namespaces.
    pub(crate) fn namespaces(&self) -> String {
        self.ctr(&["namespaces", "ls", "-q"])
    }

    fn wait(&self) {
        let began = Instant::now();
        let answers = || {
            let asked = Command::new("ctr")
                .args(["--address", &self.address, "version"])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status();
            asked.is_ok_and(|status| status.success())
        };
        while !answers() {
            let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            assert!(began.elapsed() < Duration::from_mins(1), "its log:\n{log}");
            sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for OwnDaemon {
    fn drop(&mut self) {
        // What a failed test left in it would outlive it.
        for shim in shims(&self.address) {
            kill(shim);
        }
        kill(self.child.id());
        let _ = self.child.wait();
        for socket in ["", ".ttrpc"] {
            let _ = fs::remove_file(format!("{}{socket}", self.address));
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn spawn(folder: &Path, address: &str) -> Child {
    let config = folder.join("config.toml");
    // What serves Kubernetes would make networks of its own.
    let text = "version = 2\ndisabled_plugins = [\"io.containerd.grpc.v1.cri\"]\n";
    fs::write(&config, text).expect("writes its configuration");
    let log = fs::File::create(folder.join("log")).expect("makes a log");
    Command::new("containerd")
        .arg("--config")
        .arg(config)
        .arg("--root")
        .arg(folder.join("root"))
        .arg("--state")
        .arg(folder.join("state"))
        .args(["--address", address])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .expect("containerd starts")
}

/// The shims that a containerd has started.
pub(crate) fn shims(address: &str) -> Vec<u32> {
    let is_shim = |pid: &u32| {
        fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| {
            let line = String::from_utf8_lossy(&line).into_owned();
            line.contains("containerd-shim") && line.split('\0').any(|word| word == address)
        })
    };
    let entries = fs::read_dir("/proc").expect("lists processes").flatten();
    entries
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(is_shim)
        .collect()
}

pub(crate) fn kill(pid: u32) {
    // SAFETY: kill() takes no pointer; the process is this test's own.
    unsafe { libc::kill(pid.cast_signed(), libc::SIGKILL) };
}
