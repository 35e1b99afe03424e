//! What a night did to all series alike.
//!
//! The window of nights is a table of logs, a line for each series: the sum of what is usual for the
//! series, of what is common to the night, and of what is left. The first two are found in turn by
//! medians (Tukey's median polish, "Exploratory Data Analysis", 1977, chapter 11).
//!
//! What is common to a night is not the median of all series: a runtime with most of them would pull
//! it along when it regresses, and all others would seem to have become better. So each group has one
//! voice, its median, and so have the controls together, the stiller of which say more; the shift is the
//! median of the voices. Where the controls contradict it, or too few voices are there, of what may be
//! the machine's the one is taken out that hides less: the series are suspects then, together, and
//! their replays decide.

use labrun_analysis::stats::median;
use serde::{Deserialize, Serialize};

use super::baseline::mad;
use super::series::{Kind, Quantity, Series, Settings};

/// Rounds of the polish. The third moves nothing that matters.
const ROUNDS: usize = 3;

/// Voices without which one that moved cannot be told from the others.
const VOICES: usize = 3;

/// Groups and controls contradict each other where they are farther apart than so many standard
/// deviations of how far they usually are: on a restless machine processes start slower and faster
/// in nights in which plain work takes as long as ever.
const AS_USUAL: f64 = 1.5;

/// What was common to the series of a quantity in a night.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct NightShift {
    /// Of which quantity.
    pub of: Quantity,
    /// How many times as slow, or as large, the night was, and was taken out of each series.
    pub factor: f64,
    /// The same as most groups say it, which is another number where the controls contradict it.
    pub groups: f64,
    /// The same as the controls say it.
    pub controls: Option<f64>,
}

/// The series of one quantity over the window, freed of what is common to each night.
pub(super) struct Polished {
    /// A line for each series, a place for each night: the log without the night's shift. NaN where
    /// there is none.
    pub(super) freed: Vec<Vec<f64>>,
    pub(super) last: NightShift,
}

/// A voice: the lines that speak together.
struct Voice {
    lines: Vec<usize>,
    is_control: bool,
}

/// Frees the series, whose logs these are, night by night of the window; the last is the night that is
/// judged.
pub(super) fn polish(
    of: Quantity,
    series: &[&Series],
    logs: Vec<Vec<f64>>,
    settings: &Settings,
) -> Polished {
    let width = logs.first().map_or(0, Vec::len);
    let voices = voices(series);
    let measured = series.iter().filter(|one| one.kind == Kind::Measured);
    let has_shift = measured.count() >= settings.least_series;
    let mut shifts = vec![Said::default(); width];
    let mut usual = Usual::of(&logs, &shifts);
    if has_shift {
        for round in 0..ROUNDS {
            shifts = said(&logs, &usual, &voices, settings);
            // The shifts of the nights have no level of their own.
            let level = middle(
                shifts
                    .iter()
                    .take(width.saturating_sub(1))
                    .map(|said| said.taken),
            );
            for shift in &mut shifts {
                shift.taken -= level.filter(|_| round + 1 < ROUNDS).unwrap_or(0.0);
            }
            usual = Usual::of(&logs, &shifts);
        }
    }
    let last = shifts.last().copied().unwrap_or_default();
    let mut freed = logs;
    for line in &mut freed {
        for (log, shift) in line.iter_mut().zip(&shifts) {
            *log -= shift.taken;
        }
    }
    Polished {
        freed,
        last: NightShift {
            of,
            factor: last.taken.exp(),
            groups: last.groups.exp(),
            controls: last.controls.map(f64::exp),
        },
    }
}

/// What the voices say of one night.
#[derive(Debug, Clone, Copy, Default)]
struct Said {
    taken: f64,
    groups: f64,
    controls: Option<f64>,
    /// How many controls that is.
    of_controls: usize,
    voices: usize,
}

fn voices(series: &[&Series]) -> Vec<Voice> {
    let mut voices: Vec<(&str, Voice)> = Vec::new();
    for (line, one) in series.iter().enumerate() {
        let is_control = one.kind == Kind::Control;
        let name = if is_control { "" } else { one.group.as_str() };
        let own =
            |(other, voice): &&mut (&str, Voice)| voice.is_control == is_control && *other == name;
        match voices.iter_mut().find(own) {
            Some((_, voice)) => voice.lines.push(line),
            None => voices.push((
                name,
                Voice {
                    lines: vec![line],
                    is_control,
                },
            )),
        }
    }
    voices.into_iter().map(|(_, voice)| voice).collect()
}

/// What is usual for each series, which the night that is judged has no part in.
struct Usual {
    middles: Vec<f64>,
    scales: Vec<f64>,
}

impl Usual {
    fn of(logs: &[Vec<f64>], shifts: &[Said]) -> Self {
        let freed = |line: &Vec<f64>| -> Vec<f64> {
            let before = line.iter().zip(shifts).take(line.len().saturating_sub(1));
            let freed = before.map(|(log, shift)| log - shift.taken);
            freed.filter(|log| !log.is_nan()).collect()
        };
        let both = logs.iter().map(|line| {
            let freed = freed(line);
            let middle = median(&freed).unwrap_or(f64::NAN);
            (middle, mad(&freed, middle))
        });
        let (middles, scales) = both.unzip();
        Self { middles, scales }
    }
}

