//! From the cases of a plan to launches on this machine: what is missing here is found out now,
//! and what can be built is built.

use std::path::{Path, PathBuf};
use std::time::Duration;

use labrun_record::{Artifact, Outcome, Row};

use super::calls::Calling;
use super::cold_start::ColdStart;
use super::conformance::Checking;
use super::footprint::Memory;
use super::given;
use super::instructions::Counting;
use super::launch::{Launch, Value};
use super::load::{Generator, Loading};
use super::placed::Placed;
use super::size::Weighing;
use super::steady::Working;
use super::unchanged::Unchanged;
use crate::catalog::Isolations;
use crate::define::{LoadPlan, Workload};
use crate::isolation::runner::Executable;
use crate::isolation::{Isolation, Job, Packing};
use crate::limits;
use crate::outcome::Failure;
use crate::plan::{Case, Decision, LaunchSpec, Measure, PlanPart};
use crate::site::{self, Site};
use crate::stock::Stock;
use crate::task::FileSystem;

/// What the launches of a plan are made from.
#[derive(Clone, Copy)]
pub struct Supply<'a> {
    /// All isolations of the lab.
    pub isolations: &'a Isolations,
    /// All workloads of the lab.
    pub workloads: &'a [Workload],
    /// What was built, or is now.
    pub stock: &'a dyn Stock,
    /// Where it stands.
    pub site: &'a Site,
}

/// A part of a plan that is about to be carried out.
pub(super) struct PreparedPart<'a> {
    pub(super) part: &'a PlanPart,
    /// Number in the run of its first row.
    pub(super) first_row: usize,
    pub(super) cases: Vec<PreparedCase<'a>>,
}

/// A case that is about to be launched. All of its rows get one sample from each launch.
pub(super) struct PreparedCase<'a> {
    pub(super) case: &'a Case,
    /// Number in the run of its first row; the others follow.
    pub(super) first_row: usize,
    /// What is launched, on which isolation; or why nothing is.
    pub(super) launch: Result<(Box<dyn Launch>, &'a dyn Isolation), Failure>,
    /// What the launch runs, for `run.json`.
    pub(super) artifacts: Vec<Artifact>,
    /// Files and folders that it needs besides, and that were there.
    pub(super) needs: Vec<PathBuf>,
    /// The files that it is launched from, as they were.
    pub(super) files: Unchanged,
}

impl PreparedCase<'_> {
    /// Whether a daemon runs what is launched.
    pub(super) fn is_run_by_daemon(&self) -> bool {
        let launch = self.launch.as_ref();
        launch.is_ok_and(|(_, isolation)| isolation.profile().daemon.is_some())
    }

    /// A failed launch as what it is: where a file that it runs from was taken away in mid-run, no
    /// fault of the launched. What was `measured` before that counts.
    pub(super) fn blamed(&self, failure: Failure, site: &Site, measured: bool) -> Failure {
        let reason = if let Some(gone) = self.gone(site) {
            format!(
                "{} is gone, which it was launched from, so it got no more launches: leave the lab's folder, \
                 what was built, and labrun's own folders in {} and {} alone while a run goes on, and \
                 measure again",
                gone.display(),
                site::SCRATCH_PARENT,
                site::DISK_PARENT
            )
        } else if let Some(changed) = self.files.changed() {
            changed_meanwhile(changed)
        } else {
            return failure;
        };
        if measured {
            Failure::new(Outcome::NotSelected, reason)
        } else {
            Failure::unavailable(reason)
        }
    }

    /// What a launch gave, if it was of the files that were looked at when the run began.
    pub(super) fn of_its_files(&self, given: Vec<Value>) -> Result<Vec<Value>, Failure> {
        match self.files.changed() {
            Some(changed) => Err(Failure::unavailable(changed_meanwhile(changed))),
            None => Ok(given),
        }
    }

    /// A file that it is launched from, and that is no more.
    fn gone(&self, site: &Site) -> Option<PathBuf> {
        let launched = self.launched_from();
        launched
            .chain(self.needs.iter().filter(|file| file.is_absolute()).cloned())
            .chain(site.folders())
            .find(|file| !file.exists())
    }

    /// The files that it is launched from: what was built or given, and the program that isolates it.
    /// None where nothing is launched.
    pub(super) fn launched_from(&self) -> impl Iterator<Item = PathBuf> {
        let isolation = self.launch.as_ref().ok().map(|(_, isolation)| isolation);
        let program = isolation.and_then(|isolation| isolation.program());
        let program = program.map(|ready| {
            let Executable { path, script, .. } = ready.executable;
            [Some(path), script, ready.starts]
        });
        let artifacts = self.artifacts.iter().map(|artifact| artifact.path.clone());
        let artifacts = artifacts.filter(move |_| isolation.is_some());
        // An image is not called by a path.
        artifacts
            .chain(program.into_iter().flatten().flatten())
            .filter(|file| file.is_absolute())
    }
}

