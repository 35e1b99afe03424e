//! How a process ended.

use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;

use crate::clock::now_ns;

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exit {
    /// When the lab knew that it was gone.
    pub at_ns: u64,
    pub(super) status: ExitStatus,
}

impl Exit {
    /// As a daemon tells it: as of now, with a code.
    pub(crate) fn with_code(code: i64) -> Self {
        Self {
            at_ns: now_ns(),
            status: ExitStatus::from_raw(((code & 0xff) << 8) as i32),
        }
    }

    /// As of now, by SIGKILL.
    pub(crate) fn killed() -> Self {
        Self {
            at_ns: now_ns(),
            status: ExitStatus::from_raw(libc::SIGKILL),
        }
    }

    /// Whether it ended with status 0.
    pub fn is_success(self) -> bool {
        self.status.success()
    }

    /// Whether it ended with this code.
    pub fn is_code(self, code: u8) -> bool {
        self.status.code() == Some(i32::from(code))
    }

    /// Whether this signal ended it.
    pub fn is_by(self, signal: libc::c_int) -> bool {
        self.status.signal() == Some(signal)
    }
}

impl std::fmt::Display for Exit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(signal) = self.status.signal() {
            let name = match signal {
                libc::SIGSEGV => " (SIGSEGV)",
                libc::SIGABRT => " (SIGABRT)",
                libc::SIGILL => " (SIGILL)",
                libc::SIGKILL => " (SIGKILL: killed from outside, or out of memory)",
                _ => "",
            };
            write!(f, "was ended by signal {signal}{name}")
        } else {
            write!(
                f,
                "exited with code {}",
                self.status.code().unwrap_or_default()
            )
        }
    }
}
