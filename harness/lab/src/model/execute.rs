//! Carrying out the plan of a run: launches, samples, the files of the run.

use std::io;
use std::time::Instant;

use indexmap::IndexMap;
use labrun_analysis::row_seed;
use labrun_record::{Metric, Outcome, Run, RunFolder, Sample, Start};
use thiserror::Error;

use super::plan::{Blocked, Group};
use super::writer::Writer;
use super::{cold_start, describe};
use crate::clock::now_ns;
use crate::isolation::{Failure, Isolation, Taken};
use crate::progress::Progress;
use crate::schedule::Schedule;
use crate::site::Site;

/// What the command line wishes of a run.
#[derive(Debug, Clone, Default)]
pub struct Wishes {
    /// Exactly so many launches of each row.
    pub samples: Option<u32>,
    /// Whether the run is an indication only.
    pub quick: bool,
    /// Seconds for the whole run.
    pub time_budget_s: Option<f64>,
    /// Discarded launches before the first block.
    pub warmup: Option<u32>,
    /// Seed of every shuffle and bootstrap.
    pub seed: u64,
    /// The exact command.
    pub command: Vec<String>,
    /// Version of the lab.
    pub lab_version: String,
}

/// A run that is about to begin.
pub struct RunRequest<'a> {
    /// Its folder, empty.
    pub folder: &'a RunFolder,
    /// What it is planned from.
    pub ground: &'a cold_start::Ground<'a>,
    /// What the command line wishes.
    pub wishes: &'a Wishes,
    /// Where it stands.
    pub site: &'a Site,
    /// What it tells of its progress.
    pub progress: &'a dyn Progress,
    /// When it began, RFC 3339.
    pub started: String,
    /// Its name.
    pub id: String,
    /// Called between two blocks, with how many there were: their launches are on disk.
    pub before_block: &'a dyn Fn(u32),
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Its plan was carried out.
    Complete,
    /// It was asked to end.
    Interrupted,
}

/// Why the lab could not go on. What was taken before is in the run's folder.
#[derive(Debug, Error)]
pub enum RunError {
    /// Another lab writes its run there.
    #[error("another labrun has begun a run in the same folder: give --out another one")]
    Taken,
    /// The run's files cannot be written.
    #[error("cannot write {file} of the run: {source}; what was taken before it is kept")]
    Write {
        /// Which file.
        file: &'static str,
        /// What the system said.
        source: io::Error,
    },
}

fn write_error(file: &'static str) -> impl Fn(io::Error) -> RunError {
    move |source| RunError::Write { file, source }
}

/// Carries out a run.
pub fn run(request: &RunRequest<'_>) -> Result<Ended, RunError> {
    let (rows, groups) = cold_start::plan(request.ground);
    let mut run = describe::run(request, rows, &groups);
    // The first to make this file has the folder.
    let writer = Writer::create(&request.folder.samples_jsonl()).map_err(|source| {
        if source.kind() == io::ErrorKind::AlreadyExists {
            RunError::Taken
        } else {
            write_error("samples.jsonl")(source)
        }
    })?;
    request
        .folder
        .write_run(&run)
        .map_err(write_error("run.json"))?;
    let mut execution = Execution {
        request,
        groups: &groups,
        writer,
        began_ns: now_ns(),
        seq: 0,
        entry: vec![None; groups.len()],
    };
    let ended = execution.carry_out(&run);
    run.interrupted = match &ended {
        Ok(Ended::Complete) => None,
        Ok(Ended::Interrupted) => {
            Some("the run was interrupted before its plan was carried out".to_owned())
        }
        Err(error) => Some(error.to_string()),
    };
    let written = request
        .folder
        .write_run(&run)
        .map_err(write_error("run.json"));
    // The first reason counts, not that its note could not be written either.
    ended.and_then(|ended| written.map(|()| ended))
}

/// The values of a launch beside its time to first result.
fn others(taken: &Taken) -> Vec<f64> {
    let teardown = taken.teardown_ns as f64;
    std::iter::once(teardown)
        .chain(taken.instantiate_warm_ns)
        .collect()
}

/// A run under way.
struct Execution<'a> {
    request: &'a RunRequest<'a>,
    groups: &'a [Group],
    writer: Writer,
    began_ns: u64,
    seq: u32,
    /// For each group, its number in the schedule.
    entry: Vec<Option<usize>>,
}

