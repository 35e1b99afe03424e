//! What a plan is made from, and the cases that every way of measuring begins with.

use std::collections::BTreeMap;

use labrun_record::{Metric, Outcome, Reference, Row, Start, Target, UNCHECKED};

use super::{
    Case, Decision, LaunchSpec, Limits, Measure, PLAN_VERSION, Plan, PlanPart, cold_start,
    conformance, footprint, given, instructions, recipe, size, throughput,
};
use crate::define::{ArtifactKind, MetricPlan, Model, Need, Scenario, Workload, WorkloadPlan};
use crate::glob::Globs;
use crate::isolation::{Profile, Role};
use crate::outcome::Failure;
use crate::select::Selected;
use crate::task::{FileSystem, NetworkPath, Policy};

/// What the command line wishes of a run.
#[derive(Debug, Clone, Default)]
pub struct RunOptions {
    /// Exactly so many launches of each row.
    pub samples: Option<u32>,
    /// Whether the run is an indication only.
    pub quick: bool,
    /// Seconds for the whole run; its parts share them as their own budgets do.
    pub time_budget_s: Option<f64>,
    /// Discarded launches before the first block.
    pub warmup: Option<u32>,
}

/// What a plan is asked for.
pub struct Asked<'a> {
    /// Name of the scenario.
    pub scenario: &'a str,
    /// The question that it answers.
    pub question: &'a str,
    /// What is carried out: each scenario, the isolations that it takes, and what of it is
    /// selected.
    pub parts: Vec<(&'a Scenario, Globs, &'a Selected)>,
    /// All workloads of the lab.
    pub workloads: &'a [Workload],
    /// All isolations of the lab.
    pub profiles: &'a [Profile],
    /// The architecture.
    pub arch: &'a str,
    /// What the command line wishes.
    pub options: &'a RunOptions,
}

/// The plan of a run.
pub fn plan(asked: &Asked<'_>) -> Plan {
    let budget = |scenario: &Scenario| scenario.plan.time_budget_s;
    let all: f64 = asked
        .parts
        .iter()
        .map(|(scenario, ..)| budget(scenario))
        .sum();
    let part = |(scenario, takes, selected): &(&Scenario, Globs, &Selected)| {
        let share = if all > 0.0 {
            budget(scenario) / all
        } else {
            1.0
        };
        let context = PlanContext {
            scenario,
            takes,
            selected,
            workloads: asked.workloads,
            profiles: asked.profiles,
            arch: asked.arch,
        };
        let mut cases = match scenario.model {
            Model::ColdStart => cold_start::cases(&context),
            Model::Footprint => footprint::cases(&context),
            Model::Size => size::cases(&context),
            Model::SteadyState => throughput::cases(&context),
            Model::Instructions => instructions::cases(&context),
            Model::Conformance => conformance::cases(&context),
        };
        // Where none of its metrics is asked for, nothing is launched.
        cases.retain(|case| !case.rows.is_empty());
        PlanPart {
            scenario: scenario.name.clone(),
            question: scenario.question.clone(),
            model: scenario.model,
            rules: rules(scenario, asked.options, share),
            references: scenario.metrics.iter().filter_map(reference).collect(),
            cases,
        }
    };
    Plan {
        plan_version: PLAN_VERSION,
        scenario: asked.scenario.to_owned(),
        question: asked.question.to_owned(),
        quick: asked.options.quick,
        arch: asked.arch.to_owned(),
        parts: asked.parts.iter().map(part).collect(),
    }
}

/// A time that is wished for is shared by the parts as their own times are.
fn rules(scenario: &Scenario, options: &RunOptions, share: f64) -> labrun_record::Plan {
    let mut rules = scenario.plan.rules();
    if options.quick {
        let (least, most) = (scenario.quick.samples, scenario.quick.max_samples);
        (rules.min_samples, rules.max_samples) = (least, most.max(least));
        rules.pilot = false;
    }
    if let Some(samples) = options.samples {
        (rules.min_samples, rules.max_samples) = (samples, samples);
    }
    if let Some(wished) = options.time_budget_s {
        rules.time_budget_s = wished * share;
    }
    rules.warmup = options.warmup.unwrap_or(rules.warmup);
    rules
}

