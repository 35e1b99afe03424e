//! `run.json`: what was measured, on what, how, and the exact command.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::{
    BlockLoad, Fingerprint, Load, Outcome, Reference, Replay, Resolution, Row, Target, Tier,
};

/// Version of the method: raised whenever a number would change its meaning (an
/// instant, a span, a statistic). Runs of different versions are not compared.
///
/// 2: a launch from `process` comes right after a discarded one of the same kind.
/// 3: how many launches a case gets is fixed after a pilot, and they are spread evenly over the
/// run; ratios are taken from the blocks that both rows have; quantiles of latency are those of
/// all launches together.
/// 4: what is launched is read anew into the page cache before the first launch.
pub const METHOD_VERSION: u32 = 4;

/// The whole of `run.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Run {
    /// [`SCHEMA_VERSION`](crate::SCHEMA_VERSION) of the writer.
    pub schema_version: u32,
    /// [`METHOD_VERSION`] of the writer.
    pub method_version: u32,
    /// Version of labrun, with the commit where it is known.
    pub lab_version: String,
    /// Name of the run: that of its folder unless `--out` chose another.
    pub id: String,
    /// Name of the scenario.
    pub scenario: String,
    /// The question that it answers.
    pub question: String,
    /// When it began, RFC 3339 in UTC.
    pub started: String,
    /// The exact command, word by word.
    pub command: Vec<String>,
    /// Seed of every shuffle and bootstrap.
    pub seed: u64,
    /// Whether it was taken with `--quick`: an indication, not a measurement to decide by.
    pub indicative: bool,
    /// How many launches, and when a row stops; of several parts, the first one's, with
    /// the time of all.
    pub plan: Plan,
    /// The scenarios that the run carried out one after another; empty where it is one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
    /// What the machine is.
    pub machine: Fingerprint,
    /// The part of it that makes two runs comparable.
    pub machine_class: String,
    /// What ran the programs, where they are of another architecture than the machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emulator: Option<Emulator>,
    /// What each metric is compared with.
    pub references: Vec<Reference>,
    /// What the lab's own instruments cost here.
    pub calibration: Vec<Calibration>,
    /// What the artifacts and runners were built with, where the lab has built them itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build: Option<BuildEnvironment>,
    /// Every artifact that was run.
    pub artifacts: Vec<Artifact>,
    /// Those of them that were given, and not built from one source: they are only said to do the
    /// same work.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub given: Vec<GivenArtifact>,
    /// For each workload the SHA-256 of what it is given and of what is correct: arguments, granted
    /// files, requests, outputs. Where two runs have the same, they have asked the same work of it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub inputs: BTreeMap<String, String>,
    /// What servers are asked under load; empty where none is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub loads: Vec<Load>,
    /// Every isolation that the scenario names, measured or not.
    pub isolations: Vec<IsolationRecord>,
    /// The identities; `row` of a sample indexes these.
    pub rows: Vec<Row>,
    /// What its time went into, once it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spent: Option<Spent>,
    /// Of a replay: what is held against each other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replay: Option<Replay>,
    /// What this machine could tell apart when it was last calibrated, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolution: Option<Resolution>,
    /// Whether the run was ended before its plan was (Ctrl-C, a full disk).
    #[serde(default)]
    pub interrupted: Option<String>,
    /// What the processors did while it was taken; empty where nobody looked. Not in the file, but
    /// in one beside it.
    #[serde(skip)]
    pub blocks: Vec<BlockLoad>,
    /// What was left out when it was read, since this labrun does not know the word that it
    /// has. Not in the file.
    #[serde(skip)]
    pub left_out: Vec<String>,
    /// What of its files could not be read and was passed over, where a damaged run was
    /// [salvaged](crate::RunFolder::salvage). Not in the file.
    #[serde(skip)]
    pub damaged: Vec<String>,
    /// Whether something that was measured is among that. Not in the file.
    #[serde(skip)]
    pub has_lost: bool,
}

