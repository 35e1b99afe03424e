//! Define, build, isolate, measure, schedule: everything between a scenario's file
//! and the files of its run.

pub mod build;
pub mod bundle;
pub mod carry;
pub mod catalog;
pub mod cgroup;
pub mod clock;
pub mod conformance;
pub mod define;
pub mod digest;
pub mod fingerprint;
pub mod git;
pub mod glob;
pub mod inspect;
pub mod interrupt;
pub mod isolation;
pub mod limits;
pub mod memory;
pub mod model;
pub mod network;
pub mod outcome;
pub mod owner;
pub mod plan;
pub mod probe;
pub mod proc;
pub mod process;
pub mod processors;
pub mod progress;
pub mod schedule;
pub mod select;
pub mod side;
pub mod site;
pub mod size;
pub mod stock;
pub mod sweep;
pub mod task;
mod wait;