fn reference(metric: &MetricPlan) -> Option<Reference> {
    Some(Reference {
        metric: metric.name,
        isolation: metric.reference.clone()?,
        start: metric.reference_start,
        workload: metric.workload.clone(),
        to_workload: metric.reference_workload.clone(),
        params: metric.reference_params.clone(),
    })
}

/// What the cases of one scenario are made from.
pub(super) struct PlanContext<'a> {
    pub(super) scenario: &'a Scenario,
    takes: &'a Globs,
    selected: &'a Selected,
    workloads: &'a [Workload],
    profiles: &'a [Profile],
    arch: &'a str,
}

impl PlanContext<'_> {
    /// Every workload of the scenario on every isolation that runs programs, in each target
    /// that both have.
    pub(super) fn kinds(&self) -> Vec<Kind<'_>> {
        let mut kinds = self.every_kind();
        kinds.retain(|kind| kind.profile.runs_programs());
        kinds
    }

    /// The same with isolations that call exports alone.
    pub(super) fn every_kind(&self) -> Vec<Kind<'_>> {
        let mut kinds = Vec::new();
        let taken = |profile: &&Profile| self.takes.is_match(&profile.name);
        for planned in &self.scenario.workloads {
            let workload = self.workload(&planned.name);
            for profile in self.profiles.iter().filter(taken) {
                let misplaced =
                    profile.role == Role::Control && self.scenario.model != Model::ColdStart;
                if misplaced || workload.is_some_and(|workload| !profile.takes(workload)) {
                    continue;
                }
                let both = |target: &&Target| profile.has(**target, workload);
                for &target in planned.targets.iter().filter(both) {
                    kinds.push(Kind {
                        context: self,
                        planned,
                        profile,
                        target,
                    });
                }
            }
        }
        kinds
    }

    /// The scenario's metrics, each once.
    pub(super) fn metrics(&self) -> Vec<Metric> {
        let mut metrics: Vec<Metric> = Vec::new();
        for metric in &self.scenario.metrics {
            if !metrics.contains(&metric.name) {
                metrics.push(metric.name);
            }
        }
        metrics
    }

    fn workload(&self, name: &str) -> Option<&Workload> {
        self.workloads.iter().find(|workload| workload.name == name)
    }
}

/// A workload on an isolation in a target.
#[derive(Clone, Copy)]
pub(super) struct Kind<'a> {
    context: &'a PlanContext<'a>,
    pub(super) planned: &'a WorkloadPlan,
    pub(super) profile: &'a Profile,
    pub(super) target: Target,
}

impl<'a> Kind<'a> {
    /// The identity of its rows, but for metric, start, scope and params.
    pub(super) fn identity(&self) -> Row {
        Row {
            workload: self.planned.name.clone(),
            target: self.target,
            isolation: self.profile.name.clone(),
            tier: self.profile.tier,
            arch: self.context.arch.to_owned(),
            metric: Metric::TimeToFirstResult,
            start: None,
            scope: None,
            params: self.params(),
        }
    }

    /// What all of its rows are told apart by.
    fn params(&self) -> BTreeMap<String, String> {
        let is_unchecked = self.workload().is_ok_and(|workload| !workload.is_checked());
        let [name, value] = UNCHECKED.map(str::to_owned);
        BTreeMap::from_iter(is_unchecked.then_some((name, value)))
    }

    /// Why a server of it cannot have a policy, where nothing that comes first is in the way.
    pub(super) fn refuses(&self, policy: Policy) -> Option<String> {
        let workload = self.workload().ok()?;
        let selected = self.left_out().is_none();
        let cannot = self
            .profile
            .unsupported(workload, self.target, &workload.needs);
        let can = selected && cannot.is_none();
        self.profile.refuses(policy).filter(|_| can)
    }