/// What ran the programs of another architecture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Emulator {
    /// The name of its program: `qemu-aarch64`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of its program, 64 hex digits.
    pub sha256: String,
    /// The processor that it stood for: `cortex-a72`.
    pub processor: String,
}

impl Run {
    /// Whether what a row says was taken from an emulated processor: an output and a count are as right
    /// there, and a time says nothing of a real one.
    pub fn is_emulated(&self, row: &Row) -> bool {
        self.machine.emulated || row.arch != self.machine.arch
    }

    /// What of it was emulated, if anything was: the architecture.
    pub fn emulated_arch(&self) -> Option<&str> {
        let mut rows = self.rows.iter();
        let row = rows.find(|row| self.is_emulated(row));
        let own = self.machine.emulated.then_some(&self.machine.arch);
        row.map(|row| &row.arch).or(own).map(String::as_str)
    }

    /// Whether a row's values may be held against others: all but the times and the memory of an emulated
    /// one.
    pub fn compares(&self, row: &Row) -> bool {
        !self.is_emulated(row) || row.metric.is_counted()
    }

    /// What a row is compared with: a reference for its workload goes before one for all. What is not
    /// checked is compared with nothing.
    pub fn reference_of(&self, row: &Row) -> Option<&Reference> {
        if row.is_unchecked() {
            return None;
        }
        let all = || self.references.iter().filter(|r| r.concerns(row));
        all()
            .find(|r| r.workload.is_some())
            .or_else(|| all().next())
    }

    /// Which of `rows` `row` is compared with; itself where it is a reference. Of another program on the
    /// same isolation it is the one for the same target, where there is one.
    pub fn compared_with<'a>(
        &self,
        row: &Row,
        rows: &(impl Iterator<Item = &'a Row> + Clone),
    ) -> Option<usize> {
        let wanted = self.reference_of(row)?;
        let find = |same_target: bool| {
            let fits = |other: &Row| !same_target || other.target == row.target;
            let mut rows = rows.clone();
            rows.position(|other| fits(other) && wanted.is_of(row, other))
        };
        let same = wanted.is_same_isolation().then(|| find(true)).flatten();
        same.or_else(|| find(false))
    }

    /// The plan that the row with this number was measured by.
    pub fn plan_of(&self, row: usize) -> &Plan {
        let part = self.parts.iter().find(|part| part.holds(row));
        part.map_or(&self.plan, |part| &part.plan)
    }
}

/// What the time of a run went into, builds left out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Spent {
    /// Seconds from the first launch to the last, discarded ones too.
    pub total_s: f64,
    /// Seconds of them in launches. The rest lies between them: choosing the next one, writing
    /// samples, the page so far.
    pub launches_s: f64,
}

/// What a build sees of the machine. Together with the sources, nothing else decides what comes
/// of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BuildEnvironment {
    /// The compiler: `rustc 1.95.0 (59807616e 2026-04-14)`.
    pub toolchain: String,
    /// Variables of the environment that count.
    pub environment: BTreeMap<String, String>,
    /// What links, and compiles C: `cc`, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub linker: Option<BuildFile>,
    /// What links, and compiles C, for another architecture than the machine's, where that is what was built
    /// for, and a C compiler for it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cross_linker: Option<BuildFile>,
    /// Files of cargo's configuration that hold; the lab's own is relative to it.
    pub config: Vec<BuildFile>,
}

/// A file that a build depends on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BuildFile {
    /// Where it is.
    pub path: PathBuf,
    /// SHA-256, 64 hex digits.
    pub sha256: String,
}

/// A scenario that was carried out as a part of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Part {
    /// Its name.
    pub scenario: String,
    /// The question that it answers.
    pub question: String,
    /// Its own plan.
    pub plan: Plan,
    /// The number of its first row.
    pub first_row: usize,
    /// How many rows it has.
    pub rows: usize,
}

impl Part {
    /// Whether the row with this number is one of its own.
    pub fn holds(&self, row: usize) -> bool {
        (self.first_row..self.first_row + self.rows).contains(&row)
    }
}

/// What a field says where a file is older than it.
fn yes() -> bool {
    true
}

