//! The files between measuring and reporting.
//!
//! A run is a folder: `run.json` (a [`Run`]: what was measured, on what, how) and
//! `samples.jsonl` (one [`Sample`] a line, in the order taken), with `blocks.jsonl` beside them (one
//! [`BlockLoad`] a line: what else used the processors, and [`Probes`] of the machine). Everything
//! after measuring is computed from these alone.

mod block;
mod check;
mod damage;
mod fingerprint;
mod folder;
mod histogram;
mod left_out;
mod lines;
mod load;
mod metric;
mod phases;
mod probes;
mod read;
mod reference;
pub mod regular;
mod replay;
mod resolution;
mod row;
mod run;
mod sample;
mod schema;
mod sound;
mod text;
mod whole;

pub use block::BlockLoad;
pub use check::Check;
pub use fingerprint::{CgroupVersion, Fingerprint};
pub use folder::{RunFolder, write_json};
pub use histogram::{Histogram, HistogramError};
pub use load::{Load, LoadRequest};
pub use metric::{Better, Metric, Unit};
pub use phases::Phases;
pub use probes::Probes;
pub use read::{ReadError, Recorded};
pub use reference::{Reference, SAME_ISOLATION};
pub use replay::{Change, Pair, QUADS, Replay, ReplaySide, Side};
pub use resolution::{Changed, ChangedBy, Resolution, Unchanged};
pub use row::{CONTROL, Outcome, Row, Start, Target, Tier, UNCHECKED};
pub use run::{
    Artifact, BuildEnvironment, BuildFile, Calibration, EMULATED_WAIT, Emulator, GivenArtifact,
    IsolationRecord, METHOD_VERSION, Part, Plan, Run, Setting, Spent,
};
pub use sample::{Doubt, Sample};
pub use schema::{SCHEMA_VERSION, SchemaError};
pub use text::{plain, plain_json, plain_with_colours};
pub use whole::{Partial, check_whole, folder_of, write_whole};
