//! Carrying out a plan: one file per way of measuring, and what all of them share: preparing
//! the launches, scheduling them, writing samples.

mod calibrate;
mod calls;
mod cold_start;
mod conformance;
mod describe;
mod execute;
mod footprint;
mod launch;
mod load;
mod prepare;
mod run;
mod size;
mod steady;
mod writer;

pub use prepare::Supply;
pub use run::{Ended, RunError, RunRequest, run};
