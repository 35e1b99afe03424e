//! Bounds of a scenario's numbers and globs: what is no length of time, and no count of anything.

use labrun_record::{Metric, Plan, SAME_ISOLATION};

use super::Scenario;
use super::fault::{Fault, at};
use super::scenario::{LoadPlan, MemoryPlan, MetricPlan, Model};
use crate::glob::glob_set;

/// Most connections that a load may keep open.
const MOST_CONNECTIONS: u32 = 65_536;

/// Most launches that a row may get.
const MOST_SAMPLES: u32 = 100_000;

/// Most discarded launches of each kind.
const MOST_WARMUP: u32 = 10_000;

/// Longest limit of a launch that makes sense.
const DAY_S: f64 = 86_400.0;

/// Longest time for all launches of a scenario.
const MONTH_S: f64 = 30.0 * DAY_S;

/// Whether its name, numbers and globs are such; else what is wrong.
pub(crate) fn check(scenario: &Scenario) -> Result<(), Fault> {
    name(&scenario.name).map_err(at(&["name"]))?;
    let plan = &scenario.plan;
    let of_plan = |fault: Fault| fault.said_of("plan").within("plan");
    rules(&plan.rules()).map_err(of_plan)?;
    for (number, workload) in scenario.workloads.iter().enumerate() {
        let of_it = |fault: Fault| {
            let fault = fault.said_of(format!("workload {}", workload.name));
            fault.within(number).within("workload")
        };
        if scenario.model == Model::ColdStart && workload.other.is_none() {
            let reason = "it needs `other`, what a resident process has served before";
            return Err(of_it(reason.into()));
        }
        let of_load = workload.load.as_ref().map_or(Ok(()), load);
        of_load.map_err(|fault| of_it(fault.said_of("load").within("load")))?;
    }
    for (number, metric) in scenario.metrics.iter().enumerate() {
        reference(metric, scenario).map_err(|fault| fault.within(number).within("metric"))?;
    }
    memory(&scenario.memory).map_err(|fault| fault.said_of("memory").within("memory"))?;
    let quick = &scenario.quick;
    let key = match quick.samples {
        1..=MOST_SAMPLES => "max_samples",
        _ => "samples",
    };
    if key == "samples" || quick.max_samples > MOST_SAMPLES {
        let reason = format!(
            "quick: samples has to be 1 to {MOST_SAMPLES}, and max_samples {MOST_SAMPLES} at most"
        );
        return Err(at(&["quick", key])(reason));
    }
    let mut metrics = scenario.metrics.iter();
    if plan.warm_repeats == 0 && metrics.any(|metric| metric.name == Metric::InstantiateWarm) {
        let reason = "plan: warm_repeats has to be at least 1 for the metric instantiate_warm";
        return Err(at(&["plan", "warm_repeats"])(reason));
    }
    globs(&scenario.isolations)?;
    globs(&quick.isolations).map_err(|fault| fault.within("quick"))?;
    for (number, left) in scenario.left_out.iter().enumerate() {
        globs(&left.isolations).map_err(|fault| fault.within(number).within("left_out"))?;
    }
    Ok(())
}

/// Whether all of `isolations` are globs.
fn globs(isolations: &[String]) -> Result<(), Fault> {
    let is_none = |glob: &&String| glob_set(std::slice::from_ref(glob)).is_none();
    match isolations.iter().find(is_none) {
        Some(glob) => Err(at(&["isolations"])(format!(
            "isolations: `{glob}` is no glob"
        ))),
        None => Ok(()),
    }
}

/// Whether what a metric is compared with is something else.
fn reference(metric: &MetricPlan, scenario: &Scenario) -> Result<(), Fault> {
    let name = metric.name;
    let Some(workload) = &metric.reference_workload else {
        return match metric.reference.as_deref() {
            Some(SAME_ISOLATION) => Err(at(&["reference"])(format!(
                "metric {name}: reference = \"{SAME_ISOLATION}\" compares each row with itself: name a \
                 `reference_workload`"
            ))),
            _ => Ok(()),
        };
    };
    if metric.reference.is_none() {
        return Err(at(&["reference_workload"])(format!(
            "metric {name}: it has a reference_workload and no `reference`: name an isolation, or \
             \"{SAME_ISOLATION}\" for that of each row itself"
        )));
    }
    let mut taken = scenario.workloads.iter();
    if taken.any(|one| one.name == *workload) {
        return Ok(());
    }
    Err(at(&["reference_workload"])(format!(
        "metric {name}: reference_workload = \"{workload}\" is none of the scenario's workloads"
    )))
}

