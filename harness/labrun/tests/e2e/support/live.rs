//! A labrun that runs: waited for by conditions, signalled, ended.

use std::fs::{self, File};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::left::{cgroups_of, folders_of, processes_of};
use super::ran::{Ran, RunFiles};

/// Longest time for anything that a test waits for: long, since a busy machine
/// must not fail a test, and never reached by one that works.
const LIMIT: Duration = Duration::from_mins(3);

/// A labrun under way, in a process group of its own, as a shell would start it.
pub(crate) struct Live {
    child: Child,
    run: PathBuf,
    output: TempDir,
    lab: Arc<TempDir>,
}

/// Waits until `condition` gives something.
pub(crate) fn until<T>(what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(given) = condition() {
            return given;
        }
        assert!(began.elapsed() < LIMIT, "waited in vain until {what}");
        sleep(Duration::from_millis(5));
    }
}

impl Live {
    /// Starts it; `run` is the folder that it writes.
    pub(super) fn start(mut command: Command, run: &Path, lab: Arc<TempDir>) -> Self {
        let output = tempfile::tempdir_in(lab.path()).expect("makes a folder");
        let file = |name: &str| File::create(output.path().join(name)).expect("makes a file");
        let child = command
            .stdin(Stdio::null())
            .stdout(file("stdout"))
            .stderr(file("stderr"))
            .process_group(0)
            .spawn()
            .expect("labrun starts");
        Self {
            child,
            run: run.to_owned(),
            output,
            lab,
        }
    }

    /// Its process id.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The files of its run.
    pub(crate) fn files(&self) -> RunFiles {
        RunFiles::of(&self.run)
    }

    /// Waits until so many samples are on disk.
    pub(crate) fn until_samples(&mut self, n: usize) {
        self.until("samples are on disk", |live| live.files().lines() >= n);
    }

    /// Waits until `condition` holds while it runs.
    pub(crate) fn until(&mut self, what: &str, condition: impl Fn(&Self) -> bool) {
        until(what, || {
            if condition(self) {
                return Some(());
            }
            let ended = self.child.try_wait().expect("waits for labrun");
            assert!(
                ended.is_none(),
                "labrun ended before {what}:\n{}",
                self.said("stderr")
            );
            None
        });
    }

    /// Sends a signal to labrun alone, as a supervisor does.
    pub(crate) fn signal(&self, signal: i32) -> &Self {
        kill(self.child.id().cast_signed(), signal);
        self
    }

    /// Sends a signal to labrun and its children, as a terminal does.
    pub(crate) fn signal_group(&self, signal: i32) -> &Self {
        kill(-self.child.id().cast_signed(), signal);
        self
    }

    /// What it has said so far on `stdout` or `stderr`.
    pub(crate) fn said(&self, stream: &str) -> String {
        let bytes = fs::read(self.output.path().join(stream)).expect("reads what it said");
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Waits for its end. Unless it was killed, nothing of its own is left then.
    pub(crate) fn ended(mut self) -> Ran {
        let status = until("labrun ends", || {
            self.child.try_wait().expect("waits for labrun")
        });
        let pid = self.pid();
        if status.code().is_some() {
            until("its processes are gone", || {
                processes_of(pid).is_empty().then_some(())
            });
            assert_eq!(folders_of(pid), [""; 0], "a scratch folder is left");
            assert_eq!(cgroups_of(pid), [""; 0], "a cgroup is left");
        }
        Ran {
            pid,
            status,
            stdout: self.said("stdout"),
            stderr: self.said("stderr"),
            files: self.files(),
            lab: Arc::clone(&self.lab),
        }
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        // Only a test that failed drops a labrun that still runs.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn kill(pid: i32, signal: i32) {
    // SAFETY: kill() takes no pointer; the process is the test's own and not reaped.
    unsafe { libc::kill(pid, signal) };
}
