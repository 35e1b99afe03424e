//! From which night on a confirmed change is there, and until when.

use labrun_analysis::stats::median;
use serde::{Deserialize, Serialize};

use super::points::{ChangePoint, Dating, change_points};
use crate::judge::Direction;
use labrun_record::Better;

/// From when until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// The first night that has the change.
    pub began: usize,
    /// The first that has it no more; `None` while it lasts.
    pub ended: Option<usize>,
    /// By what its beginning is dated.
    pub by: By,
}

/// By what a change is dated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// A change point.
    ChangePoint,
    /// The nights before it was confirmed that are nearer to that night's value than to what was
    /// usual: too few nights have passed for a change point.
    Nearness,
}

/// Windows of nights before the one of the confirmation that are looked at.
const WINDOWS: usize = 2;

/// Dates a change that was confirmed in a night. `None` if that night has no value.
///
/// `values` are those of the series, and `better` which of them are; nights after the confirmation, where
/// there are some, make the date surer.
pub fn span(
    values: &[Option<f64>],
    better: Better,
    confirmed: usize,
    direction: Direction,
    by: &Dating,
) -> Option<Span> {
    let now = values
        .get(confirmed)
        .copied()
        .flatten()
        .filter(|v| v.is_finite())?;
    let first = confirmed.saturating_sub(WINDOWS * by.window);
    let points: Vec<ChangePoint> = change_points(&values[first..], by)
        .into_iter()
        .map(|point| ChangePoint {
            at: first + point.at,
            ..point
        })
        .collect();
    let is_up = match (direction, better) {
        (Direction::Worse, Better::Lower) | (Direction::Better, Better::Higher) => true,
        (Direction::Better, Better::Lower) | (Direction::Worse, Better::Higher) => false,
    };
    let goes = |point: &&ChangePoint, up: bool| (point.after > point.before) == up;
    let start = points
        .iter()
        .rev()
        .find(|point| point.at <= confirmed && goes(point, is_up));
    let (began, usual, level, how) = if let Some(point) = start {
        (point.at, point.before, point.after, By::ChangePoint)
    } else {
        let usual = usual(&values[first..confirmed]).unwrap_or(now);
        let began = nearer(values, first, confirmed, usual, now);
        (began, usual, now, By::Nearness)
    };
    // Back by more than half of the change.
    let half = f64::midpoint(usual, level);
    let is_back = |point: &&ChangePoint| goes(point, !is_up) && (point.after < half) == is_up;
    let ended = points.iter().filter(|point| point.at > began).find(is_back);
    Some(Span {
        began,
        ended: ended.map(|point| point.at),
        by: how,
    })
}

/// The values from a night on; those before are as if they were not there.
pub fn since(values: &[Option<f64>], night: usize) -> Vec<Option<f64>> {
    let nights = values.iter().enumerate();
    nights
        .map(|(at, value)| value.filter(|_| at >= night))
        .collect()
}

/// The first of the last nights, if there are `least` of them, all after a change was confirmed, that are back by
/// more than half of it. It began in the night `began`, was so many times the usual, and `level` is the first night
/// that had what was usual.
///
/// A change of a few nights has no change point that lasts: with each night after it, the stretch that it was
/// weighs less.
pub fn is_back(
    values: &[Option<f64>],
    (level, began, confirmed): (usize, usize, usize),
    ratio: f64,
    least: usize,
) -> Option<usize> {
    let first = began.saturating_sub(USUAL).max(level.min(began));
    let usual = usual(values.get(first..began)?)?;
    let half = f64::midpoint(usual, usual * ratio);
    let is_back = |value: f64| (value < half) == (ratio > 1.0);
    let after = values.iter().enumerate().skip(confirmed + 1).rev();
    let there = after.filter_map(|(night, value)| Some((night, value.filter(|v| v.is_finite())?)));
    let back: Vec<usize> = there
        .take_while(|(_, value)| is_back(*value))
        .map(|(night, _)| night)
        .collect();
    back.last().copied().filter(|_| back.len() >= least)
}

/// Nights before a change that say what was usual.
pub const USUAL: usize = 30;

fn usual(values: &[Option<f64>]) -> Option<f64> {
    let there = values.iter().flatten().copied().filter(|v| v.is_finite());
    median(&there.collect::<Vec<f64>>())
}

/// The first of the nights up to the last that are nearer to its value than to what was usual.
fn nearer(values: &[Option<f64>], first: usize, last: usize, usual: f64, now: f64) -> usize {
    let mut began = last;
    for night in (first..last).rev() {
        let Some(value) = values[night].filter(|v| v.is_finite()) else {
            continue;
        };
        if (value - now).abs() >= (value - usual).abs() {
            break;
        }
        began = night;
    }
    began
}