/// Whether a scenario can have this name, which becomes that of a file and of a folder.
pub(crate) fn name(name: &str) -> Result<(), String> {
    name_of("scenario", name)
}

/// The same of something else that has a name.
pub(crate) fn name_of(what: &str, name: &str) -> Result<(), String> {
    if !name.is_empty() && !name.starts_with('.') && name.chars().all(is_of_name) {
        return Ok(());
    }
    Err(format!(
        "a {what} cannot be called {name:?}: a name is of letters, digits, `-`, `_` and `.`, and \
         does not start with `.`"
    ))
}

/// Whether a name may hold it.
pub fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || "-_.".contains(c)
}

/// Whether the numbers of a plan are numbers of launches, shares and times.
pub(crate) fn rules(rules: &Plan) -> Result<(), Fault> {
    let samples = rules.min_samples..=rules.max_samples;
    if rules.min_samples == 0 || samples.is_empty() || rules.max_samples > MOST_SAMPLES {
        let key = match rules.max_samples {
            0..=MOST_SAMPLES => "min_samples",
            _ => "max_samples",
        };
        return Err(at(&[key])(format!(
            "it needs 1 <= min_samples <= max_samples <= {MOST_SAMPLES}"
        )));
    }
    let half_width = rules.half_width;
    if !(half_width > 0.0 && half_width < 1.0) {
        return Err(at(&["half_width"])(format!(
            "half_width is {}, and has to be over 0 and under 1",
            short(half_width)
        )));
    }
    within("time_budget_s", rules.time_budget_s, MONTH_S)?;
    within("timeout_s", rules.timeout_s, DAY_S)?;
    if rules.warmup > MOST_WARMUP {
        let warmup = rules.warmup;
        return Err(at(&["warmup"])(format!(
            "warmup is {warmup}, and has to be at most {MOST_WARMUP}"
        )));
    }
    let margin = rules.margin;
    if !(margin > 0.0 && margin < 1.0) {
        return Err(at(&["margin"])(format!(
            "margin is {}, and has to be over 0 and under 1",
            short(margin)
        )));
    }
    Ok(())
}

/// A number as it may have been written: 1e308 without its zeroes.
fn short(number: f64) -> String {
    let plain = number.to_string();
    if plain.len() <= 16 {
        plain
    } else {
        format!("{number:e}")
    }
}

fn load(load: &LoadPlan) -> Result<(), Fault> {
    if !(1..=MOST_CONNECTIONS).contains(&load.connections) {
        return Err(at(&["connections"])(format!(
            "connections is {}, and has to be 1 to {MOST_CONNECTIONS}",
            load.connections
        )));
    }
    let [first, rest @ ..] = &load.arrivals[..] else {
        let reason = "arrivals is empty: write \"even\", \"poisson\" or both";
        return Err(at(&["arrivals"])(reason));
    };
    if rest.contains(first) || rest.len() > 1 {
        let reason = "arrivals has the same twice: each is rows of its own";
        return Err(at(&["arrivals"])(reason));
    }
    within("duration_s", load.duration_s, DAY_S)?;
    time_or_none("warmup_s", load.warmup_s)
}

fn memory(plan: &MemoryPlan) -> Result<(), Fault> {
    for (name, count) in [
        ("isolates", plan.isolates),
        ("processes", plan.processes),
        ("containers", plan.containers),
    ] {
        if count == 0 {
            return Err(at(&[name])(format!(
                "{name} is 0, and has to be at least 1"
            )));
        }
    }
    time_or_none("grow_s", plan.grow_s)
}

fn within(name: &str, seconds: f64, most: f64) -> Result<(), Fault> {
    if seconds > 0.0 && seconds <= most {
        return Ok(());
    }
    Err(at(&[name])(format!(
        "{name} is {seconds:?}, and has to be over 0 and at most {most}"
    )))
}

fn time_or_none(name: &str, seconds: f64) -> Result<(), Fault> {
    if (0.0..=DAY_S).contains(&seconds) {
        return Ok(());
    }
    Err(at(&[name])(format!(
        "{name} is {seconds:?}, and has to be 0 to {DAY_S}"
    )))
}
