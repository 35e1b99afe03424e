//! Instances that stay: each has given its correct output, and waits.

use std::net::SocketAddr;

use crate::cgroup::{CgroupError, Group};
use crate::outcome::Failure;
use crate::proc::Processes;

/// Instances of one job that are alive together. Dropping it ends them.
pub trait RunningInstances {
    /// Starts more, one after another, until `count` are alive, each with its correct
    /// output. A failure leaves those that are there.
    fn grow(&mut self, count: u32) -> Result<(), Failure>;

    /// Waits until commands that end by themselves have done so, well; their cgroups are still there.
    fn finish(&mut self) -> Result<(), Failure>;

    /// Every process that exists because of them, found anew each time.
    fn processes(&self) -> Result<Processes, Failure>;

    /// The cgroups that hold them: one for all, or one each. What serves them from outside
    /// (a shim, a proxy) is in none of these.
    fn cgroups(&self) -> Result<Vec<Group>, CgroupError>;

    /// Where the one server of them listens; it is under load while this stands.
    fn address(&self) -> Option<SocketAddr>;

    /// A failure when one of them has ended on its own.
    fn still_stand(&mut self) -> Result<(), Failure>;

    /// Whether a command sees the end of its stdin, and ends by it; else it is killed.
    fn sees_end_of_stdin(&self) -> bool {
        true
    }

    /// Ends them and waits until they are gone.
    fn end(self: Box<Self>) -> Result<(), Failure>;
}

/// One line of output, and when the lab held it.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    /// Nanoseconds of the lab's clock.
    pub at_ns: u64,
    /// The line with its newline.
    pub text: &'a [u8],
}

/// Whether more lines are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum More {
    /// Go on.
    Wanted,
    /// It is enough: end it.
    Enough,
}

/// Told each line of a job that works batch after batch.
pub type EachLine<'a> = dyn FnMut(Line<'_>) -> Result<More, Failure> + 'a;

/// Calls of an export, one after another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallSpec {
    /// The export, which takes two numbers.
    pub export: String,
    /// What it is called with.
    pub arguments: [i32; 2],
    /// What each call returns.
    pub expected: i32,
    /// Calls of a batch.
    pub calls: u32,
    /// Batches.
    pub batches: u32,
}
