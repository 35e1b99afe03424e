//! One file per way of measuring, and what all of them share: the plan of a run,
//! the launches, the writing of samples.

mod calibrate;
pub mod cold_start;
mod describe;
mod execute;
mod plan;
mod writer;

pub use execute::{Ended, RunError, RunRequest, Wishes, run};
pub use plan::{Blocked, Group};
