//! The checks of conformance: something small that an isolation is expected to do, or to hold back.

use serde::{Deserialize, Serialize};

/// What a row of [`Metric::Conformance`](crate::Metric::Conformance) is about: its param
/// [`PARAM`](Self::PARAM) is the check's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// Arguments arrive: an empty one, one with spaces, one beyond ASCII.
    Arguments,
    /// A variable arrives.
    Environment,
    /// It stays while its stdin is open, and ends when it is closed.
    Stdin,
    /// An exit code that is not 0 is a failure that names it.
    ExitCode,
    /// A crash is a failure.
    Crash,
    /// A granted directory is read and written.
    Granted,
    /// A file beside it is out of reach.
    Ungranted,
    /// A sync reaches the disk.
    Fsync,
    /// 60,000 bytes of output arrive whole.
    Output,
    /// The clocks go, and the one of the day is right.
    Clock,
    /// Random numbers differ from launch to launch.
    #[serde(rename = "random")]
    Randomness,
    /// The HTTP workload answers, and ends when it is asked to.
    Http,
}

impl Check {
    /// Name of the param that says which check a row is about.
    pub const PARAM: &'static str = "check";

    /// Every check, in the order of the matrix.
    pub const ALL: [Self; 12] = [
        Self::Arguments,
        Self::Environment,
        Self::Stdin,
        Self::ExitCode,
        Self::Crash,
        Self::Granted,
        Self::Ungranted,
        Self::Fsync,
        Self::Output,
        Self::Clock,
        Self::Randomness,
        Self::Http,
    ];

    /// The name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Arguments => "arguments",
            Self::Environment => "environment",
            Self::Stdin => "stdin",
            Self::ExitCode => "exit-code",
            Self::Crash => "crash",
            Self::Granted => "granted",
            Self::Ungranted => "ungranted",
            Self::Fsync => "fsync",
            Self::Output => "output",
            Self::Clock => "clock",
            Self::Randomness => "random",
            Self::Http => "http",
        }
    }

    /// What is looked at, in one sentence.
    pub fn summary(self) -> &'static str {
        match self {
            Self::Arguments => {
                "arguments arrive as they are: an empty one, one with a space, one beyond ASCII"
            }
            Self::Environment => "a variable that the lab sets arrives",
            Self::Stdin => "the program stays while its stdin is open, and ends once it is closed",
            Self::ExitCode => "a program that exits with 3 is a failed launch whose reason says so",
            Self::Crash => "a program that aborts (wasm: traps) is a failed launch",
            Self::Granted => "a file in the granted directory is read, and another one written",
            Self::Ungranted => {
                "a file beside the granted directory cannot be read: not by its path, not by `..`, not \
                 by a symbolic link in the directory"
            }
            Self::Fsync => {
                "32 syncs of a file on a disk of the lab's make at least 32 flushes of that disk"
            }
            Self::Output => "60,000 bytes of output arrive whole",
            Self::Clock => {
                "the monotonic clock steps, and the time of day is within a second of the lab's"
            }
            Self::Randomness => "two launches draw different random numbers",
            Self::Http => {
                "the HTTP workload answers with the right body, and ends when it is asked to"
            }
        }
    }
}
