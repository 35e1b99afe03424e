//! Carrying out the prepared parts of a run: launches and samples, block by block.

use std::time::Instant;

use labrun_analysis::row_seed;
use labrun_record::{Outcome, Run};

use super::budget::Budget;
use super::cached;
use super::launch::Value;
use super::prepare::{PreparedCase, PreparedPart};
use super::recorder::Recorder;
use super::run::{Ended, RunError, RunRequest};
use crate::outcome::Failure;
use crate::schedule::Schedule;

/// A run under way.
pub(super) struct Execution<'a> {
    request: &'a RunRequest<'a>,
    run: &'a Run,
    recorder: &'a mut Recorder,
}

impl<'a> Execution<'a> {
    pub(super) fn new(
        request: &'a RunRequest<'a>,
        run: &'a Run,
        recorder: &'a mut Recorder,
    ) -> Self {
        Self {
            request,
            run,
            recorder,
        }
    }

    /// The parts one after another. What is not launched is said first, for all of them.
    pub(super) fn carry_out(&mut self, parts: &[PreparedPart<'_>]) -> Result<Ended, RunError> {
        for case in parts.iter().flat_map(|part| &part.cases) {
            if let Err(failure) = &case.launch {
                self.write_failure(case, 0, failure)?;
            }
        }
        let supply = &self.request.supply;
        let cases = parts.iter().flat_map(|part| &part.cases);
        cached::read_anew(cases, &supply.site.interrupt, self.request.progress);
        for part in parts {
            if self.carry_out_part(part)? == Ended::Interrupted {
                return Ok(Ended::Interrupted);
            }
        }
        Ok(Ended::Complete)
    }

    fn carry_out_part(&mut self, part: &PreparedPart<'_>) -> Result<Ended, RunError> {
        let live: Vec<&PreparedCase<'_>> = part
            .cases
            .iter()
            .filter(|case| case.launch.is_ok())
            .collect();
        let mut schedule = self.schedule(part, &live);
        // Ctrl-C while something was built leaves nothing to measure.
        let site = self.request.supply.site;
        let processor = self.request.supply.isolations.processor();
        let mut budget = Budget::begin(&part.part.rules, processor, &site.patience);
        let interrupt = &site.interrupt;
        let mut warmed = vec![Warmed::Not; live.len()];
        if interrupt.raised()
            || self
                .warm_up(part, &live, &mut budget, &mut warmed)
                .is_none()
        {
            return Ok(Ended::Interrupted);
        }
        let measuring = self.doing(part, "measuring");
        let mut rows = live.iter().flat_map(|case| &case.case.rows);
        // What is counted is the same on any machine.
        let takes_time = rows.any(|row| !row.metric.is_counted());
        for block in 0.. {
            let Some(order) = schedule.next_block() else {
                break;
            };
            if block > 0 {
                (self.request.before_block)(block);
            }
            if takes_time {
                self.recorder.probe();
            }
            let mut silent = order
                .iter()
                .filter(|entry| warmed[**entry].is_silent())
                .count();
            for entry in order {
                if interrupt.raised() {
                    return Ok(Ended::Interrupted);
                }
                schedule.passed(budget.elapsed().as_secs_f64());
                let case = live[entry];
                if !schedule.has_time_for(entry) {
                    if block == 0 {
                        let why = warmed[entry].given_up().unwrap_or_else(|| budget.no_time());
                        self.write_failure(case, block, &why)?;
                    }
                    continue;
                }
                let (done, total) = schedule.progress();
                self.request.progress.step(&measuring, done, total);
                if block == 0 && warmed[entry].is_silent() {
                    budget.wait_for_one_of(silent);
                    silent -= 1;
                } else {
                    budget.wait_as_planned();
                }
                let settled = self.settle(case);
                let began = Instant::now();
                let given = settled.and_then(|()| self.launch_primed(case));
                let spent = began.elapsed();
                let given = given.and_then(|values| case.of_its_files(values));
                let spent_s = spent.as_secs_f64();
                self.recorder.launched(spent_s);
                match given {
                    Ok(values) => {
                        self.write_values(case, block, &values)?;
                        gave(&mut schedule, entry, &values, spent_s);
                    }
                    Err(Failure::Interrupted) => return Ok(Ended::Interrupted),
                    Err(failure) => {
                        let failure = case.blamed(budget.failed(failure, spent), site, block > 0);
                        self.write_failure(case, block, &failure)?;
                        schedule.failed(entry, spent_s);
                    }
                }
            }
            self.recorder.sync()?;
            schedule.passed(budget.elapsed().as_secs_f64());
            schedule.close_block();
        }
        budget.wait_as_planned();
        self.request.progress.finish(&measuring);
        Ok(Ended::Complete)
    }

    /// What a person is told that is done; of several parts, for which.
    fn doing(&self, part: &PreparedPart<'_>, what: &str) -> String {
        if self.run.parts.is_empty() {
            what.to_owned()
        } else {
            format!("{}: {what}", part.part.scenario)
        }
    }

    /// The schedule of a part: an entry for each case that can be launched.
    fn schedule(&self, part: &PreparedPart<'_>, live: &[&PreparedCase<'_>]) -> Schedule {
        let run = self.run;
        let mut schedule = Schedule::new(part.part.rules.clone(), run.seed);
        for case in live {
            let row = &case.case.rows[0];
            let seed = row_seed(run.seed, row);
            if row.metric.is_exact() {
                schedule.add_exact(seed);
            } else {
                schedule.add(seed);
            }
        }
        for (entry, case) in live.iter().enumerate() {
            let own = &case.case.rows[0];
            let rows = live.iter().enumerate().flat_map(|(entry, other)| {
                let rows = other.case.rows.iter();
                rows.map(move |row| (entry, row))
            });
            let reference = run.compared_with(own, &rows.clone().map(|(_, row)| row));
            if let Some((reference, _)) = reference.and_then(|place| rows.clone().nth(place)) {
                schedule.compare(entry, reference);
            }
        }
        schedule
    }

