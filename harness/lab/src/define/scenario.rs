//! `scenarios/<name>.toml`: one file, one question.

use std::path::Path;

use labrun_record::{Metric, Start, Target};
use serde::Deserialize;

use super::{DefineError, read_toml};
use crate::select::glob_set;

/// A question and the plan that answers it.
#[derive(Debug, Clone, Deserialize)]
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
    pub plan: PlanFile,
    /// What `--quick` takes.
    pub quick: Quick,
}

/// A way of measuring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Model {
    /// Time to first result, from three starts.
    ColdStart,
}

/// A metric of a scenario.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetricPlan {
    /// Which.
    pub name: Metric,
    /// The isolation that its rows are compared with.
    pub reference: String,
    /// The start of that isolation's row.
    pub reference_start: Option<Start>,
}

/// A workload of a scenario.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkloadPlan {
    /// Which.
    pub name: String,
    /// In which targets.
    pub targets: Vec<Target>,
    /// The workload that a `resident` process has served before the clock.
    pub other: String,
}

/// How many launches, and when a row stops.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanFile {
    /// Launches at least, time permitting.
    pub min_samples: u32,
    /// Launches at most.
    pub max_samples: u32,
    /// A row stops early once its interval's half-width is under this share of its
    /// median ...
    pub half_width: f64,
    /// ... unless it has cost less than `fine_s` so far: then under this one.
    pub fine_half_width: f64,
    /// Seconds that a row may cost for the finer interval.
    pub fine_s: f64,
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
}

/// What `--quick` takes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quick {
    /// Launches of each row.
    pub samples: u32,
    /// Globs of the isolations.
    pub isolations: Vec<String>,
}

/// Longest limit of a launch that makes sense.
const DAY_S: f64 = 86_400.0;

impl Scenario {
    /// Reads the scenario in the file `path`.
    pub fn read(path: &Path) -> Result<Self, DefineError> {
        let scenario: Self = read_toml(path)?;
        let fault = |reason: String| DefineError::Shape {
            path: path.to_owned(),
            line: 1,
            reason,
        };
        if path
            .file_stem()
            .is_none_or(|stem| stem != scenario.name.as_str())
        {
            return Err(fault(format!(
                "name is `{}`, but its file has another name",
                scenario.name
            )));
        }
        if scenario.plan.min_samples == 0 || scenario.plan.max_samples < scenario.plan.min_samples {
            return Err(fault(
                "plan: it needs 1 <= min_samples <= max_samples".to_owned(),
            ));
        }
        let plan = &scenario.plan;
        if !(plan.timeout_s > 0.0 && plan.timeout_s <= DAY_S) {
            return Err(fault(format!(
                "plan: timeout_s is {}, and has to be over 0 and at most {DAY_S}",
                plan.timeout_s
            )));
        }
        if scenario.quick.samples == 0 {
            return Err(fault("quick: samples has to be at least 1".to_owned()));
        }
        let repeats = |metric: &MetricPlan| metric.name == Metric::InstantiateWarm;
        if plan.warm_repeats == 0 && scenario.metrics.iter().any(repeats) {
            return Err(fault(
                "plan: warm_repeats has to be at least 1 for the metric instantiate_warm"
                    .to_owned(),
            ));
        }
        let globs = scenario.isolations.iter().chain(&scenario.quick.isolations);
        for glob in globs {
            if glob_set(std::slice::from_ref(glob)).is_none() {
                return Err(fault(format!("isolations: `{glob}` is no glob")));
            }
        }
        Ok(scenario)
    }
}
