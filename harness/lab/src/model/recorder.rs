//! The files of a run while it goes on: each sample is in them when it is taken.

use std::borrow::Cow;
use std::io;

use labrun_record::{BlockLoad, Outcome, Probes, Run, RunFolder, Sample, Side, Spent, plain};

use super::launch::Value;
use super::run::{Ended, RunError, write_error};
use super::writer::Writer;
use crate::clock::now_ns;
use crate::machine::Prober;
use crate::outcome::Failure;
use crate::processors::Processors;

/// The files of a run under way.
#[derive(Debug)]
pub(super) struct Recorder {
    writer: Writer,
    blocks: Writer,
    processors: Processors,
    prober: Prober,
    /// Those that no line has yet.
    probes: Option<Probes>,
    began_ns: u64,
    seq: u32,
    /// The launch after the last one of which it is written what the processors did.
    looked: u32,
    launches_s: f64,
}

impl Recorder {
    /// Begins them. The first to make the file of samples has the folder. `with_daemon` says whether a
    /// daemon runs some of what is launched.
    pub(super) fn create(
        folder: &RunFolder,
        run: &Run,
        with_daemon: bool,
    ) -> Result<Self, RunError> {
        let writer = Writer::create(&folder.samples_jsonl()).map_err(|source| {
            if source.kind() == io::ErrorKind::AlreadyExists {
                RunError::Taken
            } else {
                write_error("samples.jsonl")(source)
            }
        })?;
        folder.write_run(run).map_err(write_error("run.json"))?;
        let blocks = Writer::create(&folder.blocks_jsonl());
        Ok(Self {
            writer,
            blocks: blocks.map_err(write_error("blocks.jsonl"))?,
            processors: Processors::watch(with_daemon),
            prober: Prober::new(folder.path()),
            probes: None,
            began_ns: now_ns(),
            seq: 0,
            looked: 0,
            launches_s: 0.0,
        })
    }

    /// Writes what a launch gave, in the order of its rows in the run. A row that it gave nothing
    /// for failed.
    pub(super) fn write(
        &mut self,
        first_row: usize,
        block: u32,
        side: Option<Side>,
        values: &[Option<&Value>],
    ) -> Result<(), RunError> {
        let missing = Value::none("the launch gave no value for this row");
        let at_ns = now_ns() - self.began_ns;
        for (index, value) in values.iter().enumerate() {
            let value = value.unwrap_or(&missing);
            let given = match value.given.clone() {
                // JSON has no such number: the run could not be read any more.
                Ok(number) if !number.is_finite() => Err(Failure::failed(format!(
                    "it gave {number}, which is no value"
                ))),
                given => given,
            };
            let number = given.as_ref().ok().copied();
            let (outcome, reason) = match given {
                Ok(_) => (
                    Outcome::Measured,
                    value.seen.as_deref().map(plain).map(Cow::into_owned),
                ),
                Err(failure) => {
                    let (outcome, reason) = failure.into_parts();
                    (outcome, Some(plain(&reason).into_owned()))
                }
            };
            let sample = Sample {
                row: first_row + index,
                block,
                seq: self.seq,
                side,
                at_ns,
                outcome,
                value: number,
                phases: value.phases.clone(),
                reason,
                doubt: value.doubt,
                points: value.points.clone(),
                answered: value.answered.clone(),
                rate: value.offered.as_ref().map(|(rate, _)| *rate),
                histogram: value.offered.as_ref().map(|(_, seen)| seen.clone()),
            };
            let written = self.writer.write(&sample);
            written.map_err(write_error("samples.jsonl"))?;
        }
        self.seq += 1;
        Ok(())
    }

    /// A block is about to begin, of which nothing is launched yet: what the machine takes for fixed work
    /// now, unless that was looked at a moment ago. What was done before is counted already
    /// ([`Self::sync`]), and this is the lab's own work.
    pub(super) fn probe(&mut self) {
        if self.probes.is_none() {
            self.probes = self.prober.read();
        }
    }

    /// A block is over: has the kernel bring what is written to the disk.
    pub(super) fn sync(&mut self) -> Result<(), RunError> {
        self.look(false);
        self.writer.sync().map_err(write_error("samples.jsonl"))
    }

    /// Writes what the processors did, if there is enough to tell. Without room for it a run goes on:
    /// its samples are what counts.
    fn look(&mut self, is_last: bool) {
        if self.looked == self.seq {
            return;
        }
        let Some(shares) = self.processors.look(is_last) else {
            return;
        };
        let block = BlockLoad {
            first: self.looked,
            end: self.seq,
            seconds: shares.seconds,
            others: shares.others,
            most_by: shares.most_by,
            steal: shares.steal,
            probes: self.probes.take(),
        };
        let _ = self.blocks.write(&block);
        self.looked = self.seq;
    }

    /// So many seconds were launches.
    pub(super) fn launched(&mut self, seconds: f64) {
        self.launches_s += seconds;
    }

    /// Says in `run.json` how the run ended. The first reason counts, not that its note could not
    /// be written either.
    pub(super) fn conclude(
        mut self,
        folder: &RunFolder,
        run: &mut Run,
        ended: Result<Ended, RunError>,
    ) -> Result<Ended, RunError> {
        self.look(true);
        run.interrupted = match &ended {
            Ok(Ended::Complete) => None,
            Ok(Ended::Interrupted) => {
                Some("the run was interrupted before its plan was carried out".to_owned())
            }
            Err(error) => Some(error.to_string()),
        };
        run.spent = Some(Spent {
            total_s: (now_ns() - self.began_ns) as f64 / 1e9,
            launches_s: self.launches_s,
        });
        let written = folder.write_run(run).map_err(write_error("run.json"));
        ended.and_then(|ended| written.map(|()| ended))
    }
}
