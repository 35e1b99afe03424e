//! The change points of a series: found in windows, tested, and merged where they are too weak.

use serde::{Deserialize, Serialize};

use super::energy::{Division, best};
use super::student::{Moments, rarity};

/// By what change points are found.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Dating {
    /// The values of a window.
    pub window: usize,
    /// How rare by chance the difference of the stretches beside a point has to be.
    pub rarity: f64,
    /// The least change of the mean: 0.02 is 2 %.
    pub least_change: f64,
    /// How the spread of a stretch is taken.
    pub spread: Spread,
}

/// How the spread of a stretch is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spread {
    /// From its values less one, so that a stretch of few is not thought to be more still than it is.
    Sample,
    /// From its values, as Apache Otava does.
    Population,
}

impl Default for Dating {
    fn default() -> Self {
        Self {
            window: 50,
            rarity: 0.001,
            least_change: 0.0,
            spread: Spread::Sample,
        }
    }
}

/// A place at which a series changes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ChangePoint {
    /// The first place of what comes after.
    pub at: usize,
    /// The mean of the stretch before it.
    pub before: f64,
    /// The mean of the stretch after it.
    pub after: f64,
    /// How rarely they are as far apart by chance.
    pub rarity: f64,
}

impl ChangePoint {
    /// The change of the mean, seen from the side from which it is more; 0 where nothing is a multiple.
    pub fn change(&self) -> f64 {
        let seen = |from: f64, to: f64| {
            if from == 0.0 {
                0.0
            } else {
                (to / from - 1.0).abs()
            }
        };
        seen(self.before, self.after).max(seen(self.after, self.before))
    }
}

/// In windows a point may be this many times as likely to be chance: what stands is decided when the
/// stretches beside it are known.
const AT_FIRST: f64 = 10.0;

/// The change points of a series in the order of its nights. Places are those of `values`; what is `None`
/// or not finite has no part in it.
pub fn change_points(values: &[Option<f64>], by: &Dating) -> Vec<ChangePoint> {
    let there = values.iter().enumerate();
    let (places, values): (Vec<usize>, Vec<f64>) = there
        .filter_map(|(place, value)| Some((place, value.filter(|v| v.is_finite())?)))
        .unzip();
    let weak = windows(&values, by);
    let mut points = merged(&values, weak, by);
    for point in &mut points {
        point.at = places[point.at];
    }
    points
}

/// What is found in windows that overlap by half, each of which begins at the last point at the latest.
fn windows(values: &[f64], by: &Dating) -> Vec<usize> {
    let window = by.window.max(2);
    let at_first = match by.rarity {
        few if few < 0.05 => AT_FIRST * few,
        some if some < 0.5 => 2.0 * some,
        most => most,
    };
    let mut found = Vec::new();
    let mut start = 0;
    while start < values.len() {
        let end = (start + window).min(values.len());
        let new = divided(&values[start..end], at_first, by.spread);
        let last = new.last().map_or(0, |at| start + at);
        found.extend(new.into_iter().map(|at| start + at));
        start = last.max(start + window / 2);
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Divides a window at its best place again and again, until the best is chance.
fn divided(values: &[f64], rarity: f64, spread: Spread) -> Vec<usize> {
    let mut points: Vec<usize> = Vec::new();
    let mut stretches = vec![(0, values.len(), best(values, 0, values.len()))];
    loop {
        let mut chosen: Option<(usize, Division)> = None;
        for (index, (.., division)) in stretches.iter().enumerate() {
            if let Some(division) = division
                && chosen.is_none_or(|(_, other)| division.gain > other.gain)
            {
                chosen = Some((index, *division));
            }
        }
        let Some((index, Division { at, .. })) = chosen else {
            break;
        };
        let (start, end, _) = stretches[index];
        if point(values, (start, at, end), spread).rarity > rarity {
            break;
        }
        points.push(at);
        let halves = [(start, at), (at, end)].map(|(from, to)| (from, to, best(values, from, to)));
        stretches.splice(index..=index, halves);
    }
    points.sort_unstable();
    points
}

fn point(values: &[f64], (start, at, end): (usize, usize, usize), spread: Spread) -> ChangePoint {
    let (left, right) = (
        Moments::of(&values[start..at]),
        Moments::of(&values[at..end]),
    );
    ChangePoint {
        at,
        before: left.mean,
        after: right.mean,
        rarity: rarity(left, right, spread == Spread::Sample),
    }
}

/// Takes away the weakest point again and again, until none is chance and none too small.
fn merged(values: &[f64], mut places: Vec<usize>, by: &Dating) -> Vec<ChangePoint> {
    let of = |places: &[usize], index: usize| {
        let start = index.checked_sub(1).map_or(0, |before| places[before]);
        let end = places.get(index + 1).copied().unwrap_or(values.len());
        point(values, (start, places[index], end), by.spread)
    };
    loop {
        let points: Vec<ChangePoint> = (0..places.len()).map(|index| of(&places, index)).collect();
        let indexes = 0..points.len();
        // The first of several that are as weak.
        let chance = indexes
            .clone()
            .rev()
            .max_by(|&a, &b| points[a].rarity.total_cmp(&points[b].rarity));
        let small = indexes
            .rev()
            .max_by(|&a, &b| points[b].change().total_cmp(&points[a].change()));
        let weakest = match (chance, small) {
            (Some(chance), _) if points[chance].rarity >= by.rarity => chance,
            (_, Some(small)) if points[small].change() <= by.least_change => small,
            _ => return points,
        };
        places.remove(weakest);
    }
}
