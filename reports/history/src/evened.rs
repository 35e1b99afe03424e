//! The medians of a run without what the machine did in the course of it.
//!
//! While a run goes on its machine gets slower and faster, by several per cent for seconds or minutes, and
//! all that is launched in that time with it. Rows are launched in blocks, each once in a block. So the
//! logs of a part of a run are a table, a line for each row and a place for each block, of what is usual for
//! the row, of what is common to the block, and of what is left; the first two are found in turn by medians
//! (Tukey's median polish, "Exploratory Data Analysis", 1977, chapter 11), each runtime having one voice
//! in what is common. A row's evened median is its median, corrected by what its blocks were beside the
//! usual block. What is common to the whole run stays in it: that is what nights are freed of.

use std::collections::BTreeMap;

use labrun_analysis::stats::median;
use labrun_record::{Better, Outcome, Run, Sample, Unit};

/// Rounds of the polish. The third moves nothing that matters.
const ROUNDS: usize = 3;

/// Runtimes without which what is common to a block cannot be told from what one of them did.
const VOICES: usize = 3;

/// Launches without which a row has no median that could be corrected.
const LEAST: usize = 8;

/// A row: the logs of its launches with their blocks, turned so that more is slower.
struct Line {
    row: usize,
    voice: usize,
    logs: Vec<(usize, f64)>,
}

/// For each row the factor by which its median is corrected; `None` where that cannot be told: it is no
/// time and no rate, it was launched too rarely, or too few runtimes were launched beside it.
pub(crate) fn corrections(run: &Run, samples: &[Sample]) -> Vec<Option<f64>> {
    let mut corrections = vec![None; run.rows.len()];
    let whole = std::iter::once(0..run.rows.len()).filter(|_| run.parts.is_empty());
    let parts = run.parts.iter();
    let parts = parts.map(|part| part.first_row..part.first_row + part.rows);
    for rows in whole.chain(parts) {
        let lines = lines(run, samples, rows);
        let common = common(&lines);
        for line in &lines {
            corrections[line.row] =
                line.correction(&common)
                    .map(|log| match run.rows[line.row].metric.better() {
                        Better::Lower => log.exp(),
                        Better::Higher => (-log).exp(),
                    });
        }
    }
    corrections
}

/// The rows of a part that were launched often enough.
fn lines(run: &Run, samples: &[Sample], rows: std::ops::Range<usize>) -> Vec<Line> {
    let mut voices: Vec<&str> = Vec::new();
    let mut lines: BTreeMap<usize, Line> = BTreeMap::new();
    for sample in samples.iter().filter(|sample| rows.contains(&sample.row)) {
        let Some(row) = run.rows.get(sample.row) else {
            continue;
        };
        let takes_time = matches!(
            row.metric.unit(),
            Unit::Ns | Unit::PerSecond | Unit::BytesPerSecond
        );
        let log = match (sample.outcome, sample.value, row.metric.better()) {
            (Outcome::Measured, Some(value), Better::Lower) => value.ln(),
            (Outcome::Measured, Some(value), Better::Higher) => -value.ln(),
            _ => continue,
        };
        if !takes_time || !log.is_finite() {
            continue;
        }
        let line = lines.entry(sample.row).or_insert_with(|| {
            let group = row.isolation.split('/').next().unwrap_or_default();
            let known = voices.iter().position(|voice| *voice == group);
            let voice = known.unwrap_or_else(|| {
                voices.push(group);
                voices.len() - 1
            });
            Line {
                row: sample.row,
                voice,
                logs: Vec::new(),
            }
        });
        line.logs.push((sample.block as usize, log));
    }
    let lines = lines.into_values();
    lines.filter(|line| line.logs.len() >= LEAST).collect()
}

/// What was common to each block; NaN where too few voices were launched in it.
fn common(lines: &[Line]) -> Vec<f64> {
    let blocks = lines.iter().flat_map(|line| &line.logs);
    let blocks = blocks.map(|(block, _)| block + 1).max().unwrap_or(0);
    let voices = lines.iter().map(|line| line.voice + 1).max().unwrap_or(0);
    let mut common = vec![0.0; blocks];
    for _ in 0..ROUNDS {
        // What each voice says of each block: how far its rows are from what is usual for them.
        let mut said: Vec<Vec<Vec<f64>>> = vec![vec![Vec::new(); voices]; blocks];
        for line in lines {
            let Some(usual) = line.usual(&common) else {
                continue;
            };
            for (block, log) in &line.logs {
                said[*block][line.voice].push(log - usual);
            }
        }
        for (common, voices) in common.iter_mut().zip(&said) {
            let voices: Vec<f64> = voices.iter().filter_map(|away| median(away)).collect();
            let enough = voices.len() >= VOICES;
            *common = median(&voices).filter(|_| enough).unwrap_or(f64::NAN);
        }
        // Blocks have no level of their own.
        let known: Vec<f64> = common.iter().copied().filter(|log| !log.is_nan()).collect();
        let level = median(&known).unwrap_or(0.0);
        for common in &mut common {
            *common -= level;
        }
    }
    common
}

impl Line {
    /// The logs of the launches in blocks of which is known what was common to them, without that.
    fn freed(&self, common: &[f64]) -> Vec<f64> {
        let freed = self.logs.iter().map(|(block, log)| log - common[*block]);
        freed.filter(|log| !log.is_nan()).collect()
    }

    /// What is usual for the row.
    fn usual(&self, common: &[f64]) -> Option<f64> {
        median(&self.freed(common))
    }

    /// What its median is off by, as a log; none if it is known of too few of its launches.
    fn correction(&self, common: &[f64]) -> Option<f64> {
        let freed = self.freed(common);
        if freed.len() < LEAST || 2 * freed.len() < self.logs.len() {
            return None;
        }
        let logs: Vec<f64> = self.logs.iter().map(|(_, log)| *log).collect();
        Some(median(&freed)? - median(&logs)?)
    }
}
