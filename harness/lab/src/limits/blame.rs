//! Whose fault a launch that failed is: that of the place where the lab runs, where the kernel killed
//! for want of memory meanwhile, a file system is full, or the lab itself may not start more.

use std::fs;
use std::time::{Duration, Instant};

use labrun_record::Outcome;

use super::{files, memory, places, resources};
use crate::outcome::Failure;
use crate::task::FileSystem;

/// How a reason begins that is the lab's own: what it could not do.
const OURS: &str = "cannot ";

/// What the lab is refused (strerror(3)), and by which limit.
const REFUSED: [(&str, &str); 6] = [
    (
        "Too many open files",
        "the lab may have no more open files (RLIMIT_NOFILE): raise it: `ulimit -n 4096`",
    ),
    (
        "Resource temporarily unavailable",
        "the lab may start no more processes: docker run --pids-limit, TasksMax= of its unit, `ulimit -u`",
    ),
    ("Cannot allocate memory", memory::LIFT),
    // What the loader and Rust's allocator say of the same.
    ("failed to map segment from shared object", memory::LIFT),
    ("memory allocation of ", memory::LIFT),
    (
        "Function not implemented",
        "a filter of system calls refuses it: docker run --security-opt seccomp=unconfined",
    ),
];

/// What programs say that were allowed no process or thread: it is the place's fault where it is narrow.
const NO_THREAD: [&str; 3] = [
    "Resource temporarily unavailable",
    "pthread_create failed",
    "failed to create new OS thread",
];

/// How a reason tells that a process was killed: a container's exit code is 128 and the signal.
const KILLED: [&str; 2] = ["ended by signal 9", "exited with code 137"];

/// What has to be known before a launch, so that its failure can be told from the place's.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Blame {
    killed: u64,
    began: Instant,
    on: FileSystem,
}

impl Blame {
    /// Of a launch that begins now, and is granted a directory on this file system.
    pub(crate) fn begin(on: FileSystem) -> Self {
        Self {
            killed: killed(),
            began: Instant::now(),
            on,
        }
    }

    /// A failure as what it is.
    pub(crate) fn explain(&self, failure: Failure) -> Failure {
        match failure {
            Failure::Outcome(
                outcome @ (Outcome::Failed | Outcome::Mismatch | Outcome::Timeout),
                reason,
            ) => match self.limit(&reason, killed(), self.began.elapsed()) {
                Some(limit) => Failure::unavailable(format!("{reason}; {limit}")),
                None => Failure::Outcome(outcome, reason),
            },
            other => other,
        }
    }

    /// The limit that a launch has met, if it is one.
    fn limit(&self, reason: &str, killed: u64, took: Duration) -> Option<String> {
        // Whom else the kernel has killed meanwhile is nobody's excuse.
        if killed > self.killed && KILLED.iter().any(|told| reason.contains(told)) {
            let (tightest, lift) = (memory::tightest(), memory::LIFT);
            return Some(format!(
                "the kernel killed a process meanwhile, since memory ran out: {tightest}; {lift}"
            ));
        }
        if reason.contains("No space left on device") {
            return Some(places::full(self.on));
        }
        let refused = reason.starts_with(OURS).then(|| refused(reason)).flatten();
        let refused = refused.map(str::to_owned);
        refused
            .or_else(|| resources::met(reason, took))
            .or_else(|| {
                NO_THREAD
                    .iter()
                    .any(|told| reason.contains(told))
                    .then(files::few)?
            })
    }
}

/// The limit by which somebody was refused what they tell of, if it is one, and how it is lifted.
pub(super) fn refused(said: &str) -> Option<&'static str> {
    let mut all = REFUSED.iter();
    all.find_map(|(told, limit)| said.contains(told).then_some(*limit))
}

/// How many processes the kernel has killed for want of memory since it booted, in a cgroup or in
/// all.
fn killed() -> u64 {
    let text = fs::read_to_string("/proc/vmstat").unwrap_or_default();
    let mut lines = text.lines();
    let count = lines.find_map(|line| line.strip_prefix("oom_kill ")?.parse().ok());
    count.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_told_from_a_fault() {
        let blame = Blame {
            killed: 5,
            began: Instant::now(),
            on: FileSystem::Tmpfs,
        };
        let limit = |reason: &str, killed| {
            let limit = blame.limit(reason, killed, Duration::ZERO);
            limit.unwrap_or_default()
        };
        assert_eq!(limit("it exited with code 1", 5), "");
        assert!(limit("it was ended by signal 9 (SIGKILL)", 6).contains("memory ran out"));
        assert!(limit("it exited with code 137", 6).contains("memory ran out"));
        assert_eq!(limit("it was ended by signal 9 (SIGKILL)", 5), "");
        assert_eq!(limit("it was ended by signal 11 (SIGSEGV)", 6), "");
        let full = "it exited with code 1; its stderr ends: No space left on device (os error 28)";
        assert!(limit(full, 5).contains("/dev/shm"));
        let refused = "cannot start it: Too many open files (os error 24)";
        assert!(limit(refused, 5).contains("RLIMIT_NOFILE"));
        // A program that leaks them has itself to blame.
        let leaks = "it exited with code 1; its stderr ends: Too many open files (os error 24)";
        assert_eq!(limit(leaks, 5), "");
    }

    #[test]
    fn what_is_no_failure_stays_what_it_is() {
        let blame = Blame {
            killed: 0,
            began: Instant::now(),
            on: FileSystem::Disk,
        };
        for failure in [
            Failure::Interrupted,
            Failure::unavailable("No space left on device"),
        ] {
            assert_eq!(blame.explain(failure.clone()), failure);
        }
    }
}