/// How many launches a row gets, and when it stops.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "Rules")
)]
pub struct Plan {
    /// Launches that a row gets at least, time permitting.
    pub min_samples: u32,
    /// Launches that a row gets at most.
    pub max_samples: u32,
    /// Whether a pilot decides how many of them. Without one each row gets the least number, and
    /// rows whose launches cost next to nothing the most.
    #[serde(default = "yes")]
    pub pilot: bool,
    /// Half of an interval, as a share of its median, that is narrow enough: where all are, a run
    /// ends before its time is over.
    pub half_width: f64,
    /// Seconds for the whole scenario.
    pub time_budget_s: f64,
    /// Seconds until a launch is given up.
    pub timeout_s: f64,
    /// Discarded launches of each kind before the first block.
    pub warmup: u32,
    /// Repeats inside one launch for `instantiate_warm`.
    pub warm_repeats: u32,
    /// Equivalence margin of the verdicts.
    pub margin: f64,
}

/// How many times as long as planned a launch is waited for whose processor is emulated. Work takes ten times as
/// long and more there, and what reserves much address space far more: qemu 7 keeps a table with an entry for each
/// page of it, which for the pools of a wasm runtime is 6 GiB that are written at each start.
pub const EMULATED_WAIT: u32 = 30;

impl Plan {
    /// Seconds until a launch is given up, on the machine's own processor or an emulated one.
    pub fn limit_s(&self, is_emulated: bool) -> f64 {
        if is_emulated {
            self.timeout_s * f64::from(EMULATED_WAIT)
        } else {
            self.timeout_s
        }
    }
}

/// What one of the lab's own instruments costs, measured at the start of the run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Calibration {
    /// `pipe_round_trip`, `connect_interval`.
    pub name: String,
    /// Which isolation's rows it concerns; null for all.
    pub technology: Option<String>,
    /// Median cost, nanoseconds.
    pub median_ns: f64,
    /// How many times it was taken.
    pub n: u32,
    /// One line for a person.
    pub note: String,
}

/// A built target for an architecture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Artifact {
    /// Name of the workload.
    pub workload: String,
    /// What it is compiled for.
    pub target: Target,
    /// Target triple, or the image's tag.
    pub triple: String,
    /// Where it is (relative to the lab's folder where it is inside it).
    pub path: PathBuf,
    /// SHA-256, 64 hex digits; an image's own digest.
    pub sha256: String,
    /// Size in bytes.
    pub bytes: u64,
    /// `rustc` that built it.
    pub toolchain: String,
    /// For a precompiled file: the isolation it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub isolation: Option<String>,
    /// Whether it is there for its exports, which rows with the parameter `export` call,
    /// beside one that is run.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub exports: bool,
}

/// An artifact that was given, and not built here.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GivenArtifact {
    /// Name of the workload.
    pub workload: String,
    /// What it is for.
    pub target: Target,
    /// SHA-256, 64 hex digits.
    pub sha256: String,
    /// The name of its file, without folders.
    pub name: String,
}

/// An isolation as it was run, or why it was not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct IsolationRecord {
    /// `technology/configuration`.
    pub name: String,
    /// Class of the boundary.
    pub tier: Tier,
    /// Version of the technology; null where it is not here.
    pub version: Option<String>,
    /// SHA-256 of the runner or helper that drives it, where there is one.
    pub sha256: Option<String>,
    /// Whatever is tuned, each with its reason.
    pub settings: Vec<Setting>,
    /// `measured` where it can be, or why it cannot.
    pub outcome: Outcome,
    /// Why it cannot be measured, with the way to mend it.
    pub reason: Option<String>,
}

/// One tuned setting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Setting {
    /// What is set.
    pub name: String,
    /// To what.
    pub value: String,
    /// Why.
    pub reason: String,
}

impl Setting {
    /// `name` is set to `value`, for this reason.
    #[must_use]
    pub fn new(name: &str, value: &str, reason: &str) -> Self {
        Self {
            name: name.to_owned(),
            value: value.to_owned(),
            reason: reason.to_owned(),
        }
    }
}
