//! The plan of a run: what is to be launched for which rows, and what that needs to be built.
//!
//! Plain data, made from definitions and a selection alone ([`PlanContext`]): no compiler, no
//! daemon and no root is asked. What is missing on a machine is found out where it is executed.

mod by_hand;
pub mod calibration;
mod cold_start;
mod conformance;
mod context;
mod fits;
mod footprint;
mod form;
mod given;
mod instructions;
mod load;
mod narrow;
mod own;
mod pairs;
mod recipe;
mod size;
mod throughput;

use labrun_record::{Check, Load, LoadRequest, Outcome, Reference, Row, Start, Target};
use serde::{Deserialize, Serialize};

use crate::define::{Arrivals, Model, Rate};
use crate::outcome::Failure;
use crate::task::{FileSystem, NetworkPath, Policy};

pub(crate) use by_hand::version;
pub use by_hand::{PlanError, read_by_hand};
pub use context::{Asked, RunOptions, plan};
pub use fits::check;
pub use form::Form;
pub(crate) use given::{misfit, misfit_of, misfit_of_image};
pub use own::{with_own, with_programs};
pub use pairs::{CasePair, pairs};
pub use recipe::{Recipe, artifact_triple, for_isolation};

/// The version of a plan's shape: a newer one is refused.
///
/// 2: its rules have one half-width, and no finer one beside it. 3: they say whether there is a pilot.
pub const PLAN_VERSION: u32 = 3;

/// Everything that a run is to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Plan {
    /// [`PLAN_VERSION`] of who made it.
    pub plan_version: u32,
    /// Name of the scenario.
    pub scenario: String,
    /// The question that it answers.
    pub question: String,
    /// Whether the run is an indication only.
    pub quick: bool,
    /// The architecture that it is for: `x86_64`, `aarch64`.
    pub arch: String,
    /// One for each scenario that it carries out, in their order.
    pub parts: Vec<PlanPart>,
}

/// One scenario of a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PlanPart {
    /// Name of the scenario.
    pub scenario: String,
    /// The question that it answers.
    pub question: String,
    /// Its way of measuring.
    pub model: Model,
    /// How many launches a case gets, and when it stops.
    pub rules: labrun_record::Plan,
    /// What its metrics are compared with.
    pub references: Vec<Reference>,
    /// What is launched, in the order of its rows.
    pub cases: Vec<Case>,
}

/// What is launched together, and gives a sample to each of its rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Case {
    /// Its rows, whose identities say isolation and architecture. The first one's values decide
    /// when there are enough launches, the others' where launches cost little.
    pub rows: Vec<Row>,
    /// What is launched, or why nothing is.
    pub launch: Decision,
    /// What it may use at most: nothing is limited yet.
    #[serde(default)]
    pub limits: Limits,
    /// What runs beside it: nothing yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub beside: Vec<LaunchSpec>,
}

/// What a case may use at most.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Limits {}

/// Whether a case is launched.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// It is.
    Launch(Box<LaunchSpec>),
    /// It is not.
    Leave {
        /// The outcome of its rows.
        outcome: Outcome,
        /// The reason, for a person.
        reason: String,
    },
}

impl From<Failure> for Decision {
    fn from(failure: Failure) -> Self {
        let (outcome, reason) = failure.into_parts();
        Self::Leave { outcome, reason }
    }
}

/// What one launch is to do. What the workload's definition says (arguments, files, outputs) is
/// not copied.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LaunchSpec {
    /// Name of the workload.
    pub workload: String,
    /// What it is compiled for.
    pub target: Target,
    /// What stands before the clock starts.
    pub start: Start,
    /// What is run: a binary, a module, an image.
    pub artifact: Recipe,
    /// What the configuration compiled of it ahead of time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub precompiled: Option<Recipe>,
    /// For the start `resident`: another module, which the process has served before the clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other: Option<Box<LaunchSpec>>,
    /// Where its granted directory lies.
    pub file_system: FileSystem,
    /// How a server of it uses its instances.
    pub policy: Policy,
    /// How a server of it is reached.
    pub network: NetworkPath,
    /// How many instances of it will stay alive at a time; 0: none stays.
    pub instances: u32,
    /// Seconds until the launch is given up.
    pub timeout_s: f64,
    /// How often a loaded runner repeats an instantiation for `instantiate_warm`.
    pub warm_repeats: u32,
    /// What is measured of it.
    pub measure: Measure,
}