fn said(logs: &[Vec<f64>], usual: &Usual, voices: &[Voice], settings: &Settings) -> Vec<Said> {
    let width = logs.first().map_or(0, Vec::len);
    let least = settings.least_shift.max(0.0).ln_1p();
    let mut all: Vec<Said> = (0..width)
        .map(|night| {
            let away = |voice: &Voice| -> Vec<(f64, f64)> {
                let of = |&line: &usize| {
                    let still = usual.scales[line].max(settings.floor).recip();
                    (logs[line][night] - usual.middles[line], still)
                };
                let away = voice.lines.iter().map(of);
                away.filter(|(away, _)| !away.is_nan()).collect()
            };
            let groups = voices.iter().filter(|voice| !voice.is_control);
            let controls = voices.iter().find(|voice| voice.is_control);
            Said::of(
                groups.filter_map(|voice| plain(&away(voice))).collect(),
                &controls.map(away).unwrap_or_default(),
                least,
            )
        })
        .collect();
    let apart: Vec<f64> = all
        .iter()
        .filter_map(|said| Some(said.groups - said.controls?))
        .collect();
    // How far controls and groups usually are apart.
    let usually = median(&apart).map_or(0.0, |middle| mad(&apart, middle));
    for said in &mut all {
        said.taken = said.taken_out(least, usually);
    }
    all
}

impl Said {
    fn of(mut groups: Vec<f64>, controls: &[(f64, f64)], least: f64) -> Self {
        // The stiller controls say more. But one of several alone contradicts nobody.
        let all = [
            weighted(controls.to_vec()),
            plain(controls),
            median(&groups),
        ];
        let all: Vec<f64> = all.into_iter().flatten().collect();
        let said = median(&all).filter(|_| !controls.is_empty());
        let voices = groups.len() + usize::from(said.is_some());
        if voices >= VOICES {
            groups.extend(said);
        }
        let groups = agreed(groups, least);
        Self {
            taken: groups,
            groups,
            controls: said,
            of_controls: controls.len(),
            voices,
        }
    }

    /// What is taken out: that of the groups, unless something contradicts it.
    fn taken_out(self, least: f64, usually: f64) -> f64 {
        let groups = self.groups;
        let Some(controls) = self.controls else {
            // Two voices, or one, do not say whether it was the machine that moved them.
            let is_clear = self.voices >= VOICES || groups.abs() <= least;
            return if is_clear { groups } else { 0.0 };
        };
        let apart = (groups - controls).abs();
        // By the groups the machine was quicker than the controls say: to take that out hides no series
        // that got worse.
        let is_quicker = groups < controls;
        let is_said = is_quicker || apart <= AS_USUAL * usually;
        if apart <= least || (self.voices >= VOICES && is_said) {
            return groups;
        }
        let is_beyond_doubt = apart > 3.0 * usually && self.of_controls >= VOICES;
        if is_beyond_doubt && controls < groups {
            // By the controls the machine is quicker than the groups say.
            return controls;
        }
        nearer_to_none(groups, controls)
    }
}

/// The median of voices. Where as many say one thing as another, which is not about the same, the one
/// that hides less.
fn agreed(mut voices: Vec<f64>, least: f64) -> f64 {
    voices.sort_by(f64::total_cmp);
    let half = voices.len() / 2;
    match voices.len() {
        0 => 0.0,
        count if count % 2 == 1 => voices[half],
        _ => {
            let (below, above) = (voices[half - 1], voices[half]);
            if above - below <= least {
                f64::midpoint(below, above)
            } else {
                nearer_to_none(below, above)
            }
        }
    }
}

fn nearer_to_none(one: f64, other: f64) -> f64 {
    if one.abs() < other.abs() { one } else { other }
}

/// The median, whatever the weights.
fn plain(values: &[(f64, f64)]) -> Option<f64> {
    middle(values.iter().map(|(value, _)| *value))
}

/// The weighted median.
fn weighted(mut values: Vec<(f64, f64)>) -> Option<f64> {
    values.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    let half = values.iter().map(|(_, weight)| weight).sum::<f64>() / 2.0;
    let mut below = 0.0;
    for (at, (value, weight)) in values.iter().enumerate() {
        below += weight;
        if below > half * (1.0 + 1e-12) {
            return Some(*value);
        }
        if below >= half * (1.0 - 1e-12) {
            // Half of the weight on either side.
            let next = values.get(at + 1).map_or(*value, |(next, _)| *next);
            return Some(f64::midpoint(*value, next));
        }
    }
    None
}

/// The median of what is there.
fn middle(values: impl Iterator<Item = f64>) -> Option<f64> {
    median(&values.filter(|value| !value.is_nan()).collect::<Vec<f64>>())
}
