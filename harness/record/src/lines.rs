//! Reading the lines of a run back: its samples, and what the processors did.

use std::io::{self, BufRead, BufReader};

use serde_json::Value;

use crate::damage::{Damage, Fault, SAMPLES};
use crate::left_out::{self, LeftOut};
use crate::phases::Names;
use crate::sound::Launches;
use crate::{BlockLoad, Metric, ReadError, Run, RunFolder, Sample, regular, text};

/// What is said where nothing is known of the processors.
const UNKNOWN: &str = "what else used the processors then is not known";

/// The lines of `samples.jsonl`.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    pub(crate) samples: Vec<Sample>,
    /// The last line if it was cut.
    pub(crate) cut: Option<String>,
    pub(crate) launches: Launches,
}

impl RunFolder {
    /// The samples of a run whose rows have these metrics. Rows whose samples have a word that is not
    /// known come to `left_out`.
    pub(crate) fn read_samples(
        &self,
        metrics: &[Option<Metric>],
        left_out: &mut LeftOut,
        damage: &mut Damage,
    ) -> Result<Lines, ReadError> {
        let path = self.samples_jsonl();
        let io_error = |source| ReadError::Io {
            path: path.clone(),
            source,
        };
        let mut lines = Lines::default();
        let file = match regular::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let gone = "samples.jsonl is not there, so nothing is known to be measured";
                damage.lost(gone.to_owned());
                return Ok(lines);
            }
            Err(error) => return Err(io_error(error)),
        };
        let mut reader = BufReader::new(file);
        let mut names = Vec::new();
        let mut line = Vec::new();
        for number in 1.. {
            line.clear();
            if reader.read_until(b'\n', &mut line).map_err(io_error)? == 0 {
                break;
            }
            if !line.ends_with(b"\n") && serde_json::from_slice::<Sample>(&line).is_err() {
                lines.cut = Some(String::from_utf8_lossy(&line).into_owned());
                break;
            }
            let Err((fault, reason)) = lines.take(&line, metrics, left_out, &mut names) else {
                continue;
            };
            let at = format!("line {number}");
            let borne = damage.of(SAMPLES, fault, &at, reason);
            borne.map_err(|reason| ReadError::Shape {
                path: path.clone(),
                line: number,
                reason,
            })?;
        }
        Ok(lines)
    }

    /// What the processors did, as far as that is there: nothing else depends on it. `is_written` says
    /// whether the labrun that measured wrote it.
    pub(crate) fn read_blocks(
        &self,
        is_written: bool,
        lines: &Lines,
        samples: &[Sample],
        run: &Run,
        damage: &mut Damage,
    ) -> Vec<BlockLoad> {
        let launches = &lines.launches;
        let read = regular::read(&self.blocks_jsonl());
        let is_there = read.is_ok();
        let bytes = read.unwrap_or_default();
        let each = bytes.split_inclusive(|byte| *byte == b'\n');
        let mut unread = 0;
        let blocks = each.filter(|line| !line.trim_ascii().is_empty());
        let blocks = blocks.filter_map(|line| {
            let read: Option<BlockLoad> = serde_json::from_slice(line).ok();
            let Some(mut block) = read.filter(BlockLoad::is_sound) else {
                // A lab that was killed leaves half of the last one.
                unread += usize::from(line.ends_with(b"\n"));
                return None;
            };
            block.most_by.iter_mut().for_each(text::make_plain);
            Some(block)
        });
        let blocks: Vec<BlockLoad> = blocks.collect();
        let told: u64 = blocks
            .iter()
            .map(|block| u64::from(block.end.saturating_sub(block.first)))
            .sum();
        let end = blocks.last().map_or(0, |block| block.end);
        // The last block of a run that was ended may not have been written, nor that of launches between
        // two ticks of the kernel's clock.
        let is_short = lasted_ns(samples, end) < SHORT_NS;
        let has_no_hole = told >= u64::from(end);
        let is_whole = run.interrupted.is_some() || (has_no_hole && is_short);
        match (is_there, unread) {
            (false, _) if is_written && launches.end > 0 => {
                damage.unknown(format!("blocks.jsonl is not there: {UNKNOWN}"));
            }
            (true, 0) if is_written && !is_whole => damage.unknown(format!(
                "blocks.jsonl tells of {told} of {} launches: {UNKNOWN}",
                launches.end
            )),
            (_, 0) => {}
            (_, 1) => damage.unknown(format!("1 line of blocks.jsonl cannot be read: {UNKNOWN}")),
            (_, many) => damage.unknown(format!(
                "{many} lines of blocks.jsonl cannot be read: {UNKNOWN}"
            )),
        }
        // Where the processors were looked at, and no launch is told of, none was made: there was no time.
        if launches.end.max(end) == 0
            && !is_there
            && run.interrupted.is_none()
            && !run.rows.is_empty()
        {
            damage.none_read();
        }
        find_lost(lines, end, damage);
        blocks
    }
}

