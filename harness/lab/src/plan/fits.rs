//! Whether a plan that was not made here fits the lab: each case has to be one that the planner
//! makes of the smallest scenario that asks for it, whose numbers are bound as a scenario's are.

use std::collections::{BTreeMap, BTreeSet};

use labrun_record::{Metric, Outcome, Row};
use serde::Serialize;
use serde_json::Value;

use super::{Asked, Case, Decision, LaunchSpec, Measure, Plan, PlanPart, RunOptions};
use crate::define::{
    DefineError, LoadPlan, MemoryPlan, MetricPlan, Model, PlanFile, Scenario, Workload,
    WorkloadPlan, bounds,
};
use crate::glob::glob_set;
use crate::isolation::Profile;
use crate::select::Selected;

/// Holds a plan against what the lab has; else what is wrong, where, and what is right.
pub fn check(plan: &Plan, profiles: &[Profile], workloads: &[Workload]) -> Result<(), String> {
    if plan.parts.is_empty() {
        return Err("it has no parts, and so nothing to launch".to_owned());
    }
    bounds::name(&plan.scenario)?;
    let mut seen = BTreeSet::new();
    for (number, part) in plan.parts.iter().enumerate() {
        let of_part = |why| format!("parts.{number}: {why}");
        bounds::name(&part.scenario).map_err(of_part)?;
        let name = &part.scenario;
        let rules = bounds::rules(&part.rules);
        rules.map_err(|fault| format!("parts.{number} ({name}): rules: {}", fault.why()))?;
        let mut rows = part.cases.iter().flat_map(|case| &case.rows);
        let has_warm = rows.any(|row| row.metric == Metric::InstantiateWarm);
        if has_warm && part.rules.warm_repeats == 0 {
            let reason = "rules: warm_repeats is 0, and has to be at least 1 for instantiate_warm";
            return Err(format!("parts.{number} ({name}): {reason}"));
        }
        for (place, reference) in part.references.iter().enumerate() {
            let mut rows = part.cases.iter().flat_map(|case| &case.rows);
            // A lab may lack what nothing is compared with.
            if !reference.is_same_isolation() && rows.any(|row| reference.concerns(row)) {
                let known = profile(&reference.isolation, profiles);
                known
                    .map_err(|why| format!("parts.{number}.references.{place} ({name}): {why}"))?;
            }
        }
        for (place, case) in part.cases.iter().enumerate() {
            let lab = Ground {
                arch: &plan.arch,
                part,
                profiles,
                workloads,
            };
            let once = lab.fits(case).and_then(|()| {
                let twice = case.rows.iter().position(|row| !seen.insert(row));
                let reason = |row| format!("rows.{row} is in the plan already: leave it out");
                twice.map_or(Ok(()), |row| Err(reason(row)))
            });
            once.map_err(|why| {
                let of = case.rows.first();
                let of = of.map(|row| format!(", {:?} on {:?}", row.workload, row.isolation));
                let of = of.unwrap_or_default();
                format!("parts.{number}.cases.{place} ({name}{of}): {why}")
            })?;
        }
    }
    Ok(())
}

/// The isolation of a name.
fn profile<'a>(name: &str, profiles: &'a [Profile]) -> Result<&'a Profile, String> {
    let found = profiles.iter().find(|profile| profile.name == name);
    let names = || profiles.iter().map(|profile| profile.name.as_str());
    found.ok_or_else(|| DefineError::unknown("isolation", name, names()).to_string())
}

/// What a case is held against.
struct Ground<'a> {
    arch: &'a str,
    part: &'a PlanPart,
    profiles: &'a [Profile],
    workloads: &'a [Workload],
}