    /// Discarded launches: caches of the kernel are as warm for the first sample as
    /// for the last. A failure shows again in the first block, where it counts; says of each case what
    /// came. Nothing where the run was asked to end.
    fn warm_up(
        &mut self,
        part: &PreparedPart<'_>,
        live: &[&PreparedCase<'_>],
        budget: &mut Budget<'_>,
        warmed: &mut [Warmed],
    ) -> Option<()> {
        let warms_up = |entry: &usize| {
            let launch = live[*entry].launch.as_ref();
            launch.is_ok_and(|(launch, _)| launch.warms_up())
        };
        let warming_up = self.doing(part, "warming up");
        let entries: Vec<usize> = (0..live.len()).filter(warms_up).collect();
        for _ in 0..part.part.rules.warmup {
            for (done, entry) in entries.iter().enumerate() {
                let progress = self.request.progress;
                progress.step(&warming_up, done as u64, entries.len() as u64);
                // What was waited for in vain has one more try, in the first block.
                if budget.is_over() || warmed[*entry].given_up().is_some() {
                    continue;
                }
                match warmed[*entry] {
                    Warmed::Answered => budget.wait_as_planned(),
                    _ => budget.wait_for_one_of(tries(&entries[done..], warmed)),
                }
                let began = Instant::now();
                let given = self.launch(live[*entry]);
                let spent = began.elapsed();
                self.recorder.launched(spent.as_secs_f64());
                let interrupted = self.request.supply.site.interrupt.raised();
                if interrupted || matches!(given, Err(Failure::Interrupted)) {
                    return None;
                }
                warmed[*entry] = match given {
                    Ok(_) => Warmed::Answered,
                    Err(failure) => Warmed::Failed(budget.failed(failure, spent)),
                };
            }
        }
        self.request.progress.finish(&warming_up);
        Some(())
    }

    /// What has to be known before the first launch of a case, and is no part of its cost.
    fn settle(&self, case: &PreparedCase<'_>) -> Result<(), Failure> {
        let (launch, isolation) = case.launch.as_ref().map_err(Clone::clone)?;
        launch.settle(*isolation, self.request.supply.site)
    }

    /// A launch, right after a discarded one of its kind where its model asks for that.
    fn launch_primed(&self, case: &PreparedCase<'_>) -> Result<Vec<Value>, Failure> {
        if matches!(&case.launch, Ok((launch, _)) if launch.is_primed()) {
            self.launch(case)?;
        }
        self.launch(case)
    }

    fn launch(&self, case: &PreparedCase<'_>) -> Result<Vec<Value>, Failure> {
        let (launch, isolation) = case.launch.as_ref().map_err(Clone::clone)?;
        launch.launch(*isolation, self.request.supply.site)
    }

    fn write_values(
        &mut self,
        case: &PreparedCase<'_>,
        block: u32,
        values: &[Value],
    ) -> Result<(), RunError> {
        let values: Vec<Option<&Value>> = (0..case.case.rows.len())
            .map(|row| values.get(row))
            .collect();
        self.recorder.write(case.first_row, block, None, &values)
    }

    /// The same reason for every row of a case.
    fn write_failure(
        &mut self,
        case: &PreparedCase<'_>,
        block: u32,
        failure: &Failure,
    ) -> Result<(), RunError> {
        let none = Value::failed(failure.clone());
        self.write_values(case, block, &vec![none; case.case.rows.len()])
    }
}

/// What came of the discarded launches of a case.
#[derive(Debug, Clone)]
enum Warmed {
    /// There was none.
    Not,
    Answered,
    Failed(Failure),
}

impl Warmed {
    /// Whether nobody knows that it answers.
    fn is_silent(&self) -> bool {
        !matches!(self, Self::Answered)
    }

    /// Why it was given up, where it was waited for.
    fn given_up(&self) -> Option<Failure> {
        match self {
            Self::Failed(why @ Failure::Outcome(Outcome::Timeout, _)) => Some(why.clone()),
            _ => None,
        }
    }
}

/// How many launches there will be of cases that may never answer: those that are still to be warmed up have
/// one now and one in the first block, and those that did not answer have one there.
fn tries(left: &[usize], warmed: &[Warmed]) -> usize {
    let silent = |entry: &&usize| warmed[**entry].is_silent();
    let failed = warmed.iter().filter(|one| matches!(one, Warmed::Failed(_)));
    2 * left.iter().filter(silent).count() + failed.count()
}

/// Tells the schedule what a launch gave. A launch whose first row has no value fails it.
fn gave(schedule: &mut Schedule, entry: usize, values: &[Value], spent_s: f64) {
    match values.first().map(|value| &value.given) {
        Some(Ok(first)) => schedule.gave(entry, *first, spent_s),
        _ => schedule.failed(entry, spent_s),
    }
}