impl Execution<'_> {
    fn carry_out(&mut self, run: &Run) -> Result<Ended, RunError> {
        let mut schedule = Schedule::new(run.plan.clone(), run.seed);
        for (index, group) in self.groups.iter().enumerate() {
            match &group.job {
                Ok(_) => {
                    let first = group.rows.first().map_or(0, |(_, row)| *row);
                    self.entry[index] = Some(schedule.add(row_seed(run.seed, &run.rows[first])));
                }
                Err(blocked) => self.write_blocked(index, 0, blocked)?,
            }
        }
        for (index, group) in self.groups.iter().enumerate() {
            let reference = self.reference_of(run, group);
            if let (Some(entry), Some(reference)) =
                (self.entry[index], reference.and_then(|r| self.entry[r]))
            {
                schedule.compare(entry, reference);
            }
        }
        // Ctrl-C while something was built leaves nothing to measure.
        if self.request.site.interrupt.raised() || self.warm_up(run) == Ended::Interrupted {
            return Ok(Ended::Interrupted);
        }
        let group_of: Vec<usize> = (0..self.groups.len())
            .filter(|index| self.entry[*index].is_some())
            .collect();
        for block in 0.. {
            let Some(order) = schedule.next_block() else {
                break;
            };
            if block > 0 {
                (self.request.before_block)(block);
            }
            for entry in order {
                if self.request.site.interrupt.raised() {
                    return Ok(Ended::Interrupted);
                }
                let (done, total) = schedule.progress();
                self.request.progress.step("measuring", done, total);
                let began = Instant::now();
                let given = self.launch_primed(group_of[entry]);
                let spent_s = began.elapsed().as_secs_f64();
                match given {
                    Ok(taken) => {
                        self.write_taken(group_of[entry], block, &taken)?;
                        schedule.gave(entry, taken.total_ns as f64, &others(&taken), spent_s);
                    }
                    Err(Failure::Interrupted) => return Ok(Ended::Interrupted),
                    Err(Failure::Outcome(outcome, reason)) => {
                        self.write_blocked(group_of[entry], block, &Blocked::new(outcome, reason))?;
                        schedule.failed(entry, spent_s);
                    }
                }
            }
            self.writer.sync().map_err(write_error("samples.jsonl"))?;
            schedule.close_block();
        }
        self.request.progress.finish("measuring");
        Ok(Ended::Complete)
    }

    /// Discarded launches: caches of the kernel are as warm for the first sample as
    /// for the last. A failure shows again in the first block, where it counts.
    fn warm_up(&self, run: &Run) -> Ended {
        let live: Vec<usize> = (0..self.groups.len())
            .filter(|index| self.entry[*index].is_some())
            .collect();
        for _ in 0..run.plan.warmup {
            for (done, &index) in live.iter().enumerate() {
                self.request
                    .progress
                    .step("warming up", done as u64, live.len() as u64);
                let given = self.launch(index);
                if self.request.site.interrupt.raised() || given == Err(Failure::Interrupted) {
                    return Ended::Interrupted;
                }
            }
        }
        self.request.progress.finish("warming up");
        Ended::Complete
    }

    /// A launch right after a discarded one of the same kind, so that how cold the
    /// caches are does not depend on what else the run measures. From the other starts
    /// the process itself has served a discarded isolate just before.
    fn launch_primed(&self, index: usize) -> Result<Taken, Failure> {
        if matches!(&self.groups[index].job, Ok(job) if job.start == Start::Process) {
            self.launch(index)?;
        }
        self.launch(index)
    }

    fn launch(&self, index: usize) -> Result<Taken, Failure> {
        let group = &self.groups[index];
        match &group.job {
            Ok(job) => self.isolation(group).launch(self.request.site, job),
            Err(blocked) => Err(Failure::Outcome(blocked.outcome, blocked.reason.clone())),
        }
    }

    fn isolation(&self, group: &Group) -> &dyn Isolation {
        self.request.ground.isolations[group.isolation].as_ref()
    }

    /// The group whose rows this one's are compared with.
    fn reference_of(&self, run: &Run, group: &Group) -> Option<usize> {
        let own = &run.rows[group.rows.first()?.1];
        let reference = run
            .references
            .iter()
            .find(|reference| reference.metric == own.metric)?;
        self.groups.iter().position(|other| {
            other.rows.iter().any(|(metric, row)| {
                let row = &run.rows[*row];
                *metric == own.metric
                    && row.workload == own.workload
                    && row.arch == own.arch
                    && row.params == own.params
                    && row.isolation == reference.isolation
                    && row.start == reference.start
            })
        })
    }

    fn write_taken(&mut self, index: usize, block: u32, taken: &Taken) -> Result<(), RunError> {
        let at_ns = now_ns() - self.began_ns;
        for &(metric, row) in &self.groups[index].rows {
            let value = match metric {
                Metric::TimeToFirstResult => Some(taken.total_ns as f64),
                Metric::Teardown => Some(taken.teardown_ns as f64),
                Metric::InstantiateWarm => taken.instantiate_warm_ns,
            };
            let phases: IndexMap<String, f64> = if metric == Metric::TimeToFirstResult {
                taken
                    .phases
                    .iter()
                    .map(|(name, ns)| (name.clone(), *ns as f64))
                    .collect()
            } else {
                IndexMap::new()
            };
            let (outcome, reason) = if value.is_some() {
                (Outcome::Measured, None)
            } else {
                (
                    Outcome::Failed,
                    Some("the launch gave no value for this metric".to_owned()),
                )
            };
            self.write(&Sample {
                row,
                block,
                seq: self.seq,
                at_ns,
                outcome,
                value,
                phases,
                reason,
            })?;
        }
        self.seq += 1;
        Ok(())
    }

    fn write_blocked(
        &mut self,
        index: usize,
        block: u32,
        blocked: &Blocked,
    ) -> Result<(), RunError> {
        let at_ns = now_ns() - self.began_ns;
        for &(_, row) in &self.groups[index].rows {
            self.write(&Sample {
                row,
                block,
                seq: self.seq,
                at_ns,
                outcome: blocked.outcome,
                value: None,
                phases: IndexMap::new(),
                reason: Some(blocked.reason.clone()),
            })?;
        }
        self.seq += 1;
        Ok(())
    }

    fn write(&mut self, sample: &Sample) -> Result<(), RunError> {
        self.writer
            .write(sample)
            .map_err(write_error("samples.jsonl"))
    }
}
