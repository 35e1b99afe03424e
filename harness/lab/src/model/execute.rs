//! Carrying out the plan of a run: launches and samples, part by part.

use std::time::Instant;

use labrun_analysis::row_seed;
use labrun_record::{Outcome, Run, Sample};

use super::plan::{Group, Planned, Value};
use super::run::{Ended, RunError, RunRequest, write_error};
use super::writer::Writer;
use crate::clock::now_ns;
use crate::outcome::Failure;
use crate::schedule::Schedule;

/// A run under way.
pub(super) struct Execution<'a> {
    request: &'a RunRequest<'a>,
    run: &'a Run,
    writer: &'a mut Writer,
    began_ns: u64,
    seq: u32,
}

impl<'a> Execution<'a> {
    pub(super) fn new(request: &'a RunRequest<'a>, run: &'a Run, writer: &'a mut Writer) -> Self {
        Self {
            request,
            run,
            writer,
            began_ns: now_ns(),
            seq: 0,
        }
    }

    /// The parts one after another. What is blocked is said first, for all of them.
    pub(super) fn carry_out(&mut self, parts: &[Planned]) -> Result<Ended, RunError> {
        let run = self.run;
        let mut first_row = 0;
        let mut all = Vec::new();
        for planned in parts {
            let of_part = run.parts.get(all.len());
            let part = Part {
                groups: &planned.groups,
                doing: of_part.map_or_else(String::new, |part| format!("{}: ", part.scenario)),
                first_row,
                entries: Vec::new(),
            };
            for (index, group) in part.groups.iter().enumerate() {
                if let Err(failure) = &group.launch {
                    self.write_failure(&part, index, 0, failure)?;
                }
            }
            all.push(part);
            first_row += planned.rows.len();
        }
        for part in &mut all {
            if self.carry_out_part(part)? == Ended::Interrupted {
                return Ok(Ended::Interrupted);
            }
        }
        Ok(Ended::Complete)
    }

