//! How a process ended.

use crate::clock::now_ns;

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exit {
    /// When the lab knew that it was gone.
    pub at_ns: u64,
    pub(super) status: libc::c_int,
}

impl Exit {
    /// As a daemon tells it: as of now, with a code.
    pub(crate) fn with_code(code: i64) -> Self {
        Self {
            at_ns: now_ns(),
            status: ((code & 0xff) << 8) as libc::c_int,
        }
    }

    /// As of now, by SIGKILL.
    pub(crate) fn killed() -> Self {
        Self {
            at_ns: now_ns(),
            status: libc::SIGKILL,
        }
    }

    /// Whether it ended with status 0.
    pub fn is_success(self) -> bool {
        self.status == 0
    }

    /// The code that it exited with; none where a signal ended it.
    pub fn code(self) -> Option<i32> {
        libc::WIFEXITED(self.status).then(|| libc::WEXITSTATUS(self.status))
    }

    /// Whether it ended with this code.
    pub fn is_code(self, code: u8) -> bool {
        libc::WIFEXITED(self.status) && libc::WEXITSTATUS(self.status) == libc::c_int::from(code)
    }

    /// Whether this signal ended it.
    pub fn is_by(self, signal: libc::c_int) -> bool {
        libc::WIFSIGNALED(self.status) && libc::WTERMSIG(self.status) == signal
    }
}

impl std::fmt::Display for Exit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if libc::WIFSIGNALED(self.status) {
            let signal = libc::WTERMSIG(self.status);
            let name = match signal {
                libc::SIGSEGV => " (SIGSEGV)",
                libc::SIGABRT => " (SIGABRT)",
                libc::SIGILL => " (SIGILL)",
                libc::SIGKILL => " (SIGKILL: killed from outside, or out of memory)",
                _ => "",
            };
            write!(f, "was ended by signal {signal}{name}")
        } else {
            write!(f, "exited with code {}", libc::WEXITSTATUS(self.status))
        }
    }
}
