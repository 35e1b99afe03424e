//! The files between measuring and reporting.
//!
//! A run is a folder: `run.json` (a [`Run`]: what was measured, on what, how) and
//! `samples.jsonl` (one [`Sample`] a line, in the order taken). Everything after
//! measuring is computed from these two alone.

mod check;
mod fingerprint;
mod folder;
mod histogram;
mod left_out;
mod metric;
mod read;
mod replay;
mod resolution;
mod row;
mod run;
mod sample;
mod schema;

pub use check::Check;
pub use fingerprint::{CgroupVersion, Fingerprint};
pub use folder::RunFolder;
pub use histogram::{Histogram, HistogramError};
pub use metric::{Better, Metric, Unit};
pub use read::{ReadError, Recorded};
pub use replay::{Change, Pair, QUADS, Replay, ReplaySide, Side};
pub use resolution::{Changed, ChangedBy, Resolution, Unchanged};
pub use row::{CONTROL, Outcome, Row, Start, Target, Tier};
pub use run::{
    Artifact, BuildEnvironment, BuildFile, Calibration, IsolationRecord, METHOD_VERSION, Part,
    Plan, Reference, Run, Setting, Spent,
};
pub use sample::{Doubt, Sample};
pub use schema::{SCHEMA_VERSION, SchemaError};
