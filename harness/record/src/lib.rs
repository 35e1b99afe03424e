//! The files between measuring and reporting.
//!
//! A run is a folder: `run.json` (a [`Run`]: what was measured, on what, how) and
//! `samples.jsonl` (one [`Sample`] a line, in the order taken). Everything after
//! measuring is computed from these two alone.

mod fingerprint;
mod folder;
mod metric;
mod row;
mod run;
mod sample;

pub use fingerprint::{CgroupVersion, Fingerprint};
pub use folder::{ReadError, RunFolder, Samples};
pub use metric::{Better, Metric, Unit};
pub use row::{Outcome, Row, Start, Target, Tier};
pub use run::{
    Artifact, BuildEnvironment, BuildFile, Calibration, IsolationRecord, METHOD_VERSION, Part,
    Plan, Reference, Run, SCHEMA_VERSION, Setting,
};
pub use sample::{Doubt, Sample};
