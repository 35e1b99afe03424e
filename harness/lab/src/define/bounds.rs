//! Bounds of a scenario's numbers and globs: what is no length of time, and no count of anything.

use labrun_record::Metric;

use super::Scenario;
use super::scenario::{LoadPlan, MemoryPlan, Model};
use crate::glob::glob_set;

/// Most connections that a load may keep open.
const MOST_CONNECTIONS: u32 = 65_536;

/// Longest limit of a launch that makes sense.
const DAY_S: f64 = 86_400.0;

/// Whether its numbers and globs are such; else what is wrong.
pub(super) fn check(scenario: &Scenario) -> Result<(), String> {
    let plan = &scenario.plan;
    if plan.min_samples == 0 || plan.max_samples < plan.min_samples {
        return Err("plan: it needs 1 <= min_samples <= max_samples".to_owned());
    }
    time("timeout_s", plan.timeout_s).map_err(|why| format!("plan: {why}"))?;
    for workload in &scenario.workloads {
        let name = &workload.name;
        if scenario.model == Model::ColdStart && workload.other.is_none() {
            return Err(format!(
                "workload {name}: it needs `other`, what a resident process has served before"
            ));
        }
        let of_load = workload.load.as_ref().map_or(Ok(()), load);
        of_load.map_err(|why| format!("workload {name}: load: {why}"))?;
    }
    memory(&scenario.memory).map_err(|why| format!("memory: {why}"))?;
    if scenario.quick.samples == 0 {
        return Err("quick: samples has to be at least 1".to_owned());
    }
    let mut metrics = scenario.metrics.iter();
    if plan.warm_repeats == 0 && metrics.any(|metric| metric.name == Metric::InstantiateWarm) {
        let reason = "plan: warm_repeats has to be at least 1 for the metric instantiate_warm";
        return Err(reason.to_owned());
    }
    let left_out = scenario.left_out.iter().flat_map(|left| &left.isolations);
    let globs = scenario.isolations.iter().chain(&scenario.quick.isolations);
    let mut globs = globs.chain(left_out);
    match globs.find(|glob| glob_set(std::slice::from_ref(glob)).is_none()) {
        Some(glob) => Err(format!("isolations: `{glob}` is no glob")),
        None => Ok(()),
    }
}

fn load(load: &LoadPlan) -> Result<(), String> {
    if !(1..=MOST_CONNECTIONS).contains(&load.connections) {
        return Err(format!(
            "connections is {}, and has to be 1 to {MOST_CONNECTIONS}",
            load.connections
        ));
    }
    time("duration_s", load.duration_s)?;
    time_or_none("warmup_s", load.warmup_s)
}

fn memory(plan: &MemoryPlan) -> Result<(), String> {
    for (name, count) in [
        ("isolates", plan.isolates),
        ("processes", plan.processes),
        ("containers", plan.containers),
    ] {
        if count == 0 {
            return Err(format!("{name} is 0, and has to be at least 1"));
        }
    }
    time_or_none("grow_s", plan.grow_s)
}

fn time(name: &str, seconds: f64) -> Result<(), String> {
    if seconds > 0.0 && seconds <= DAY_S {
        return Ok(());
    }
    Err(format!(
        "{name} is {seconds}, and has to be over 0 and at most {DAY_S}"
    ))
}

fn time_or_none(name: &str, seconds: f64) -> Result<(), String> {
    if (0.0..=DAY_S).contains(&seconds) {
        return Ok(());
    }
    Err(format!("{name} is {seconds}, and has to be 0 to {DAY_S}"))
}