/// Launches that took less in all may have no block: many times the kernel's longest tick.
const SHORT_NS: u64 = 1_000_000_000;

/// How long the launches from this one on took, by when their samples were taken.
fn lasted_ns(samples: &[Sample], from: u32) -> u64 {
    let told = samples.iter().filter(|sample| sample.seq < from);
    let told_ns = told.map(|sample| sample.at_ns).max().unwrap_or(0);
    let last_ns = samples.iter().map(|sample| sample.at_ns).max();
    last_ns.unwrap_or(0).saturating_sub(told_ns)
}

/// Says how many launches have no line: those that are missing in the order of the launches, and those after
/// the last one that the processors were looked at for.
fn find_lost(lines: &Lines, end: u32, damage: &mut Damage) {
    // Lines of which nothing can be read are of some launch each.
    let unread = damage.lines(Fault::Unread) + usize::from(lines.cut.is_some());
    let missing = lines.launches.missing(end).saturating_sub(unread);
    let all = lines.launches.end.max(end);
    match missing {
        0 => {}
        1 => damage.lost(format!("1 of {all} launches has no line in samples.jsonl")),
        many => damage.lost(format!(
            "{many} of {all} launches have no line in samples.jsonl"
        )),
    }
}

impl Lines {
    /// Takes a line, or says what is wrong with it.
    fn take(
        &mut self,
        line: &[u8],
        metrics: &[Option<Metric>],
        left_out: &mut LeftOut,
        names: &mut Vec<Names>,
    ) -> Result<(), (Fault, String)> {
        let count = metrics.len();
        let known = |row| {
            let reason = || format!("row {row} is not in run.json, which has {count}");
            let unread = || (Fault::Unread, reason());
            (row < count).then_some(row).ok_or_else(unread)
        };
        match serde_json::from_slice::<Sample>(line) {
            Ok(sample) => {
                let row = known(sample.row)?;
                self.launches.see(sample.seq);
                if let Some(fault) = self.launches.fault(&sample, metrics[row]) {
                    return Err(fault);
                }
                self.samples.push(made_plain(sample, names));
                Ok(())
            }
            Err(error) => {
                let number = |name| number_of(line, name);
                let row = number("row").and_then(|row| usize::try_from(row).ok());
                match (left_out::unknown_word(&error), row) {
                    (Some(word), Some(row)) => {
                        left_out.add(known(row)?, word);
                        let seq = number("seq").and_then(|seq| u32::try_from(seq).ok());
                        if let Some(seq) = seq {
                            self.launches.see(seq);
                        }
                        Ok(())
                    }
                    _ => Err((Fault::Unread, error.to_string())),
                }
            }
        }
    }
}

/// A sample that can be shown anywhere, and has its phases' names in common with those before.
fn made_plain(mut sample: Sample, names: &mut Vec<Names>) -> Sample {
    sample.reason.iter_mut().for_each(text::make_plain);
    sample.phases.make_plain();
    sample.phases.share(names);
    sample
}

/// A number of a line, whatever else it says.
fn number_of(line: &[u8], name: &str) -> Option<u64> {
    let line: Value = serde_json::from_slice(line).ok()?;
    line.get(name)?.as_u64()
}
