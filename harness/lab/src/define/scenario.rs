//! `scenarios/<name>.toml`: one file, one question.

use std::collections::BTreeMap;
use std::path::Path;

use labrun_record::{Metric, Start, Target};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::document::{check_name, read_toml_with_text};
use super::rate::Rate;
use super::{Arrivals, DefineError, bounds};
use crate::task::FileSystem;

/// A question and the plan that answers it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Its name, that of its file.
    pub name: String,
    /// The question, as a reader asks it.
    pub question: String,
    /// Its way of measuring.
    pub model: Model,
    /// What is measured, in the order in which it is shown.
    #[serde(rename = "metric")]
    pub metrics: Vec<MetricPlan>,
    /// On which workloads, in which targets.
    #[serde(rename = "workload")]
    pub workloads: Vec<WorkloadPlan>,
    /// Globs of the isolations that it takes.
    pub isolations: Vec<String>,
    /// How many launches, and when a row stops.
    #[serde(default)]
    pub plan: PlanFile,
    /// What `--quick` takes.
    #[serde(default)]
    pub quick: Quick,
    /// For footprint: how many instances are alive at a time.
    #[serde(default)]
    pub memory: MemoryPlan,
    /// What it leaves out although it takes it, unless it is asked for by name.
    #[serde(default)]
    pub left_out: Vec<LeftOut>,
}

/// What a scenario leaves out, and why.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeftOut {
    /// Globs of the isolations.
    pub isolations: Vec<String>,
    /// Of these workloads; of all where none is named.
    #[serde(default)]
    pub workloads: Vec<String>,
    /// Why, for a person.
    pub reason: String,
}

impl LeftOut {
    /// Whether it is about this workload, on the isolations that it names.
    pub fn concerns(&self, workload: &str) -> bool {
        self.workloads.is_empty() || self.workloads.iter().any(|w| w == workload)
    }
}

/// A way of measuring.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Model {
    /// Time to first result, from three starts.
    #[default]
    ColdStart,
    /// Bytes that are shipped, and that have to be there.
    Size,
    /// Memory of one instance, and of one more.
    Footprint,
    /// Work per second, once it is steady: batches, calls, and load on a server.
    SteadyState,
    /// Instructions that are executed.
    Instructions,
    /// What it lets a program do, and what it holds back: checks that hold or do not.
    Conformance,
}

/// A metric of a scenario.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetricPlan {
    /// Which.
    pub name: Metric,
    /// The isolation that its rows are compared with; none where nothing is comparable. `*` is that of
    /// each row itself, which needs [`Self::reference_workload`].
    pub reference: Option<String>,
    /// The start of that isolation's row.
    pub reference_start: Option<Start>,
    /// Params in which that row differs from the row that is compared with it.
    #[serde(default)]
    pub reference_params: BTreeMap<String, String>,
    /// The workload that this reference is for; every other where nothing is said.
    pub workload: Option<String>,
    /// The workload that its rows are compared with, which is another program; their own where nothing
    /// is said.
    pub reference_workload: Option<String>,
}

/// A workload of a scenario.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkloadPlan {
    /// Which.
    pub name: String,
    /// In which targets.
    pub targets: Vec<Target>,
    /// For cold start: the workload that a `resident` process has served before the clock.
    pub other: Option<String>,
    /// Whether `--quick` takes it.
    #[serde(default = "yes")]
    pub quick: bool,
    /// For steady state: which of the workload's ways of working steadily.
    #[serde(default)]
    pub steady: Vec<String>,
    /// For steady state: which of its exports are called.
    #[serde(default)]
    pub calls: Vec<String>,
    /// For steady state: where its granted directory lies; each is rows of its own.
    #[serde(default)]
    pub file_systems: Vec<FileSystem>,
    /// For steady state: the load on it as a server.
    pub load: Option<LoadPlan>,
}

/// The load on a server.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoadPlan {
    /// Connections that are kept open.
    pub connections: u32,
    /// Seconds that count, of each launch.
    pub duration_s: f64,
    /// Seconds of load before them.
    pub warmup_s: f64,
    /// Rates of the open loop, in the order in which they are offered.
    pub rates: Vec<Rate>,
    /// Those that `--quick` takes.
    pub quick_rates: Vec<Rate>,
    /// How the requests of each rate are spread: each is offered once for each of these.
    #[serde(default = "Arrivals::usual")]
    pub arrivals: Vec<Arrivals>,
}

