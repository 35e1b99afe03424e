//! What a workload needs an isolation to be able to do.

use serde::{Deserialize, Serialize};

/// An ability that an isolation must really have; leaving its work out silently
/// would be fast and wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Need {
    /// A sync of a file reaches the kernel as fsync or fdatasync.
    Fsync,
    /// Wasm's vectors of 128 bits.
    Simd128,
    /// A memory that grows by tens of MiB at once.
    Growth,
    /// Arguments arrive as they were given.
    Arguments,
    /// Variables that the lab sets arrive.
    Environment,
    /// Standard input stays open until the lab closes it, and its end is seen.
    Stdin,
    /// The exit code of a program is told.
    ExitCode,
    /// That a program crashed is told.
    Crash,
    /// A granted directory can be read and written.
    Grant,
    /// What was not granted is out of reach.
    Boundary,
    /// A large output arrives whole.
    Output,
    /// There are clocks, and they go.
    Clock,
    /// There are random numbers.
    Randomness,
    /// A server of more than one thread.
    Threads,
    /// A wait until an instant that is given as such, and not as a time from now.
    AbsoluteTimers,
}
