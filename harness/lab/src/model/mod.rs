//! One file per way of measuring, and what all of them share: the plan of a run,
//! the launches, the writing of samples.

mod calibrate;
mod calls;
mod cold_start;
mod describe;
mod execute;
mod footprint;
mod ground;
mod load;
mod plan;
mod run;
mod size;
mod steady;
mod throughput;
mod writer;

pub use ground::Ground;
pub use run::{Ended, RunError, RunRequest, Wishes, run};

use crate::define::Model;
use plan::Planned;

/// The rows and launches of a scenario, by its way of measuring.
fn plan(ground: &Ground<'_>) -> Planned {
    match ground.scenario.model {
        Model::ColdStart => cold_start::plan(ground),
        Model::Footprint => footprint::plan(ground),
        Model::Size => size::plan(ground),
        Model::SteadyState => throughput::plan(ground),
    }
}