/// Prepares every part of a plan, for a run with this seed.
pub(super) fn parts<'a>(
    parts: &'a [PlanPart],
    supply: &Supply<'a>,
    seed: u64,
) -> Vec<PreparedPart<'a>> {
    let mut row = 0;
    let mut prepared = Vec::new();
    for part in parts {
        // The load generator's own limit is the same for all: it is found once.
        let generator = Generator::new(seed);
        let first_row = row;
        let mut cases = Vec::new();
        for planned in &part.cases {
            cases.push(case(planned, row, supply, &generator));
            row += planned.rows.len();
        }
        prepared.push(PreparedPart {
            part,
            first_row,
            cases,
        });
    }
    prepared
}

/// Prepares one case, whose first row has this number in the run.
pub(super) fn case<'a>(
    case: &'a Case,
    first_row: usize,
    supply: &Supply<'a>,
    generator: &Generator,
) -> PreparedCase<'a> {
    let mut artifacts = Vec::new();
    let launch = prepare(case, supply, generator, &mut artifacts);
    let workload = match &case.launch {
        Decision::Launch(spec) => supply.workload(&spec.workload).ok(),
        Decision::Leave { .. } => None,
    };
    let needs = workload.and_then(Workload::grant_files).into_iter();
    let mut prepared = PreparedCase {
        case,
        first_row,
        launch,
        artifacts,
        needs: needs.filter(|path| path.exists()).collect(),
        files: Unchanged::default(),
    };
    prepared.files = Unchanged::since_now(prepared.launched_from());
    prepared
}

/// Why it is launched no more.
fn changed_meanwhile(file: &Path) -> String {
    format!(
        "{} was changed while the run went on, so it got no more launches: what was measured is what it was \
         before; leave it alone meanwhile, and measure again",
        file.display()
    )
}

/// What a case launches, or the first thing that stands in its way.
fn prepare<'a>(
    case: &'a Case,
    supply: &Supply<'a>,
    generator: &Generator,
    artifacts: &mut Vec<Artifact>,
) -> Result<(Box<dyn Launch>, &'a dyn Isolation), Failure> {
    let spec = match &case.launch {
        Decision::Launch(spec) => spec,
        Decision::Leave { outcome, reason } => return Err(Failure::new(*outcome, reason)),
    };
    let name = case.isolation();
    let unknown = || Failure::unavailable(format!("there is no isolation {name}"));
    let isolation = supply.isolations.get(name).ok_or_else(unknown)?;
    let record = supply.isolations.record(name).ok_or_else(unknown)?;
    let is_counted = spec.measure == Measure::Size && supply.isolations.counts_elsewhere(name);
    if record.outcome != Outcome::Measured && !is_counted {
        // What an interruption left unbuilt is not missing.
        if supply.site.interrupt.raised() {
            return Err(Failure::Interrupted);
        }
        let reason = record.reason.clone().unwrap_or_default();
        return Err(Failure::new(record.outcome, reason));
    }
    let workload = supply.workload(&spec.workload)?;
    if let Some(name) = workload.environment.missing() {
        return Err(Failure::unavailable(format!(
            "it needs the variable {name}, which is not set: {name}=... labrun ..."
        )));
    }
    if let Some(reason) = isolation.unavailable(workload) {
        return Err(Failure::unavailable(reason));
    }
    if let (FileSystem::Disk, Some(reason)) = (spec.file_system, site::no_disk()) {
        return Err(Failure::unavailable(reason));
    }
    // Without a granted directory nothing of a workload's lies there.
    let is_granted = workload.grant_files().is_some();
    if is_granted
        && spec.file_system == FileSystem::Tmpfs
        && let Some(reason) = limits::no_tmpfs()
    {
        return Err(Failure::unavailable(reason));
    }
    // A build command may print what it was given.
    let told =
        |failure: Failure| failure.reworded(|reason| workload.environment.without_secrets(reason));
    let job = supply.job(spec, isolation, artifacts).map_err(told)?;
    let launch = launch(
        job,
        &case.rows,
        spec,
        workload,
        isolation,
        (supply, generator),
    )?;
    let placed = Placed {
        launch,
        on: spec.file_system,
        environment: workload.environment.clone(),
        learned: workload.learned().cloned(),
    };
    Ok((Box::new(placed), isolation))
}

