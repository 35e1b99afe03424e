//! The levels of a series: stretches of nights, each with a normal of its own.
//!
//! A change that was confirmed, or accepted, is no reason to forget how steady a series is: the nights before it
//! are moved to the level that it has since. So the next night is held against that level, and not only the
//! eighth: where the level is is known from the nights that have it, and how far nights lie apart from
//! all.

use std::ops::Range;

use labrun_analysis::stats::median;

use super::series::Series;

/// The nights of a window, level by level, the last of which is that of the night that is judged.
pub(super) fn levels(series: &Series, window: Range<usize>) -> Vec<Range<usize>> {
    let mut starts: Vec<usize> = series.levels.clone();
    starts.retain(|&level| window.start < level && level < window.end);
    starts.sort_unstable();
    starts.dedup();
    starts.insert(0, window.start);
    let ends = starts.iter().skip(1).copied().chain([window.end]);
    starts
        .iter()
        .copied()
        .zip(ends)
        .map(|(from, to)| from..to)
        .collect()
}

/// Lines of a window as one: a series, with its older nights moved to its last level.
#[derive(Debug, Clone)]
pub(super) struct Levelled {
    /// A log for each night of the window, the last of which is the one that is judged. NaN where there is none.
    pub(super) line: Vec<f64>,
    /// So many of the nights before the last have its level.
    pub(super) nights: usize,
}

impl Levelled {
    /// Of a line for each level, the last of which is that of the last night; each is NaN outside its nights.
    /// All nights before are NaN where no night but the last has its level yet.
    pub(super) fn of(levels: &[Vec<f64>]) -> Self {
        let Some((now, older)) = levels.split_last() else {
            return Self {
                line: Vec::new(),
                nights: 0,
            };
        };
        let mut line = now.clone();
        let before = now.split_last().map_or(&[][..], |(_, before)| before);
        let nights = there(before).len();
        let level = median(&there(before));
        for own in older {
            let (Some(level), Some(middle)) = (level, median(&there(own))) else {
                continue;
            };
            for (log, old) in line.iter_mut().zip(own) {
                if !old.is_nan() {
                    *log = old - middle + level;
                }
            }
        }
        Self { line, nights }
    }
}

fn there(line: &[f64]) -> Vec<f64> {
    line.iter().copied().filter(|log| !log.is_nan()).collect()
}

/// The logs of a window, level by level: each line is NaN outside its nights.
pub(super) fn logs(series: &Series, window: &Range<usize>) -> Vec<Vec<f64>> {
    let log = |at: usize| series.log(at).unwrap_or(f64::NAN);
    let of = |level: Range<usize>| -> Vec<f64> {
        let own = |at| {
            if level.contains(&at) {
                log(at)
            } else {
                f64::NAN
            }
        };
        window.clone().map(own).collect()
    };
    levels(series, window.clone()).into_iter().map(of).collect()
}
