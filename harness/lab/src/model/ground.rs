//! What the planning of a run stands on, and the making of its jobs: whatever a
//! selected launch needs is built on the way.

use std::collections::BTreeMap;
use std::time::Duration;

use labrun_record::{Artifact, Metric, Outcome, Row, Start, Target};

use crate::build::Builder;
use crate::define::{ArtifactKind, Need, Scenario, Workload, WorkloadPlan};
use crate::glob::Globs;
use crate::isolation::runner::State;
use crate::isolation::{Isolation, Job};
use crate::outcome::Failure;
use crate::select::Selected;
use crate::task::{FileSystem, Policy, Way};

/// What the planning of a run, or of a part of it, stands on.
pub struct Ground<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// All workloads of the lab.
    pub workloads: &'a [Workload],
    /// All isolations of the lab.
    pub isolations: &'a [Box<dyn Isolation>],
    /// Those of them that the scenario takes.
    pub takes: Globs,
    /// State of each runner, by technology.
    pub runners: &'a [(String, State)],
    /// What is asked for.
    pub selected: &'a Selected,
    /// Builds what the launches need.
    pub builder: &'a Builder<'a>,
}

impl<'a> Ground<'a> {
    /// The isolations that the scenario takes, with their numbers among all.
    pub(super) fn isolations(&self) -> impl Iterator<Item = (usize, &'a dyn Isolation)> + '_ {
        self.isolations
            .iter()
            .enumerate()
            .filter(|(_, isolation)| self.takes.is_match(isolation.name()))
            .map(|(index, isolation)| (index, isolation.as_ref()))
    }

    /// Every workload of the scenario on every isolation that runs programs, in each target
    /// that both have.
    pub(super) fn kinds(&self) -> Vec<Making<'_>> {
        let mut kinds = self.every_kind();
        kinds.retain(Making::runs_programs);
        kinds
    }