fn launch(
    job: Job,
    rows: &[Row],
    spec: &LaunchSpec,
    workload: &Workload,
    isolation: &dyn Isolation,
    (supply, generator): (&Supply<'_>, &Generator),
) -> Result<Box<dyn Launch>, Failure> {
    let has_no = |name: &str| {
        Failure::unavailable(format!("the workload {} has no `{name}`", workload.name))
    };
    Ok(match &spec.measure {
        Measure::ColdStart => Box::new(ColdStart::new(job, rows)),
        Measure::Footprint {
            grow_s,
            budget_bytes,
        } => {
            let grow_for = Duration::from_secs_f64(*grow_s);
            Box::new(Memory::new(job, rows, grow_for, *budget_bytes))
        }
        Measure::Size => Box::new(Weighing::new(job, rows, isolation)),
        Measure::Batches { way: name } => {
            let mut ways = workload.steady.iter();
            let way = ways.find(|way| way.name == *name);
            let way = way.ok_or_else(|| has_no(name))?;
            Box::new(Working::new(job, rows, way.clone()))
        }
        Measure::Calls { name } => {
            let mut all = workload.calls.iter();
            let calls = all.find(|calls| calls.name == *name);
            Box::new(Calling::new(job, calls.ok_or_else(|| has_no(name))?))
        }
        Measure::Load {
            connections,
            duration_s,
            warmup_s,
            rates,
            arrivals,
            first_warmup_s,
            // Held against the workload's when the plan was read.
            requests: _,
        } => {
            let load = LoadPlan {
                connections: *connections,
                duration_s: *duration_s,
                warmup_s: *warmup_s,
                rates: rates.clone(),
                quick_rates: Vec::new(),
                arrivals: arrivals.clone(),
            };
            let loading = Loading::new(job, rows, load, generator);
            Box::new(loading.warmed_up_first(*first_warmup_s))
        }
        Measure::Instructions { way: name } => {
            let mut ways = workload.steady.iter();
            let way = name.as_ref().map(|name| {
                let way = ways.find(|way| way.name == *name);
                way.cloned().ok_or_else(|| has_no(name))
            });
            let counter = supply.isolations.counter()?.clone();
            Box::new(Counting::new(job, way.transpose()?, counter))
        }
        Measure::Conformance { check } => Box::new(Checking { job, check: *check }),
    })
}

impl<'a> Supply<'a> {
    fn workload(&self, name: &str) -> Result<&'a Workload, Failure> {
        let found = self.workloads.iter().find(|workload| workload.name == name);
        found.ok_or_else(|| Failure::unavailable(format!("the lab has no workload `{name}`")))
    }

    /// The job of a launch, with what it runs.
    fn job(
        &self,
        spec: &LaunchSpec,
        isolation: &dyn Isolation,
        artifacts: &mut Vec<Artifact>,
    ) -> Result<Job, Failure> {
        let mut workload = self.workload(&spec.workload)?.clone();
        let task = workload.task().map_err(Failure::unavailable)?;
        let mut artifact = self.stock.artifact(&spec.artifact, self.isolations)?;
        artifact.target = spec.target;
        // A module is the same for all; whatever else is run is run by one of them.
        let is_module = spec.artifact.is_module();
        if !is_module || isolation.profile().packing_of(spec.target) != Packing::File {
            artifact.isolation = Some(isolation.name().to_owned());
        }
        artifacts.push(artifact.clone());
        let profile = isolation.profile();
        let processor = self.isolations.processor();
        let image = given::image(
            &mut workload,
            &spec.artifact,
            self.stock,
            profile,
            processor,
        )?;
        let libraries = given::libraries(&workload, &spec.artifact, &artifact, profile, processor)?;
        let precompiled = spec.precompiled.as_ref();
        let precompiled = precompiled
            .map(|recipe| self.stock.artifact(recipe, self.isolations))
            .transpose()?;
        artifacts.extend(precompiled.clone());
        let other = spec.other.as_ref();
        let other = other
            .map(|other| self.job(other, isolation, artifacts))
            .transpose()?;
        Ok(Job {
            workload,
            image,
            target: spec.target,
            start: spec.start,
            task,
            artifact: artifact.path,
            libraries,
            precompiled: precompiled.map(|built| built.path),
            other: other.map(Box::new),
            file_system: spec.file_system,
            policy: spec.policy,
            way: spec.network,
            instances: spec.instances,
            timeout: processor.waits(Duration::from_secs_f64(spec.timeout_s)),
            patience: self.site.patience.clone(),
            warm_repeats: processor.repeats(spec.warm_repeats),
        })
    }
}
