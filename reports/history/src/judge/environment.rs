//! What the controls say: programs that never change, so that what moves them is the machine.
//!
//! A control is judged as it is, with what the night did to all in it: that is what it is for.

use labrun_analysis::stats::median;
use serde::{Deserialize, Serialize};

use super::baseline::{Baseline, Scale};
use super::level::{Levelled, logs};
use super::night::of_value;
use super::series::{Kind, Quantity, Series, Settings};

/// The machine is not what it was: one thing to be told, in the place of suspects that it explains.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EnvironmentShift {
    /// The controls that moved, the farthest first.
    pub controls: Vec<MovedControl>,
    /// The places of the suspects whose replays came out equivalent, where they were many.
    pub equivalent: Vec<usize>,
}

/// A control that moved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MovedControl {
    /// The place of its series.
    pub place: usize,
    /// What it is called.
    pub name: String,
    /// Its value as a multiple of what is usual.
    pub ratio: f64,
    /// By how many standard deviations it is worse.
    pub sigmas: f64,
    /// The first of the nights in a row that it has been as far as that.
    pub since: usize,
}

/// The controls that moved; `None` if none did. One of them moved if it is far from its own last nights;
/// all of them together if their median is, which less is needed for.
pub(super) fn moved(
    series: &[Series],
    night: usize,
    settings: &Settings,
) -> Option<EnvironmentShift> {
    let controls: Vec<Control> = series
        .iter()
        .enumerate()
        .filter(|(_, one)| one.kind == Kind::Control)
        .filter_map(|(place, one)| Control::of(place, one, night, settings))
        .collect();
    let mut moved: Vec<MovedControl> = controls
        .iter()
        .filter(|one| one.is_beyond(night, settings.control_sigmas))
        .map(|one| one.told(settings.control_sigmas))
        .collect();
    if let (true, Some(way)) = (moved.is_empty(), together(&controls, settings)) {
        let same = controls.iter().filter(|one| one.now() * way > 0.0);
        moved.extend(same.map(|one| one.told(settings.sigmas)));
    }
    moved.sort_by(|a, b| b.sigmas.abs().total_cmp(&a.sigmas.abs()));
    (!moved.is_empty()).then(|| EnvironmentShift {
        controls: moved,
        equivalent: Vec::new(),
    })
}

/// Controls of which the median is worth more than one of them.
const SEVERAL: usize = 3;

/// Which way the controls went together, night by night of the window: 1.0 is worse.
fn together(controls: &[Control], settings: &Settings) -> Option<f64> {
    let width = controls.iter().map(|one| one.away.len()).max()?;
    let medians: Vec<f64> = (0..width)
        .map(|back| {
            let of = |one: &Control| {
                let at = one.away.len().checked_sub(back + 1)?;
                Some(one.away[at]).filter(|away| !away.is_nan())
            };
            // A share says how much of the machine there was, and not how fast it was.
            let works = controls
                .iter()
                .filter(|one| one.series.quantity != Quantity::Share);
            let away: Vec<f64> = works.filter_map(of).collect();
            median(&away)
                .filter(|_| away.len() >= SEVERAL)
                .unwrap_or(f64::NAN)
        })
        .collect();
    let (&now, before) = medians.split_first()?;
    let baseline = Baseline::of(before).filter(|one| one.nights >= settings.least_nights.max(2))?;
    let scale = Scale::pooled(&baseline, &[], settings.floor);
    let beyond = baseline.away(now, scale).abs() > scale.limit(settings.sigmas)
        && now.abs() > settings.least_shift.max(0.0).ln_1p();
    beyond.then(|| now.signum())
}

/// A control, and how it was in the window.
struct Control<'a> {
    place: usize,
    series: &'a Series,
    /// The first night of the window.
    first: usize,
    /// How far each night lies from the median of those before the last. NaN of one that has no value.
    away: Vec<f64>,
    baseline: Baseline,
    scale: Scale,
}

impl<'a> Control<'a> {
    /// `None` if it says nothing this night.
    fn of(place: usize, series: &'a Series, night: usize, settings: &Settings) -> Option<Self> {
        series.log(night)?;
        let window = night.saturating_sub(settings.window)..night + 1;
        let first = window.start;
        let levelled = Levelled::of(&logs(series, &window));
        let (_, before) = levelled.line.split_last()?;
        let baseline = Baseline::of(before)?.at_level(levelled.nights);
        let away = levelled.line.iter().map(|log| log - baseline.middle);
        let away = away.collect();
        (baseline.nights >= settings.least_nights.max(2)).then(|| Self {
            place,
            series,
            first,
            away,
            baseline,
            scale: Scale::pooled(&baseline, &[], settings.floor),
        })
    }

    /// How far the last night lies from the median.
    fn now(&self) -> f64 {
        self.away.last().copied().unwrap_or(f64::NAN)
    }

    fn sigmas(&self, away: f64) -> f64 {
        self.baseline.away(self.baseline.middle + away, self.scale)
    }

    /// Whether it lies farther from its median than that in a night, and than its least effect.
    fn is_beyond(&self, night: usize, sigmas: f64) -> bool {
        let away = self.away[night - self.first];
        self.sigmas(away).abs() > self.scale.limit(sigmas)
            && away.abs() > self.series.least_effect.max(0.0).ln_1p()
    }

    /// As it is told, with the first of the nights in a row in which it was as far on the same side.
    fn told(&self, sigmas: f64) -> MovedControl {
        let now = self.now();
        let last = self.first + self.away.len() - 1;
        let mut since = last;
        for night in (self.first..last).rev() {
            let away = self.away[night - self.first];
            if away.is_nan() {
                continue;
            }
            if !self.is_beyond(night, sigmas) || away * now < 0.0 {
                break;
            }
            since = night;
        }
        MovedControl {
            place: self.place,
            name: self.series.name.clone(),
            ratio: of_value(now, self.series),
            sigmas: self.sigmas(now),
            since,
        }
    }
}
