//! A scenario's question asked of a user's own workloads, in the place of those that it names.

use std::collections::BTreeMap;

use labrun_record::{SAME_ISOLATION, Target};

use super::given::misfit;
use crate::define::{MetricPlan, Scenario, Workload, WorkloadPlan};
use crate::isolation::Profile;

/// The scenario with `own` workloads beside those of its own that are `kept`; `lab` is all that are
/// defined.
pub fn with_own(
    scenario: &Scenario,
    own: &[&Workload],
    kept: &[String],
    lab: &[Workload],
    profiles: &[Profile],
    arch: &str,
) -> Scenario {
    let mut asked = scenario.clone();
    asked.workloads.retain(|one| kept.contains(&one.name));
    let planned = own.iter().map(|workload| planned(scenario, workload, lab));
    asked.workloads.extend(planned);
    for workload in own {
        let of_all = scenario.metrics.iter();
        let of_all = of_all.filter(|metric| metric.workload.is_none());
        let own = of_all.filter_map(|metric| reference(metric, workload, profiles, arch));
        asked.metrics.extend(own);
    }
    asked
}

/// The scenario with other programs in the place of its workloads, each compared on its own isolation with
/// the workload of the lab that it does the work of, which is measured beside it.
pub fn with_programs(
    scenario: &Scenario,
    programs: &[(&Workload, &Workload)],
    lab: &[Workload],
) -> Scenario {
    let mut asked = scenario.clone();
    let is_reference = |one: &WorkloadPlan| {
        programs
            .iter()
            .any(|(_, reference)| reference.name == one.name)
    };
    asked.workloads.retain(is_reference);
    for (_, reference) in programs {
        if !asked.workloads.iter().any(|one| one.name == reference.name) {
            asked.workloads.push(planned(scenario, reference, lab));
        }
    }
    for (program, reference) in programs {
        asked.workloads.push(planned(scenario, program, lab));
        let compared = scenario.metrics.iter();
        let compared = compared.filter(|one| one.reference.is_some() && one.workload.is_none());
        asked.metrics.extend(compared.map(|metric| MetricPlan {
            name: metric.name,
            reference: Some(SAME_ISOLATION.to_owned()),
            reference_start: None,
            reference_params: BTreeMap::new(),
            workload: Some(program.name.clone()),
            reference_workload: Some(reference.name.clone()),
        }));
    }
    asked
}

/// A workload as a scenario takes it that does not name it.
fn planned(scenario: &Scenario, workload: &Workload, lab: &[Workload]) -> WorkloadPlan {
    let load = || scenario.workloads.iter().find_map(|one| one.load.clone());
    WorkloadPlan {
        name: workload.name.clone(),
        targets: workload.targets.clone(),
        other: other(scenario, workload, lab),
        quick: true,
        steady: workload.steady.iter().map(|way| way.name.clone()).collect(),
        calls: workload
            .calls
            .iter()
            .map(|calls| calls.name.clone())
            .collect(),
        file_systems: Vec::new(),
        load: (workload.serve.is_some()).then(load).flatten(),
    }
}

/// What a resident process has served before: the first command that the scenario takes for it
/// which there is for all wasm targets of the workload.
fn other(scenario: &Scenario, workload: &Workload, lab: &[Workload]) -> Option<String> {
    let is_wasm = |target: &&Target| matches!(target, Target::Wasip1 | Target::Wasip2);
    let fits = |name: &&String| {
        let other = lab.iter().find(|one| one.name == **name);
        let mut targets = workload.targets.iter().filter(is_wasm);
        other.is_some_and(|other| {
            other.run.is_some() && targets.all(|target| other.targets.contains(target))
        })
    };
    let others = || {
        scenario
            .workloads
            .iter()
            .filter_map(|one| one.other.as_ref())
    };
    others().find(fits).or_else(|| others().next()).cloned()
}

/// Where a metric's reference cannot run what is given: another configuration of the same technology
/// that can; of an image, an isolation that takes it.
fn reference(
    metric: &MetricPlan,
    workload: &Workload,
    profiles: &[Profile],
    arch: &str,
) -> Option<MetricPlan> {
    let usual = metric.reference.as_ref()?;
    let usual = profiles.iter().find(|profile| profile.name == *usual)?;
    let runs = |profile: &Profile| {
        let mut targets = profile.targets.iter();
        targets.any(|target| {
            workload.targets.contains(target) && misfit(workload, profile, *target, arch).is_none()
        })
    };
    let like_it = |profile: &&Profile| {
        profile.technology() == usual.technology() && profile.targets == usual.targets
    };
    let concerned = usual
        .targets
        .iter()
        .any(|target| workload.targets.contains(target));
    let other = if concerned && !runs(usual) {
        profiles
            .iter()
            .filter(like_it)
            .find(|profile| runs(profile))?
    } else if !concerned && workload.artifacts.contains_key(&Target::Image) {
        // Of an image alone: the first that runs nothing else, on the network that the rows are of.
        let network = metric.reference_params.get("network");
        let is_on = |profile: &&Profile| {
            let mut networks = profile.networks.iter();
            network.is_none_or(|name| networks.any(|(_, own)| own == name))
        };
        let of_images = profiles.iter().filter(|one| one.targets == [Target::Image]);
        of_images.filter(is_on).find(|profile| runs(profile))?
    } else {
        return None;
    };
    Some(MetricPlan {
        reference: Some(other.name.clone()),
        workload: Some(workload.name.clone()),
        ..metric.clone()
    })
}
