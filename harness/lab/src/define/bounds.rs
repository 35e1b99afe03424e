//! Bounds of a scenario's numbers: what is no length of time, and no count of anything.

use super::Scenario;
use super::scenario::{DAY_S, LoadPlan, MemoryPlan};

/// Most connections that a load may keep open.
const MOST_CONNECTIONS: u32 = 65_536;

/// What is wrong with the numbers of its load and memory, if anything is.
pub(super) fn fault(scenario: &Scenario) -> Option<String> {
    let of_load = scenario.workloads.iter().find_map(|workload| {
        let why = load(workload.load.as_ref()?)?;
        Some(format!("workload {}: load: {why}", workload.name))
    });
    of_load.or_else(|| memory(&scenario.memory).map(|why| format!("memory: {why}")))
}

fn load(load: &LoadPlan) -> Option<String> {
    if !(1..=MOST_CONNECTIONS).contains(&load.connections) {
        return Some(format!(
            "connections is {}, and has to be 1 to {MOST_CONNECTIONS}",
            load.connections
        ));
    }
    if !(load.duration_s > 0.0 && load.duration_s <= DAY_S) {
        return Some(format!(
            "duration_s is {}, and has to be over 0 and at most {DAY_S}",
            load.duration_s
        ));
    }
    (!(0.0..=DAY_S).contains(&load.warmup_s))
        .then(|| format!("warmup_s is {}, and has to be 0 to {DAY_S}", load.warmup_s))
}

fn memory(plan: &MemoryPlan) -> Option<String> {
    let counts = [
        ("isolates", plan.isolates),
        ("processes", plan.processes),
        ("containers", plan.containers),
    ];
    if let Some((name, _)) = counts.iter().find(|(_, count)| *count == 0) {
        return Some(format!("{name} is 0, and has to be at least 1"));
    }
    (!(0.0..=DAY_S).contains(&plan.grow_s))
        .then(|| format!("grow_s is {}, and has to be 0 to {DAY_S}", plan.grow_s))
}
