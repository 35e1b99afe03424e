//! What the controls say: programs that never change, so that what moves them is the machine.
//!
//! A control is judged as it is, with what the night did to all in it: that is what it is for.

use serde::{Deserialize, Serialize};

use super::baseline::{Baseline, half_pooled};
use super::night::of_value;
use super::series::{Kind, Series, Settings};

/// The machine is not what it was: one thing to be told, in the place of suspects that it explains.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EnvironmentShift {
    /// The controls that moved, the farthest first.
    pub controls: Vec<MovedControl>,
    /// The places of the suspects whose replays came out equivalent, where they were many.
    pub equivalent: Vec<usize>,
}

/// A control that moved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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

/// The controls that moved; `None` if none did.
pub(super) fn moved(
    series: &[Series],
    night: usize,
    settings: &Settings,
) -> Option<EnvironmentShift> {
    let controls = series
        .iter()
        .enumerate()
        .filter(|(_, one)| one.kind == Kind::Control);
    let mut moved: Vec<MovedControl> = controls
        .filter_map(|(place, one)| control(place, one, night, settings))
        .collect();
    moved.sort_by(|a, b| b.sigmas.abs().total_cmp(&a.sigmas.abs()));
    (!moved.is_empty()).then(|| EnvironmentShift {
        controls: moved,
        equivalent: Vec::new(),
    })
}

fn control(place: usize, one: &Series, night: usize, settings: &Settings) -> Option<MovedControl> {
    if night < one.epoch {
        return None;
    }
    let now = one.log(night)?;
    let before = one.nights_before(night, settings.window);
    let logs: Vec<f64> = before.clone().filter_map(|at| one.log(at)).collect();
    let baseline = Baseline::of(&logs)?;
    if baseline.nights < settings.least_nights.max(2) {
        return None;
    }
    let scale = half_pooled(baseline.own, &[], settings.floor);
    let (limit, least) = (
        baseline.limit(settings.sigmas),
        one.least_effect.max(0.0).ln_1p(),
    );
    let beyond =
        |log: f64| baseline.away(log, scale).abs() > limit && (log - baseline.middle).abs() > least;
    if !beyond(now) {
        return None;
    }
    let is_above = now > baseline.middle;
    let as_far = |log: f64| beyond(log) && (log > baseline.middle) == is_above;
    let measured = before.rev().filter_map(|at| Some((at, one.log(at)?)));
    let run = measured.take_while(|(_, log)| as_far(*log)).last();
    Some(MovedControl {
        place,
        name: one.name.clone(),
        ratio: of_value(now - baseline.middle, one),
        sigmas: baseline.away(now, scale),
        since: run.map_or(night, |(at, _)| at),
    })
}
