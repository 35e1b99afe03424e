//! A second daemon, to be killed: with folders, a socket and namespaces of its own, so
//! that it can touch neither the first one's bridge nor the machine's mounts.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use lab::isolation::docker::DockerHost;

use crate::support::folder;

/// A running daemon; it and all that it started end when dropped.
pub(crate) struct OwnDaemon {
    folder: PathBuf,
    address: String,
    child: Child,
}

impl OwnDaemon {
    pub(crate) fn start() -> Self {
        let folder = folder().join(format!("daemon-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("makes a folder");
        // In a short folder: a socket's path has at most 107 bytes.
        let address = format!("unix:///tmp/labrun-test-{}.sock", std::process::id());
        let own = Self {
            child: spawn(&folder, &address),
            folder,
            address,
        };
        own.wait();
        own
    }

    pub(crate) fn host(&self) -> DockerHost {
        DockerHost::at(&self.address)
    }

    /// Its process id: unshare(1) becomes the daemon.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Starts it again after it was killed.
    pub(crate) fn restart(&mut self) {
        self.end();
        // What it left says that its containerd runs; that one died with it.
        let _ = fs::remove_dir_all(self.folder.join("exec"));
        let _ = fs::remove_file(self.folder.join("pid"));
        self.child = spawn(&self.folder, &self.address);
        self.wait();
    }

    fn wait(&self) {
        let began = Instant::now();
        while let Err(reason) = self.host().version() {
            let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            assert!(
                began.elapsed() < Duration::from_mins(1),
                "{reason}; its log:\n{log}"
            );
            sleep(Duration::from_millis(100));
        }
    }

    fn end(&mut self) {
        kill(self.child.id(), libc::SIGKILL);
        let _ = self.child.wait();
        // Its containers outlive it: they and their shims carry its folder or are
        // children of those that do.
        let own = shims(&self.folder);
        for pid in own
            .iter()
            .flat_map(|shim| children(*shim))
            .chain(own.clone())
        {
            kill(pid, libc::SIGKILL);
        }
        let began = Instant::now();
        while !shims(&self.folder).is_empty() && began.elapsed() < Duration::from_secs(5) {
            sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for OwnDaemon {
    fn drop(&mut self) {
        self.end();
        let _ = fs::remove_file(self.address.trim_start_matches("unix://"));
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn spawn(folder: &Path, address: &str) -> Child {
    let log = fs::File::create(folder.join("log")).expect("makes a log");
    let flag = |name: &str, file: &str| format!("--{name}={}", folder.join(file).display());
    Command::new("unshare")
        .args([
            "--net",
            "--mount",
            "dockerd",
            "--bridge=none",
            "--iptables=false",
        ])
        .args([
            flag("data-root", "data"),
            flag("exec-root", "exec"),
            flag("pidfile", "pid"),
        ])
        .arg(format!("--host={address}"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .expect("dockerd starts")
}

fn kill(pid: u32, signal: i32) {
    // SAFETY: kill() takes no pointer; the process is this test's own.
    unsafe { libc::kill(pid.cast_signed(), signal) };
}

fn processes() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").expect("lists processes").flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

/// Processes whose command line names the folder.
fn shims(folder: &Path) -> Vec<u32> {
    let folder = folder.display().to_string();
    let names = |pid: &u32| {
        fs::read(format!("/proc/{pid}/cmdline"))
            .is_ok_and(|line| String::from_utf8_lossy(&line).contains(&folder))
    };
    processes()
        .filter(|pid| *pid != std::process::id())
        .filter(names)
        .collect()
}

fn children(parent: u32) -> Vec<u32> {
    let is_child = |pid: &u32| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let after_name = stat
            .rsplit_once(") ")
            .map(|(_, rest)| rest.to_owned())
            .unwrap_or_default();
        after_name.split(' ').nth(1) == Some(&parent.to_string())
    };
    processes().filter(is_child).collect()
}
