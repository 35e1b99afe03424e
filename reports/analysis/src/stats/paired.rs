//! The 95% bootstrap interval of a ratio of medians, by blocks where they are shared.
//!
//! Two rows that were interleaved in the same shuffled blocks share what the machine
//! did during each block. Resampling whole blocks keeps that together (the paired
//! bootstrap; Davison & Hinkley, "Bootstrap Methods and their Application", 1997,
//! section 3.2 for several samples, 3.8 for blocks as units). Launches of blocks that
//! only one of the two rows has are resampled on their own, as a stratum.

use std::collections::BTreeMap;

use super::bootstrap::{Interval, MIN_LAUNCHES, RESAMPLES, counted_median, ends};
use super::order::median;
use super::seed::Draw;

/// A value and the block that its launch belonged to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Observation {
    /// Which shuffled block, from 0.
    pub block: u32,
    /// The value, in the metric's unit.
    pub value: f64,
}

/// The 95% percentile bootstrap interval of `median(row) / median(reference)`.
///
/// With `shared`, blocks that hold launches of both are resampled as one unit each;
/// without it (two runs), launches are resampled independently. `None` if either side
/// has under [`MIN_LAUNCHES`] launches, or a value that is not finite and positive.
/// The interval always holds the ratio itself: should resampling leave it out, the
/// interval is widened to it.
pub fn ratio_interval(
    row: &[Observation],
    reference: &[Observation],
    shared: bool,
    seed: u64,
) -> Option<Interval> {
    let usable = |side: &[Observation]| {
        side.len() >= MIN_LAUNCHES && side.iter().all(|o| o.value.is_finite() && o.value > 0.0)
    };
    if !usable(row) || !usable(reference) {
        return None;
    }
    let sides = [Ranked::new(row), Ranked::new(reference)];
    let strata = strata([row, reference], &sides, shared);
    let launches = [row.len(), reference.len()];
    let mut draw = Draw::new(seed);
    // the last slot of each takes the launches that a unit does not have
    let mut counts = launches.map(|n| vec![0_u16; n + 1]);
    let mut ratios = Vec::with_capacity(RESAMPLES);
    while ratios.len() < RESAMPLES {
        for side in &mut counts {
            side.fill(0);
        }
        let [of_row, of_reference] = &mut counts;
        for units in &strata {
            draw.indexes(units.len(), units.len(), |index| {
                let [a, b] = units[index];
                of_row[a] += 1;
                of_reference[b] += 1;
            });
        }
        let middle =
            |side: usize| counted_median(&sides[side].ordered, &counts[side], launches[side]);
        ratios.push(middle(0) / middle(1));
    }
    let value = median(&sides[0].ordered)? / median(&sides[1].ordered)?;
    let [low, high] = ends(ratios)?;
    Some([low.min(value), high.max(value)])
}

/// What is drawn at once: the rank of a launch of the row, and of the reference. A rank
/// equal to the number of launches means that there is none.
type Unit = [usize; 2];

/// One side's values in ascending order, and where each launch went.
struct Ranked {
    ordered: Vec<f64>,
    rank_of: Vec<usize>,
}

impl Ranked {
    fn new(side: &[Observation]) -> Self {
        let mut order: Vec<usize> = (0..side.len()).collect();
        order.sort_by(|&a, &b| side[a].value.total_cmp(&side[b].value));
        let mut rank_of = vec![0; side.len()];
        for (rank, &launch) in order.iter().enumerate() {
            rank_of[launch] = rank;
        }
        let ordered = order.iter().map(|&launch| side[launch].value).collect();
        Self { ordered, rank_of }
    }
}

/// The units that are resampled, in strata: launches of both in one block, then launches
/// of the row alone, then of the reference alone. Each stratum keeps its number of units,
/// and so each side its number of launches. Should a block hold several launches of a
/// row, the first goes with the first of the other, and so on.
fn strata(sides: [&[Observation]; 2], ranked: &[Ranked; 2], shared: bool) -> [Vec<Unit>; 3] {
    let none = [sides[0].len(), sides[1].len()];
    let mut blocks: BTreeMap<(u32, usize), Unit> = BTreeMap::new();
    let mut strata = [Vec::new(), Vec::new(), Vec::new()];
    for side in 0..2 {
        for (launch, seen) in sides[side].iter().enumerate() {
            let alone = if shared { 0 } else { 1 + side };
            let key = |nth| (seen.block, 3 * nth + alone);
            let free = |nth: &usize| blocks.get(&key(*nth)).is_none_or(|u| u[side] == none[side]);
            let nth = (0..=launch).find(free).unwrap_or(launch);
            blocks.entry(key(nth)).or_insert(none)[side] = ranked[side].rank_of[launch];
        }
    }
    for unit in blocks.into_values() {
        let stratum = match (unit[0] == none[0], unit[1] == none[1]) {
            (false, false) => 0,
            (false, true) => 1,
            (true, _) => 2,
        };
        strata[stratum].push(unit);
    }
    strata
}