impl Ground<'_> {
    fn fits(&self, case: &Case) -> Result<(), String> {
        let first = case.rows.first().ok_or("it has no rows")?;
        let profile = profile(&first.isolation, self.profiles)?;
        for (number, row) in case.rows.iter().enumerate() {
            let right = Row {
                workload: first.workload.clone(),
                isolation: first.isolation.clone(),
                tier: profile.tier,
                arch: self.arch.to_owned(),
                ..row.clone()
            };
            same(&format!("rows.{number}"), row, &right)?;
        }
        if !case.beside.is_empty() {
            return Err("nothing runs beside a case yet: leave `beside` out".to_owned());
        }
        let spec = match &case.launch {
            Decision::Launch(spec) => spec,
            Decision::Leave { outcome, .. } if *outcome == Outcome::Measured => {
                let reason = "launch.leave.outcome is \"measured\", and what is left is not";
                return Err(reason.to_owned());
            }
            Decision::Leave { .. } => return Ok(()),
        };
        let is_it = |workload: &&Workload| workload.name == first.workload;
        let workload = self.workloads.iter().find(is_it).ok_or_else(|| {
            let names = self.workloads.iter().map(|workload| workload.name.as_str());
            let unknown = DefineError::unknown("workload", &first.workload, names);
            format!(
                "{unknown}. A plan of programs of your own names them and does not hold them: give scenario the options \
                 that plan was given, or make a bundle of them, which holds both"
            )
        })?;
        same("the part's model", &self.part.model, &model(&spec.measure))?;
        let compiled = workload.source_of(spec.target);
        let is_had = profile.has(spec.target, Some(workload));
        for (whose, targets, is_among, target) in [
            (&first.isolation, &profile.targets, is_had, spec.target),
            (
                &first.workload,
                &workload.targets,
                workload.targets.contains(&compiled),
                compiled,
            ),
        ] {
            if !is_among {
                let has: Vec<String> = targets.iter().map(ToString::to_string).collect();
                return Err(format!(
                    "launch.target is {target}, and {whose} has {}",
                    has.join(", ")
                ));
            }
        }
        self.is_made(case, spec, profile)
    }

    /// Whether it is among the cases that the planner makes.
    fn is_made(&self, case: &Case, spec: &LaunchSpec, profile: &Profile) -> Result<(), String> {
        let scenario = scenario(self.part, &case.rows, spec);
        bounds::check(&scenario)
            .map_err(|fault| format!("launch: {}", fault.why().trim_start_matches("plan: ")))?;
        let takes = glob_set(&["*".to_owned()]).unwrap_or_default();
        let planned = super::plan(&Asked {
            scenario: &scenario.name,
            question: "",
            parts: vec![(&scenario, takes, &Selected::default())],
            workloads: self.workloads,
            profiles: std::slice::from_ref(profile),
            arch: self.arch,
            options: &RunOptions::default(),
        });
        let made: Vec<&Case> = planned.cases().map(|(_, case)| case).collect();
        let by_rows = made.iter().find(|made| made.rows.contains(&case.rows[0]));
        let by_launch = || made.iter().find(|made| made.launch == case.launch);
        let nearest = by_rows.or_else(by_launch).or(made.first());
        let Some(right) = nearest else {
            let name = &profile.name;
            return Err(format!("{name} launches no such thing of this workload"));
        };
        match &right.launch {
            Decision::Leave { reason, .. } => Err(format!("it cannot be launched: {reason}")),
            Decision::Launch(right_spec) => {
                for (number, row) in case.rows.iter().enumerate() {
                    if let Some(near) = near(row, &right.rows) {
                        same(&format!("rows.{number}"), row, near)?;
                    }
                }
                same("launch", spec, right_spec)
            }
        }
    }
}

/// The model to which a way of measuring belongs.
fn model(measure: &Measure) -> Model {
    match measure {
        Measure::ColdStart => Model::ColdStart,
        Measure::Footprint { .. } => Model::Footprint,
        Measure::Size => Model::Size,
        Measure::Batches { .. } | Measure::Calls { .. } | Measure::Load { .. } => {
            Model::SteadyState
        }
        Measure::Instructions { .. } => Model::Instructions,
        Measure::Conformance { .. } => Model::Conformance,
    }
}

