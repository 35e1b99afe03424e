//! What a night did to all series alike.
//!
//! The window of nights is a table of logs, a line for each series: the sum of what is usual for the
//! series, of what is common to the night, and of what is left. The first two are found in turn by
//! medians (Tukey's median polish, "Exploratory Data Analysis", 1977, chapter 11).
//!
//! What is common to a night is not the median of all series: a runtime with most of them would pull
//! it along when it regresses, and all others would seem to have become better. So each group has one
//! voice, its median, and so have the controls together; the shift is the median of the voices. Where
//! the controls contradict it, and where no three voices are there, a shift that is large is not
//! taken out: the series are suspects then, together, and their replays decide.

use labrun_analysis::stats::median;
use serde::{Deserialize, Serialize};

use super::baseline::mad;
use super::series::{Kind, Quantity, Series, Settings};

/// Rounds of the polish. The third moves nothing that matters.
const ROUNDS: usize = 3;

/// Voices without which one that moved cannot be told from the others.
const VOICES: usize = 3;

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
    let mut usual: Vec<f64> = logs.iter().map(|line| usual_of(line, &shifts)).collect();
    if has_shift {
        for round in 0..ROUNDS {
            shifts = said(&logs, &usual, &voices, settings);
            // The shifts of the nights have no level of their own.
            let level = middle(shifts.iter().take(width - 1).map(|said| said.taken));
            for shift in &mut shifts {
                shift.taken -= level.filter(|_| round + 1 < ROUNDS).unwrap_or(0.0);
            }
            usual = logs.iter().map(|line| usual_of(line, &shifts)).collect();
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

/// What is usual for a series, which the night that is judged has no part in.
fn usual_of(line: &[f64], shifts: &[Said]) -> f64 {
    let before = line.iter().zip(shifts).take(line.len().saturating_sub(1));
    middle(before.map(|(log, shift)| log - shift.taken)).unwrap_or(f64::NAN)
}

fn said(logs: &[Vec<f64>], usual: &[f64], voices: &[Voice], settings: &Settings) -> Vec<Said> {
    let width = logs.first().map_or(0, Vec::len);
    let mut all: Vec<Said> = (0..width)
        .map(|night| {
            let of = |voice: &Voice| {
                middle(
                    voice
                        .lines
                        .iter()
                        .map(|&line| logs[line][night] - usual[line]),
                )
            };
            let (mut said, mut controls) = (Vec::new(), None);
            for voice in voices {
                let own = of(voice);
                said.extend(own);
                controls = controls.or(own.filter(|_| voice.is_control));
            }
            let groups = median(&said).unwrap_or(0.0);
            Said {
                taken: groups,
                groups,
                controls,
                voices: said.len(),
            }
        })
        .collect();
    let least = settings.least_shift.max(0.0).ln_1p();
    let apart: Vec<f64> = all
        .iter()
        .filter_map(|said| Some(said.groups - said.controls?))
        .collect();
    // How far controls and groups usually are apart.
    let usually = median(&apart).map_or(0.0, |middle| mad(&apart, middle));
    for said in &mut all {
        said.taken = match said.controls {
            Some(controls) if (said.groups - controls).abs() > least.max(3.0 * usually) => controls,
            // One or two voices: the controls alone are told from what they are held against.
            Some(controls) if said.voices < VOICES => controls,
            None if said.voices < VOICES && said.groups.abs() > least => 0.0,
            _ => said.groups,
        };
    }
    all
}

/// The median of what is there.
fn middle(values: impl Iterator<Item = f64>) -> Option<f64> {
    median(&values.filter(|value| !value.is_nan()).collect::<Vec<f64>>())
}