    /// The same with isolations that call exports alone.
    pub(super) fn every_kind(&self) -> Vec<Making<'_>> {
        let mut kinds = Vec::new();
        for planned in &self.scenario.workloads {
            let workload = self.workload(&planned.name);
            for (index, isolation) in self.isolations() {
                if workload.is_some_and(|workload| !isolation.takes(workload)) {
                    continue;
                }
                let both = |target: &&Target| isolation.targets().contains(target);
                for &target in planned.targets.iter().filter(both) {
                    kinds.push(Making {
                        ground: self,
                        planned,
                        index,
                        isolation,
                        target,
                        start: Start::Process,
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

    fn workload(&self, name: &str) -> Option<&'a Workload> {
        self.workloads.iter().find(|workload| workload.name == name)
    }
}

/// The making of one job.
#[derive(Clone, Copy)]
pub(super) struct Making<'a> {
    pub(super) ground: &'a Ground<'a>,
    pub(super) planned: &'a WorkloadPlan,
    /// Number of the isolation among all.
    pub(super) index: usize,
    pub(super) isolation: &'a dyn Isolation,
    pub(super) target: Target,
    pub(super) start: Start,
}

/// A job, and what it runs.
pub(super) type Made = (Job, Vec<Artifact>);

impl<'a> Making<'a> {
    /// The identity of its rows, but for metric, start, scope and params.
    pub(super) fn identity(&self) -> Row {
        Row {
            workload: self.planned.name.clone(),
            target: self.target,
            isolation: self.isolation.name().to_owned(),
            tier: self.isolation.tier(),
            arch: self.ground.builder.toolchain().arch().to_owned(),
            metric: Metric::TimeToFirstResult,
            start: None,
            scope: None,
            params: BTreeMap::new(),
        }
    }

    /// Whether its isolation runs programs, or calls exports of libraries alone.
    pub(super) fn runs_programs(&self) -> bool {
        !self.isolation.starts().is_empty()
    }

    /// Why a server of it cannot have a policy, where nothing that comes first is in the way.
    pub(super) fn refuses(&self, policy: Policy) -> Option<String> {
        let (of, own) = (self.isolation, self.planned);
        let workload = self.workload().ok()?;
        let selected = self.ground.selected.leaves_out(own, of.name()).is_none();
        let can = of
            .unsupported(workload, self.target, &workload.needs)
            .is_none();
        of.refuses(policy).filter(|_| selected && can)
    }

    /// Whether the run is an indication only.
    pub(super) fn is_quick(&self) -> bool {
        self.ground.selected.is_quick()
    }

    /// The workload as it is defined.
    pub(super) fn workload(&self) -> Result<&'a Workload, Failure> {
        let name = &self.planned.name;
        self.ground.workload(name).ok_or_else(|| {
            Failure::new(
                Outcome::Unavailable,
                format!("the lab has no workload `{name}`"),
            )
        })
    }

    /// The job that cold start launches, or the first thing that stands in its way.
    pub(super) fn job(&self) -> Result<Made, Failure> {
        let needs = self.workload().map_or(&[][..], |workload| &workload.needs);
        self.job_with(needs)
    }

    /// The job with what a way of using the workload needs, or the first thing that stands
    /// in its way.
    pub(super) fn job_with(&self, needs: &[Need]) -> Result<Made, Failure> {
        let kind = |workload: &Workload| workload.artifact_kind(self.target);
        self.job_of(needs, self.workload().map_or(ArtifactKind::Bin, kind))
    }

    /// The same for one of the artifacts that its package has for the target.
    pub(super) fn job_of(&self, needs: &[Need], kind: ArtifactKind) -> Result<Made, Failure> {
        let name = self.isolation.name();
        if let Some(reason) = self.ground.selected.leaves_out(self.planned, name) {
            return Err(Failure::new(Outcome::NotSelected, reason));
        }
        let workload = self.workload()?;
        if let Some(reason) = self.isolation.unsupported(workload, self.target, needs) {
            return Err(Failure::new(Outcome::Unsupported, reason));
        }
        let record = self.isolation.record();
        if record.outcome != Outcome::Measured {
            self.unless_interrupted()?;
            return Err(Failure::new(
                record.outcome,
                record.reason.unwrap_or_default(),
            ));
        }
        if let Some(reason) = self.isolation.unavailable(workload) {
            return Err(Failure::unavailable(reason));
        }
        let mut artifacts = Vec::new();
        let mut job = self.make(workload, kind, &mut artifacts)?;
        if self.start == Start::Resident {
            job.other = Some(Box::new(self.other(&mut artifacts)?));
        }
        Ok((job, artifacts))
    }

    /// The job that a resident process has done before the clock.
    fn other(&self, artifacts: &mut Vec<Artifact>) -> Result<Job, Failure> {
        let name = self.planned.other.as_deref().unwrap_or_default();
        let other = self.ground.workload(name);
        let other =
            other.filter(|other| other.run.is_some() && other.targets.contains(&self.target));
        let other = other.ok_or_else(|| {
            Failure::new(
                Outcome::Unavailable,
                format!(
                    "`{name}` is no command for {}, which a resident start needs",
                    self.target
                ),
            )
        })?;
        self.make(other, other.artifact_kind(self.target), artifacts)
    }

    fn make(
        &self,
        workload: &Workload,
        kind: ArtifactKind,
        artifacts: &mut Vec<Artifact>,
    ) -> Result<Job, Failure> {
        let task = workload
            .task()
            .map_err(|error| Failure::unavailable(error.to_string()))?;
        let builder = self.ground.builder;
        let made = builder.for_isolation(self.isolation, workload, self.target, kind)?;
        artifacts.push(made.artifact.clone());
        artifacts.extend(made.precompiled.clone());
        Ok(Job {
            workload: workload.clone(),
            target: self.target,
            start: self.start,
            task,
            artifact: made.artifact.path,
            precompiled: made.precompiled.map(|built| built.path),
            other: None,
            file_system: FileSystem::default(),
            policy: Policy::default(),
            way: Way::default(),
            instances: 0,
            timeout: Duration::from_secs_f64(self.ground.scenario.plan.timeout_s),
            warm_repeats: self.ground.scenario.plan.warm_repeats,
        })
    }

    fn unless_interrupted(&self) -> Result<(), Failure> {
        if self.ground.builder.is_interrupted() {
            return Err(Failure::Interrupted);
        }
        Ok(())
    }
}