/// The smallest scenario that asks for a launch.
fn scenario(part: &PlanPart, rows: &[Row], spec: &LaunchSpec) -> Scenario {
    let metric = |name: Metric| MetricPlan {
        name,
        reference: None,
        reference_start: None,
        reference_params: BTreeMap::new(),
        workload: None,
        reference_workload: None,
    };
    let name = &rows[0].workload;
    let other = spec.other.as_ref().map_or(name, |other| &other.workload);
    let in_file_system = rows[0].params.contains_key("fs");
    let mut workload = WorkloadPlan {
        name: name.clone(),
        targets: vec![spec.target],
        other: Some(other.clone()),
        quick: true,
        steady: Vec::new(),
        calls: Vec::new(),
        file_systems: Vec::from_iter(in_file_system.then_some(spec.file_system)),
        load: None,
    };
    let mut memory = MemoryPlan::default();
    match &spec.measure {
        Measure::Footprint {
            grow_s,
            budget_bytes,
        } => {
            memory = MemoryPlan {
                isolates: spec.instances,
                processes: spec.instances,
                containers: spec.instances,
                grow_s: *grow_s,
                budget_bytes: *budget_bytes,
            }
        }
        Measure::Batches { way } => workload.steady.push(way.clone()),
        Measure::Instructions { way } => workload.steady.extend(way.clone()),
        Measure::Calls { name } => workload.calls.push(name.clone()),
        Measure::Load {
            connections,
            duration_s,
            warmup_s,
            rates,
            arrivals,
            // Those of the workload's own definition are right.
            first_warmup_s: _,
            requests: _,
        } => {
            workload.load = Some(LoadPlan {
                connections: *connections,
                duration_s: *duration_s,
                warmup_s: *warmup_s,
                rates: rates.clone(),
                quick_rates: rates.clone(),
                arrivals: arrivals.clone(),
            });
        }
        Measure::ColdStart | Measure::Size | Measure::Conformance { .. } => {}
    }
    Scenario {
        name: part.scenario.clone(),
        model: part.model,
        metrics: metrics(part.model, rows).into_iter().map(metric).collect(),
        workloads: vec![workload],
        plan: PlanFile {
            timeout_s: spec.timeout_s,
            warm_repeats: spec.warm_repeats,
            ..PlanFile::default()
        },
        memory,
        ..Scenario::default()
    }
}

/// What a model measures. Warm instantiations alone need repeats: only where they are asked for.
fn metrics(model: Model, rows: &[Row]) -> Vec<Metric> {
    let mut metrics = match model {
        Model::ColdStart => vec![
            Metric::TimeToFirstResult,
            Metric::Teardown,
            Metric::InstantiateWarm,
        ],
        Model::Footprint => vec![
            Metric::MemoryIdle,
            Metric::MemoryPeak,
            Metric::MemoryMarginal,
            Metric::MemoryFixed,
        ],
        Model::Size => vec![Metric::Size, Metric::SizeNeeded],
        // Their rows follow from what is launched.
        Model::SteadyState | Model::Instructions | Model::Conformance => Vec::new(),
    };
    let has_warm = rows.iter().any(|row| row.metric == Metric::InstantiateWarm);
    metrics.retain(|metric| has_warm || *metric != Metric::InstantiateWarm);
    metrics
}

/// The row that has most in common with another.
fn near<'a>(row: &Row, rows: &'a [Row]) -> Option<&'a Row> {
    let unlike = |other: &&Row| {
        [
            row.metric != other.metric,
            row.scope != other.scope,
            row.params != other.params,
            row.start != other.start,
            row.target != other.target,
        ]
        .into_iter()
        .filter(|differs| *differs)
        .count()
    };
    rows.iter().min_by_key(unlike)
}

/// That two are the same; else the first field that differs, and what it has to be.
fn same<T: Serialize>(path: &str, given: &T, right: &T) -> Result<(), String> {
    let value = |of: &T| serde_json::to_value(of).map_err(|error| format!("{path}: {error}"));
    difference(path, &value(given)?, &value(right)?).map_or(Ok(()), Err)
}

fn difference(path: &str, given: &Value, right: &Value) -> Option<String> {
    if given == right {
        return None;
    }
    let (Some(given), Some(right)) = (given.as_object(), right.as_object()) else {
        return Some(format!("{path} is {given}, and has to be {right}"));
    };
    let of_field = |(name, right): (&String, &Value)| {
        let path = format!("{path}.{name}");
        match given.get(name) {
            Some(given) => difference(&path, given, right),
            None => Some(format!("{path} is missing, and has to be {right}")),
        }
    };
    right.iter().find_map(of_field).or_else(|| {
        let more = given.keys().find(|name| !right.contains_key(*name))?;
        Some(format!("{path}.{more} has no place here: leave it out"))
    })
}