impl LoadPlan {
    /// The rates of a run.
    pub fn rates(&self, quick: bool) -> Vec<Rate> {
        if quick {
            self.quick_rates.clone()
        } else {
            self.rates.clone()
        }
    }

    /// What is offered of some rates, in that order.
    pub fn offered(&self, rates: &[Rate]) -> impl Iterator<Item = (Rate, Arrivals)> {
        let both = |rate| self.arrivals.iter().map(move |arrivals| (rate, *arrivals));
        rates.iter().copied().flat_map(both)
    }
}

/// How many instances are alive at a time.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MemoryPlan {
    /// At most so many in one process of a wasm host.
    pub isolates: u32,
    /// At most so many processes.
    pub processes: u32,
    /// At most so many containers.
    pub containers: u32,
    /// Seconds after which a launch starts no more.
    pub grow_s: f64,
    /// Bytes that the instances of a launch may hold together.
    pub budget_bytes: u64,
}

impl Default for MemoryPlan {
    fn default() -> Self {
        Self {
            isolates: 64,
            processes: 64,
            containers: 8,
            grow_s: 10.0,
            budget_bytes: 4 << 30,
        }
    }
}

fn yes() -> bool {
    true
}

/// How many launches, and when a row stops.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PlanFile {
    /// Launches at least, time permitting.
    pub min_samples: u32,
    /// Launches at most.
    pub max_samples: u32,
    /// Half of an interval, as a share of its median, that is narrow enough.
    pub half_width: f64,
    /// Seconds for the whole scenario.
    pub time_budget_s: f64,
    /// Seconds until a launch is given up.
    pub timeout_s: f64,
    /// Discarded launches of each kind before the first block.
    pub warmup: u32,
    /// Equivalence margin of the verdicts.
    pub margin: f64,
    /// Repeats inside one launch for `instantiate_warm`.
    pub warm_repeats: u32,
    /// What scenarios of method 2 had besides: it says nothing now, and a replay of an older commit
    /// has it still.
    pub fine_half_width: IgnoredAny,
    /// The same.
    pub fine_s: IgnoredAny,
}

impl Default for PlanFile {
    fn default() -> Self {
        Self {
            min_samples: 30,
            max_samples: 1000,
            half_width: 0.02,
            time_budget_s: 1200.0,
            timeout_s: 20.0,
            warmup: 0,
            margin: 0.05,
            warm_repeats: 0,
            fine_half_width: IgnoredAny,
            fine_s: IgnoredAny,
        }
    }
}

impl PlanFile {
    /// As a run has them.
    pub fn rules(&self) -> labrun_record::Plan {
        labrun_record::Plan {
            min_samples: self.min_samples,
            max_samples: self.max_samples,
            pilot: true,
            half_width: self.half_width,
            time_budget_s: self.time_budget_s,
            timeout_s: self.timeout_s,
            warmup: self.warmup,
            warm_repeats: self.warm_repeats,
            margin: self.margin,
        }
    }
}

/// What `--quick` takes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Quick {
    /// Launches of each row.
    pub samples: u32,
    /// Launches of rows that cost next to nothing; `samples` where it is less.
    pub max_samples: u32,
    /// Globs of the isolations.
    pub isolations: Vec<String>,
}

impl Default for Quick {
    fn default() -> Self {
        Self {
            samples: 3,
            max_samples: 0,
            isolations: vec!["*".to_owned()],
        }
    }
}

impl Scenario {
    /// Reads the scenario in the file `path`.
    pub fn read(path: &Path) -> Result<Self, DefineError> {
        let (scenario, text): (Self, String) = read_toml_with_text(path)?;
        check_name("file", path.file_stem(), &scenario.name)
            .and_then(|()| bounds::check(&scenario))
            .map_err(|fault| DefineError::faulty(path, &text, fault))?;
        Ok(scenario)
    }
}