    /// Why it is left out, if it is. A control is there whatever it is a control of.
    fn left_out(&self) -> Option<String> {
        let selected = self.context.selected;
        if self.profile.role == Role::Control {
            return selected.leaves_workload_out(self.planned);
        }
        selected.leaves_out(self.planned, &self.profile.name)
    }

    /// Whether the run is an indication only.
    pub(super) fn is_quick(&self) -> bool {
        self.context.selected.is_quick()
    }

    /// The workload as it is defined.
    pub(super) fn workload(&self) -> Result<&'a Workload, Failure> {
        let name = &self.planned.name;
        let found = self.context.workload(name);
        found.ok_or_else(|| Failure::unavailable(format!("the lab has no workload `{name}`")))
    }

    /// What is launched from the start `process` with what the workload itself needs, or the
    /// first thing that stands in its way.
    pub(super) fn launch(&self, measure: Measure) -> Result<LaunchSpec, Failure> {
        let needs = self.workload().map_or(&[][..], |workload| &workload.needs);
        self.launch_with(needs, None, measure)
    }

    /// The same with what a way of using the workload needs, and for one of the artifacts that
    /// its package has for the target (what it is as a rule, where none is named).
    pub(super) fn launch_with(
        &self,
        needs: &[Need],
        kind: Option<ArtifactKind>,
        measure: Measure,
    ) -> Result<LaunchSpec, Failure> {
        if let Some(reason) = self.left_out() {
            return Err(Failure::new(Outcome::NotSelected, reason));
        }
        let workload = self.workload()?;
        if let Some(reason) = self.profile.unsupported(workload, self.target, needs) {
            return Err(Failure::new(Outcome::Unsupported, reason));
        }
        let misfit = given::misfit(workload, self.profile, self.target, self.context.arch);
        if let Some(failure) = misfit {
            return Err(failure);
        }
        let compiled = workload.source_of(self.target);
        if !workload.targets.contains(&compiled) {
            let name = &workload.name;
            return Err(Failure::unavailable(format!(
                "the workload {name} is not built for {compiled}: its `targets` say so"
            )));
        }
        Ok(self.spec(workload, kind, measure))
    }

    /// What a resident process has served before the clock.
    pub(super) fn other(&self) -> Result<LaunchSpec, Failure> {
        let name = self.planned.other.as_deref().unwrap_or_default();
        let other = self.context.workload(name);
        let other =
            other.filter(|other| other.run.is_some() && other.targets.contains(&self.target));
        let other = other.ok_or_else(|| {
            Failure::unavailable(format!(
                "`{name}` is no command for {}, which a resident start needs",
                self.target
            ))
        })?;
        let mut spec = self.spec(other, None, Measure::ColdStart);
        spec.start = Start::Resident;
        Ok(spec)
    }

    fn spec(
        &self,
        workload: &Workload,
        kind: Option<ArtifactKind>,
        measure: Measure,
    ) -> LaunchSpec {
        let kind = kind.unwrap_or_else(|| workload.artifact_kind(self.target));
        let (artifact, precompiled) =
            recipe::for_isolation(self.profile, workload, self.context.arch, self.target, kind);
        let rules = &self.context.scenario.plan;
        LaunchSpec {
            workload: workload.name.clone(),
            target: self.target,
            start: Start::Process,
            artifact,
            precompiled,
            other: None,
            file_system: FileSystem::default(),
            policy: Policy::default(),
            network: NetworkPath::default(),
            instances: 0,
            timeout_s: rules.timeout_s,
            warm_repeats: rules.warm_repeats,
            measure,
        }
    }
}

/// The case of some rows.
pub(super) fn case(rows: Vec<Row>, launch: Result<LaunchSpec, Failure>) -> Case {
    Case {
        rows,
        launch: launch.map_or_else(Decision::from, |spec| Decision::Launch(Box::new(spec))),
        limits: Limits::default(),
        beside: Vec::new(),
    }
}
