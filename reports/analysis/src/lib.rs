//! Records in, statistics out.
//!
//! Everything here is a pure function of a run's files: no process is started and no
//! clock is read, and every bootstrap is seeded from the run's seed and the row's
//! identity, so that the same files always give the same numbers.
//!
//! [`summarise`] turns a run into a [`Summary`] (`summary.json`), [`compare`] sets two
//! runs side by side, [`decide`] says what a replay comes to, and [`half_width`] tells the scheduler when a row has had enough
//! launches. The statistics themselves are in [`stats`].

mod artifact;
mod compare;
mod curve;
mod disturbance;
mod latency;
mod outcome;
mod parallel;
mod portability;
mod probes;
mod replay;
#[cfg(feature = "schema")]
mod schema;
pub mod stats;
mod summarise;
mod summary;
mod verdict;
mod warning;
mod warnings;

pub use artifact::{artifact_among, artifact_of};
pub use compare::{
    Cause, CommonShift, Comparison, Confirmation, ControlShift, Counts, Measurements, OwnRatio,
    Pair, PairRatio, Quantity, RunId, Side, Unmeasured, Unpaired, compare,
};
pub use disturbance::Disturbance;
pub use latency::share_of;
pub use outcome::{RowOutcome, outcome_of};
pub use portability::{Carried, Portability, architectures, portability};
pub use probes::ProbeMedians;
pub use replay::{
    ReplayCounts, ReplayRatio, ReplayRow, ReplaySummary, SideName, SideNumbers, decide, resolution,
};
pub use stats::Observation;
pub use stats::{Interval, MIN_LAUNCHES, RESAMPLES, half_width, row_seed};
pub use summarise::summarise;
pub use summary::{
    MachineSummary, Numbers, PartSummary, PhaseSummary, Ratio, RowSummary, Shape, Summary,
};
pub use verdict::{Verdict, verdict, verdict_beyond};
pub use warning::{Warning, WarningKind};
