//! Cold start: time to first result from three starts, teardown, warm instantiation.

use std::time::Duration;

use labrun_record::{Artifact, Metric, Outcome, Row, Start, Target};

use super::plan::{Blocked, Group, row};
use crate::build::Builder;
use crate::define::{Scenario, Workload, WorkloadPlan};
use crate::isolation::runner::{Ready, State};
use crate::isolation::{Isolation, Job, Linking};
use crate::select::Selected;

/// What the planning of a run stands on.
pub struct Ground<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// All workloads of the lab.
    pub workloads: &'a [Workload],
    /// All isolations of the scenario.
    pub isolations: &'a [Box<dyn Isolation>],
    /// State of each runner, by technology.
    pub runners: &'a [(String, State)],
    /// What is asked for.
    pub selected: &'a Selected,
    /// Builds what the launches need.
    pub builder: &'a Builder<'a>,
}

/// Every row of the scenario, and the launches that give them samples. Whatever a
/// selected launch needs is built on the way.
pub fn plan(ground: &Ground<'_>) -> (Vec<Row>, Vec<Group>) {
    let mut rows = Vec::new();
    let mut groups = Vec::new();
    for planned in &ground.scenario.workloads {
        let workload = ground
            .workloads
            .iter()
            .find(|workload| workload.name == planned.name);
        for (index, isolation) in ground.isolations.iter().enumerate() {
            for &target in planned
                .targets
                .iter()
                .filter(|target| isolation.targets().contains(target))
            {
                for &start in isolation.starts() {
                    let identity = Row {
                        workload: planned.name.clone(),
                        target,
                        isolation: isolation.name().to_owned(),
                        tier: isolation.tier(),
                        arch: ground.builder.toolchain().arch().to_owned(),
                        metric: Metric::TimeToFirstResult,
                        start: Some(start),
                        scope: None,
                        params: std::collections::BTreeMap::new(),
                    };
                    let mut own = Vec::new();
                    for metric in ground.scenario.metrics.iter().map(|metric| metric.name) {
                        if metric != Metric::InstantiateWarm || start == Start::Loaded {
                            own.push((metric, rows.len()));
                            rows.push(row(&identity, metric));
                        }
                    }
                    let made = Making {
                        ground,
                        planned,
                        isolation: isolation.as_ref(),
                        target,
                        start,
                    }
                    .job(workload);
                    let (job, artifacts) = match made {
                        Ok((job, artifacts)) => (Ok(job), artifacts),
                        Err(blocked) => (Err(blocked), Vec::new()),
                    };
                    groups.push(Group {
                        isolation: index,
                        rows: own,
                        job,
                        artifacts,
                    });
                }
            }
        }
    }
    (rows, groups)
}

/// The making of one job.
struct Making<'a> {
    ground: &'a Ground<'a>,
    planned: &'a WorkloadPlan,
    isolation: &'a dyn Isolation,
    target: Target,
    start: Start,
}

impl Making<'_> {
    /// The job, or the first thing that stands in its way.
    fn job(&self, workload: Option<&Workload>) -> Result<(Job, Vec<Artifact>), Blocked> {
        let name = self.isolation.name();
        if let Some(reason) = self.ground.selected.leaves_out(&self.planned.name, name) {
            return Err(Blocked::new(Outcome::NotSelected, reason));
        }
        let workload = workload.ok_or_else(|| {
            Blocked::new(
                Outcome::Unavailable,
                format!("the lab has no workload `{}`", self.planned.name),
            )
        })?;
        if let Some(reason) = self
            .isolation
            .unsupported(workload, self.target, &workload.needs)
        {
            return Err(Blocked::new(Outcome::Unsupported, reason));
        }
        let record = self.isolation.record();
        if record.outcome != Outcome::Measured {
            self.unless_interrupted()?;
            return Err(Blocked::new(
                record.outcome,
                record.reason.unwrap_or_default(),
            ));
        }
        if let Some(reason) = self.isolation.unavailable(workload) {
            return Err(Blocked::new(Outcome::Unavailable, reason));
        }
        let mut artifacts = Vec::new();
        let mut job = self.make(workload, &mut artifacts)?;
        if self.start == Start::Resident {
            job.other = Some(Box::new(self.other(&mut artifacts)?));
        }
        Ok((job, artifacts))
    }

    /// The job that a resident process has done before the clock.
    fn other(&self, artifacts: &mut Vec<Artifact>) -> Result<Job, Blocked> {
        let name = &self.planned.other;
        let other = self
            .ground
            .workloads
            .iter()
            .find(|workload| &workload.name == name);
        let other =
            other.filter(|other| other.run.is_some() && other.targets.contains(&self.target));
        let other = other.ok_or_else(|| {
            Blocked::new(
                Outcome::Unavailable,
                format!(
                    "`{name}` is no command for {}, which a resident start needs",
                    self.target
                ),
            )
        })?;
        self.make(other, artifacts)
    }

    fn make(&self, workload: &Workload, artifacts: &mut Vec<Artifact>) -> Result<Job, Blocked> {
        let unavailable = |reason: String| match self.unless_interrupted() {
            Ok(()) => Blocked::new(Outcome::Unavailable, reason),
            Err(interrupted) => interrupted,
        };
        let task = workload
            .task()
            .map_err(|error| unavailable(error.to_string()))?;
        let linking = Linking::of(self.isolation.name());
        let mut artifact = self
            .ground
            .builder
            .artifact(workload, self.target, linking)
            .map_err(unavailable)?;
        let mut precompiled = None;
        match self.target {
            Target::Image => {
                artifact = self.ground.builder.image(workload, &artifact, linking)?;
                artifact.isolation = Some(self.isolation.name().to_owned());
                artifacts.push(artifact.clone());
            }
            Target::Native => {
                artifact.isolation = Some(self.isolation.name().to_owned());
                artifacts.push(artifact.clone());
            }
            Target::Wasip1 | Target::Wasip2 => {
                artifacts.push(artifact.clone());
                if self.isolation.precompiles() {
                    let built = self.ground.builder.precompiled(
                        self.runner()?,
                        self.isolation.name(),
                        &artifact,
                    )?;
                    precompiled = Some(built.path.clone());
                    artifacts.push(built);
                }
            }
        }
        Ok(Job {
            workload: workload.clone(),
            target: self.target,
            start: self.start,
            task,
            artifact: artifact.path,
            precompiled,
            other: None,
            timeout: Duration::from_secs_f64(self.ground.scenario.plan.timeout_s),
            warm_repeats: self.ground.scenario.plan.warm_repeats,
        })
    }

    fn unless_interrupted(&self) -> Result<(), Blocked> {
        if self.ground.builder.is_interrupted() {
            return Err(Blocked::interrupted());
        }
        Ok(())
    }

    fn runner(&self) -> Result<&Ready, Blocked> {
        let technology = self.isolation.name().split('/').next().unwrap_or_default();
        let state = self
            .ground
            .runners
            .iter()
            .find(|(name, _)| name == technology)
            .map(|(_, state)| state);
        match state {
            Some(State::Ready(ready)) => Ok(ready),
            Some(State::Missing(reason)) => Err(Blocked::new(Outcome::Unavailable, reason.clone())),
            None => Err(Blocked::new(
                Outcome::Unavailable,
                format!("there is no runner {technology}"),
            )),
        }
    }
}