/// What is measured of a launch. Which values it gives is said by the rows of its case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// The time to its first result, and until it is gone.
    ColdStart,
    /// The memory of one instance, and of one more.
    Footprint {
        /// Seconds after which it starts no more instances.
        grow_s: f64,
        /// Bytes that its instances may hold together.
        budget_bytes: u64,
    },
    /// Exact bytes.
    Size,
    /// Work in steady state.
    Batches {
        /// The workload's way of working, by its name.
        way: String,
    },
    /// An export that is called.
    Calls {
        /// The workload's entry of `[[calls]]`, by its name.
        name: String,
    },
    /// Requests to a server.
    Load {
        /// Connections that are kept open.
        connections: u32,
        /// Seconds that count, of each rate.
        duration_s: f64,
        /// Seconds of load before them.
        warmup_s: f64,
        /// Rates of the open loop, in the order in which they are offered.
        rates: Vec<Rate>,
        /// How the requests of each rate are spread: each is offered once for each of these.
        #[serde(
            default = "Arrivals::usual",
            skip_serializing_if = "Arrivals::are_usual"
        )]
        arrivals: Vec<Arrivals>,
        /// Seconds of load before what counts first of a server, where the workload says so; before
        /// all that follows it is `warmup_s` again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        first_warmup_s: Option<f64>,
        /// The requests that take turns, where the workload has several of its own: what they are to
        /// the byte is in its definition, and has this digest.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        requests: Vec<LoadRequest>,
    },
    /// How many instructions it executes.
    Instructions {
        /// The workload's way of working steadily, of which the instructions of an operation are counted;
        /// else those up to the first result.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        way: Option<String>,
    },
    /// Whether a check holds.
    Conformance {
        /// Which.
        check: Check,
    },
}

impl Plan {
    /// Every case, with the number of its part.
    pub fn cases(&self) -> impl Iterator<Item = (usize, &Case)> {
        let parts = self.parts.iter().enumerate();
        parts.flat_map(|(number, part)| part.cases.iter().map(move |case| (number, case)))
    }

    /// Whether instructions are counted in it.
    pub fn counts_instructions(&self) -> bool {
        self.cases().any(|(_, case)| case.counts_instructions())
    }

    /// Names of the isolations that anything is launched on, each once.
    pub fn launched_on(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self
            .cases()
            .filter(|(_, case)| case.spec().is_some())
            .map(|(_, case)| case.isolation())
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

impl PlanPart {
    /// What servers are asked under load, each load once.
    pub fn loads(&self) -> Vec<Load> {
        let mut loads: Vec<Load> = Vec::new();
        for spec in self.cases.iter().filter_map(Case::spec) {
            let Measure::Load {
                connections,
                duration_s,
                warmup_s,
                first_warmup_s,
                requests,
                ..
            } = &spec.measure
            else {
                continue;
            };
            let load = Load {
                workload: spec.workload.clone(),
                connections: *connections,
                duration_s: *duration_s,
                warmup_s: *warmup_s,
                first_warmup_s: *first_warmup_s,
                requests: requests.clone(),
            };
            if !loads.contains(&load) {
                loads.push(load);
            }
        }
        loads
    }
}

impl Case {
    /// Name of its isolation.
    pub fn isolation(&self) -> &str {
        self.rows.first().map_or("", |row| &row.isolation)
    }

    /// Whether instructions are counted in it.
    pub fn counts_instructions(&self) -> bool {
        let measure = self.spec().map(|spec| &spec.measure);
        matches!(measure, Some(Measure::Instructions { .. }))
    }

    /// What is launched, if anything is.
    pub fn spec(&self) -> Option<&LaunchSpec> {
        match &self.launch {
            Decision::Launch(spec) => Some(spec),
            Decision::Leave { .. } => None,
        }
    }
}

impl LaunchSpec {
    /// Everything that has to be built for it, what is needed for something else first.
    pub fn recipes(&self) -> Vec<&Recipe> {
        let mut all = vec![&self.artifact];
        all.extend(&self.precompiled);
        all.extend(self.other.iter().flat_map(|other| other.recipes()));
        all
    }
}
