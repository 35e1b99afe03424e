//! Why a footprint could not be read, each with what to do about it.

use std::io;
use std::time::Duration;

use crate::outcome::Failure;
use crate::proc::Pid;

/// Why a footprint could not be read.
#[derive(Debug, thiserror::Error)]
pub enum MemoryError {
    /// There is no such process, or no longer.
    #[error("process {pid}{name} ended while its memory was read")]
    Ended {
        /// Which.
        pid: Pid,
        /// Its name in brackets, after a space, where it could still be read.
        name: String,
    },
    /// The kernel was built without it, or is too old.
    #[error(
        "this kernel has no {what} in /proc/PID/smaps_rollup: Linux 5.4 or newer has, \
         with CONFIG_PROC_PAGE_MONITOR"
    )]
    Unsupported {
        /// The file itself, or a field of it.
        what: String,
    },
    /// The process belongs to someone else.
    #[error(
        "no permission to read the memory of process {pid}{name}: run labrun as root, or as \
         the user of that process with kernel.yama.ptrace_scope=0"
    )]
    Permission {
        /// Which.
        pid: Pid,
        /// Its name in brackets, after a space, where it could be read.
        name: String,
    },
    /// A sum over no process would be a zero that nobody measured.
    #[error("no process to measure: the isolate has none any more")]
    NoProcess,
    /// Two readings in a row never agreed.
    #[error(
        "its memory did not settle within {limit:?}: the last two readings were {before} and \
         {after} bytes"
    )]
    Unsettled {
        /// The reading before the last.
        before: u64,
        /// The last reading.
        after: u64,
        /// How long it was looked at.
        limit: Duration,
    },
    /// What the isolate exists of cannot be found.
    #[error("{0}")]
    Isolate(String),
    /// The run was asked to end.
    #[error("interrupted")]
    Interrupted,
    /// Any other error of the system.
    #[error("cannot read {path}: {source}")]
    Io {
        /// What was read.
        path: String,
        /// Why not.
        source: io::Error,
    },
}

impl From<MemoryError> for Failure {
    fn from(error: MemoryError) -> Self {
        match error {
            MemoryError::Interrupted => Self::Interrupted,
            MemoryError::Unsupported { .. } | MemoryError::Permission { .. } => {
                Self::unavailable(error.to_string())
            }
            _ => Self::failed(error.to_string()),
        }
    }
}