    fn carry_out_part(&mut self, part: &mut Part<'_>) -> Result<Ended, RunError> {
        let mut schedule = self.schedule(part);
        // Ctrl-C while something was built leaves nothing to measure.
        let part_began = Instant::now();
        if self.request.site.interrupt.raised() || self.warm_up(part) == Ended::Interrupted {
            return Ok(Ended::Interrupted);
        }
        let measuring = format!("{}measuring", part.doing);
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
                schedule.passed(part_began.elapsed().as_secs_f64());
                if !schedule.has_time_for(entry) {
                    continue;
                }
                let (done, total) = schedule.progress();
                self.request.progress.step(&measuring, done, total);
                let group = part.entries[entry];
                let began = Instant::now();
                let given = self.launch_primed(&part.groups[group]);
                let spent_s = began.elapsed().as_secs_f64();
                match given {
                    Ok(values) => {
                        self.write_values(part, group, block, &values)?;
                        gave(&mut schedule, entry, &values, spent_s);
                    }
                    Err(Failure::Interrupted) => return Ok(Ended::Interrupted),
                    Err(failure) => {
                        self.write_failure(part, group, block, &failure)?;
                        schedule.failed(entry, spent_s);
                    }
                }
            }
            self.writer.sync().map_err(write_error("samples.jsonl"))?;
            schedule.passed(part_began.elapsed().as_secs_f64());
            schedule.close_block();
        }
        self.request.progress.finish(&measuring);
        Ok(Ended::Complete)
    }

    /// The schedule of a part: an entry for each group that can be launched.
    fn schedule(&self, part: &mut Part<'_>) -> Schedule {
        let run = self.run;
        let mut schedule = Schedule::new(run.plan_of(part.first_row).clone(), run.seed);
        for (index, group) in part.groups.iter().enumerate() {
            if let (Ok(_), Some(row)) = (&group.launch, group.rows.first()) {
                let row = &run.rows[part.first_row + row];
                let seed = row_seed(run.seed, row);
                if row.metric.is_exact() {
                    schedule.add_exact(seed);
                } else {
                    schedule.add(seed);
                }
                part.entries.push(index);
            }
        }
        for (entry, group) in part.entries.iter().enumerate() {
            let reference = part.reference_of(run, &part.groups[*group]);
            let reference = reference.and_then(|r| part.entries.iter().position(|e| *e == r));
            if let Some(reference) = reference {
                schedule.compare(entry, reference);
            }
        }
        schedule
    }

    /// Discarded launches: caches of the kernel are as warm for the first sample as
    /// for the last. A failure shows again in the first block, where it counts.
    fn warm_up(&self, part: &Part<'_>) -> Ended {
        let warms_up = |group: &&Group| {
            let launch = group.launch.as_ref();
            launch.is_ok_and(|launch| launch.warms_up())
        };
        let warming_up = format!("{}warming up", part.doing);
        let live: Vec<&Group> = part.groups.iter().filter(warms_up).collect();
        for _ in 0..self.run.plan_of(part.first_row).warmup {
            for (done, group) in live.iter().enumerate() {
                self.request
                    .progress
                    .step(&warming_up, done as u64, live.len() as u64);
                let given = self.launch(group);
                if self.request.site.interrupt.raised()
                    || matches!(given, Err(Failure::Interrupted))
                {
                    return Ended::Interrupted;
                }
            }
        }
        self.request.progress.finish(&warming_up);
        Ended::Complete
    }

    /// A launch, right after a discarded one of its kind where its model asks for that.
    fn launch_primed(&self, group: &Group) -> Result<Vec<Value>, Failure> {
        if matches!(&group.launch, Ok(launch) if launch.is_primed()) {
            self.launch(group)?;
        }
        self.launch(group)
    }

    fn launch(&self, group: &Group) -> Result<Vec<Value>, Failure> {
        match &group.launch {
            Ok(launch) => {
                // All parts have the same isolations.
                let isolation = self.request.grounds[0].isolations[group.isolation].as_ref();
                launch.launch(isolation, self.request.site)
            }
            Err(failure) => Err(failure.clone()),
        }
    }

    fn write_values(
        &mut self,
        part: &Part<'_>,
        group: usize,
        block: u32,
        values: &[Value],
    ) -> Result<(), RunError> {
        let missing = Value::none("the launch gave no value for this row");
        let at_ns = now_ns() - self.began_ns;
        for (index, row) in part.groups[group].rows.iter().enumerate() {
            let value = values.get(index).unwrap_or(&missing);
            let (outcome, reason) = match value.given.clone() {
                Ok(_) => (Outcome::Measured, None),
                Err(failure) => {
                    let (outcome, reason) = failure.into_parts();
                    (outcome, Some(reason))
                }
            };
            self.write(&Sample {
                row: part.first_row + row,
                block,
                seq: self.seq,
                at_ns,
                outcome,
                value: value.given.as_ref().ok().copied(),
                phases: value.phases.clone(),
                reason,
                doubt: value.doubt,
                points: value.points.clone(),
            })?;
        }
        self.seq += 1;
        Ok(())
    }

    /// The same reason for every row of a group.
    fn write_failure(
        &mut self,
        part: &Part<'_>,
        group: usize,
        block: u32,
        failure: &Failure,
    ) -> Result<(), RunError> {
        let none = Value::failed(failure.clone());
        let values = vec![none; part.groups[group].rows.len()];
        self.write_values(part, group, block, &values)
    }

    fn write(&mut self, sample: &Sample) -> Result<(), RunError> {
        self.writer
            .write(sample)
            .map_err(write_error("samples.jsonl"))
    }
}

/// A part of a run under way.
struct Part<'a> {
    groups: &'a [Group],
    /// What stands before what is said of its progress.
    doing: String,
    /// Number in the run of its first row.
    first_row: usize,
    /// The group of each entry of its schedule.
    entries: Vec<usize>,
}

impl Part<'_> {
    /// The group whose rows this one's are compared with.
    fn reference_of(&self, run: &Run, group: &Group) -> Option<usize> {
        let own = &run.rows[self.first_row + group.rows.first()?];
        let reference = run.reference_of(own)?;
        self.groups.iter().position(|other| {
            let rows = other.rows.iter().map(|row| &run.rows[self.first_row + row]);
            rows.into_iter().any(|row| reference.is_of(own, row))
        })
    }
}

/// Tells the schedule what a launch gave. A launch whose first row has no value fails it.
fn gave(schedule: &mut Schedule, entry: usize, values: &[Value], spent_s: f64) {
    let mut given = values
        .iter()
        .map(|value| value.given.as_ref().ok().copied());
    match given.next().flatten() {
        Some(first) => {
            let others: Vec<f64> = given.map(|value| value.unwrap_or(f64::NAN)).collect();
            schedule.gave(entry, first, &others, spent_s);
        }
        None => schedule.failed(entry, spent_s),
    }
}
