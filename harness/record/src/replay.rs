//! A replay: two sides, measured in adjacent quads A B B A and B A A B to decide between them.
//!
//! It is a run like others. Its rows are those of side A, and each of its samples says of which side
//! it is; the four samples of a row in one block are a quad, whatever their order.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Artifact, BuildEnvironment, IsolationRecord, Row};

/// One of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// What is compared with.
    A,
    /// What is judged.
    B,
}

/// The sides of the quads of a row in the order in which they are launched, in turn: the first
/// launch after those of another row is slower, and would count against one side alone.
pub const QUADS: [[Side; 4]; 2] = [
    [Side::A, Side::B, Side::B, Side::A],
    [Side::B, Side::A, Side::A, Side::B],
];

/// What a replay holds against each other; no other run has one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Replay {
    /// A and B.
    pub sides: [ReplaySide; 2],
    /// B is better or worse only if the whole 95% interval of its ratio lies beyond this share.
    pub margin: f64,
    /// One for each row of the run, in their order.
    pub pairs: Vec<Pair>,
}

/// Where a side came from, and what was launched of it. The run's own `artifacts` and
/// `isolations` are empty in a replay.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReplaySide {
    /// As it was named: `commit:HEAD~1`, `run:runs/x`, `bundle:x.tar.zst`, `isolation:native/static`.
    pub name: String,
    /// What that is: the whole commit, the run's name, the bundle's digest, the isolation's version.
    pub of: String,
    /// Version of the lab whose definitions it has, with the commit where it is known.
    pub lab_version: String,
    /// What it was built with, where the lab has built it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build: Option<BuildEnvironment>,
    /// Every artifact that was launched.
    pub artifacts: Vec<Artifact>,
    /// Every isolation of its rows.
    pub isolations: Vec<IsolationRecord>,
    /// For each workload the SHA-256 of what it is given and of what is correct, as a run's own
    /// `inputs`. Where the sides differ, they were asked different work.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub inputs: BTreeMap<String, String>,
}

/// What is held against a row.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Pair {
    /// The row of side B, where its identity is another one (two isolations).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub b: Option<Row>,
    /// What was changed on purpose in side B.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<Change>,
}

/// A change of known size, by which a calibration finds out what this machine can tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Each launch works so many nanoseconds more before its output.
    DelayNs(f64),
    /// Each launch holds so many bytes more.
    AllocationBytes(f64),
    /// One launch in ten works so many nanoseconds more.
    StallNs(f64),
}
