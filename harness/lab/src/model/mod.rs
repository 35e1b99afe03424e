//! Carrying out a plan: one file per way of measuring, and what all of them share: preparing
//! the launches, scheduling them, writing samples.

mod about;
mod budget;
mod cached;
mod calibrate;
mod calls;
mod cold_start;
mod conformance;
mod describe;
mod describe_replay;
mod execute;
mod footprint;
mod given;
mod injected;
mod inputs;
mod instructions;
mod launch;
mod load;
mod pilot;
mod placed;
mod prepare;
mod recorder;
mod replay;
mod run;
mod size;
mod steady;
mod turns;
mod unchanged;
mod writer;

pub use about::About;
pub use injected::CHANGED;
pub use pilot::pilot;
pub use prepare::Supply;
pub use replay::{ReplayRequest, ReplaySource, STALLS_ONE_IN, replay};
pub use run::{Ended, RunError, RunRequest, run};
