//! Which quads of a replay come next.
//!
//! First a few rounds with a quad of every pair, by which it is known what each costs. Then the rest of
//! the time is shared out: a pair gets quads in inverse proportion to the root of its cost, which
//! for spreads that are alike gives the least variance for the time (Cochran, "Sampling Techniques",
//! 3rd ed., 1977, section 5.5), and they are spread evenly over the rounds. Should they have cost
//! less than the first ones did, what is left is shared out again. No look at a ratio decides anything.
//!
//! Nothing here reads a clock or starts a process.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::spread::spread;

/// Rounds by which the costs are known.
const PILOT_ROUNDS: u32 = 3;

/// Quads of a pair at most, where no other number is asked for.
const MOST_QUADS: u32 = 400;

/// The quads of a replay.
#[derive(Debug)]
pub(crate) struct Quads {
    pairs: Vec<Pair>,
    /// Exactly so many of each, time permitting.
    given: Option<u32>,
    budget_s: f64,
    elapsed_s: f64,
    round: u32,
    /// The rounds after the pilot, the next one last.
    left: Option<Vec<Vec<usize>>>,
    random: Xoshiro256PlusPlus,
}

#[derive(Debug, Clone, Default)]
struct Pair {
    taken: u32,
    spent_s: f64,
    /// What the first quad took, before which there is more that is discarded.
    first_s: f64,
    longest_s: f64,
    over: bool,
    /// Its values are counted: one quad is enough.
    exact: bool,
}

impl Quads {
    /// Those of a replay with pairs whose values are counted, or not.
    pub(crate) fn new(exact: &[bool], given: Option<u32>, budget_s: f64, seed: u64) -> Self {
        let pair = |exact: &bool| Pair {
            exact: *exact,
            ..Pair::default()
        };
        Self {
            pairs: exact.iter().map(pair).collect(),
            given,
            budget_s,
            elapsed_s: 0.0,
            round: 0,
            left: None,
            random: Xoshiro256PlusPlus::seed_from_u64(seed),
        }
    }

    /// The pairs of the next round in their order; nothing when all is done.
    pub(crate) fn next_round(&mut self) -> Option<Vec<usize>> {
        loop {
            let mut round: Vec<usize> = if self.round < self.pilot() {
                (0..self.pairs.len()).collect()
            } else {
                if self.left.as_ref().is_none_or(Vec::is_empty) {
                    self.left = Some(self.share_out());
                }
                self.left.as_mut()?.pop()?
            };
            self.round += 1;
            round.retain(|&pair| {
                let pair = &self.pairs[pair];
                !(pair.over || pair.exact && pair.taken > 0)
            });
            if !round.is_empty() {
                round.shuffle(&mut self.random);
                return Some(round);
            }
        }
    }

    /// Whether there is time for another quad of a pair, going by its longest so far. Where there
    /// is none it gets no more.
    pub(crate) fn has_time_for(&mut self, pair: usize) -> bool {
        let pair = &mut self.pairs[pair];
        pair.over |= self.elapsed_s + pair.longest_s >= self.budget_s;
        !pair.over
    }

    /// Says how long all of it has taken until now.
    pub(crate) fn passed(&mut self, since_began_s: f64) {
        self.elapsed_s = self.elapsed_s.max(since_began_s);
    }

    /// Quads of a pair so far.
    pub(crate) fn taken(&self, pair: usize) -> u32 {
        self.pairs[pair].taken
    }

    /// A quad is whole.
    pub(crate) fn took(&mut self, pair: usize, spent_s: f64) {
        let pair = &mut self.pairs[pair];
        if pair.taken == 0 {
            pair.first_s = spent_s;
        }
        pair.taken += 1;
        pair.spent_s += spent_s;
        pair.longest_s = pair.longest_s.max(spent_s);
    }

    /// A launch of a pair failed: it gets no more.
    pub(crate) fn failed(&mut self, pair: usize) {
        self.pairs[pair].over = true;
    }

    /// Quads taken, and how many there will be; of a pilot, its own.
    pub(crate) fn progress(&self) -> (u64, u64) {
        let done: u64 = self.pairs.iter().map(|pair| u64::from(pair.taken)).sum();
        let left = if let Some(rounds) = &self.left {
            let live = |pair: &&usize| !self.pairs[**pair].over;
            rounds.iter().flatten().filter(live).count() as u64
        } else {
            let left = |pair: &Pair| {
                let quads = if pair.exact { 1 } else { self.pilot() };
                let left = u64::from(quads.saturating_sub(pair.taken));
                if pair.over { 0 } else { left }
            };
            self.pairs.iter().map(left).sum()
        };
        (done, done + left)
    }

    fn pilot(&self) -> u32 {
        self.given.unwrap_or(PILOT_ROUNDS)
    }

    /// The rounds that fill the rest of the time, in reverse.
    fn share_out(&self) -> Vec<Vec<usize>> {
        let cost = |pair: &Pair| {
            let live = !pair.over && !pair.exact && pair.taken > 0 && self.given.is_none();
            live.then(|| pair.cost_s())
        };
        let costs: Vec<Option<f64>> = self.pairs.iter().map(cost).collect();
        // What lies between quads is paid by all of them.
        let spent: f64 = self.pairs.iter().map(|pair| pair.spent_s).sum();
        let between = if spent > 0.0 {
            (self.elapsed_s / spent).max(1.0)
        } else {
            1.0
        };
        let left_s = (self.budget_s - self.elapsed_s) / between;
        let most = self
            .pairs
            .iter()
            .map(|pair| MOST_QUADS.saturating_sub(pair.taken));
        let counts = share(&costs, left_s, &most.collect::<Vec<u32>>());
        let mut rounds = spread(&counts, &vec![None; counts.len()]);
        rounds.reverse();
        rounds
    }
}

impl Pair {
    /// What a quad takes.
    fn cost_s(&self) -> f64 {
        if self.taken > 1 {
            (self.spent_s - self.first_s) / f64::from(self.taken - 1)
        } else {
            self.first_s
        }
    }
}

/// Numbers in inverse proportion to the root of each cost, each `most` at most, that cost `time_s`
/// together.
fn share(costs: &[Option<f64>], time_s: f64, most: &[u32]) -> Vec<u32> {
    let number = |pair: usize, scale: f64| {
        costs[pair].map_or(0.0, |cost| {
            (scale / cost.max(1e-9).sqrt()).min(f64::from(most[pair]))
        })
    };
    let price = |scale: f64| -> f64 {
        let each = (0..costs.len()).map(|pair| costs[pair].unwrap_or(0.0) * number(pair, scale));
        each.sum()
    };
    let most_of_all = f64::from(most.iter().copied().max().unwrap_or(0));
    let dearest = costs
        .iter()
        .flatten()
        .fold(0.0, |dearest: f64, cost| dearest.max(*cost));
    let (mut low, mut high) = (0.0, most_of_all * dearest.max(1e-9).sqrt());
    if price(high) > time_s {
        for _ in 0..60 {
            let middle = f64::midpoint(low, high);
            if price(middle) > time_s {
                high = middle;
            } else {
                low = middle;
            }
        }
    } else {
        low = high;
    }
    (0..costs.len())
        .map(|pair| number(pair, low) as u32)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers of quads of pairs that cost these seconds.
    fn taken(costs: &[f64], given: Option<u32>, budget_s: f64) -> (Vec<u32>, f64) {
        let mut quads = Quads::new(&vec![false; costs.len()], given, budget_s, 7);
        let mut taken = vec![0; costs.len()];
        let mut now_s = 0.0;
        while let Some(round) = quads.next_round() {
            for pair in round {
                if quads.has_time_for(pair) {
                    now_s += costs[pair];
                    quads.passed(now_s);
                    quads.took(pair, costs[pair]);
                    taken[pair] += 1;
                }
            }
        }
        let (done, total) = quads.progress();
        assert_eq!(done, u64::from(taken.iter().sum::<u32>()));
        assert_eq!(done, total);
        (taken, now_s)
    }

    #[test]
    fn quads_are_shared_out_by_the_root_of_their_costs() {
        let (taken, took_s) = taken(&[0.01, 1.0, 0.04], None, 100.0);
        assert!(took_s <= 100.0 && took_s > 95.0, "{took_s}");
        assert_eq!(taken[0], MOST_QUADS);
        assert!((380..=MOST_QUADS).contains(&taken[2]), "{taken:?}");
        assert!((75..=85).contains(&taken[1]), "{taken:?}");
        let (taken, _) = super::tests::taken(&[0.01, 1.0], None, 40.0);
        let ratio = f64::from(taken[0]) / f64::from(taken[1]);
        // The last second is too short for the dear one.
        assert!((8.0..=11.5).contains(&ratio), "{taken:?}");
    }

    #[test]
    fn what_is_left_since_the_first_quads_cost_more_is_shared_out_again() {
        let mut quads = Quads::new(&[false; 2], None, 100.0, 3);
        let mut now_s = 0.0;
        while let Some(round) = quads.next_round() {
            for pair in round {
                if quads.has_time_for(pair) {
                    // The first three of each take three times as long.
                    let cost_s = if quads.taken(pair) < 3 { 3.0 } else { 1.0 };
                    now_s += cost_s;
                    quads.passed(now_s);
                    quads.took(pair, cost_s);
                }
            }
        }
        assert!(now_s > 90.0 && now_s <= 100.0, "{now_s}");
    }

    #[test]
    fn a_given_number_is_taken_of_each() {
        assert_eq!(taken(&[0.1, 0.2], Some(7), 100.0).0, [7, 7]);
        assert_eq!(taken(&[0.1], Some(7), 0.35).0, [3]);
    }

    #[test]
    fn too_little_time_has_no_quad() {
        assert_eq!(taken(&[1.0, 1.0], None, 0.0).0, [0, 0]);
        assert_eq!(taken(&[], None, 10.0).0, [0_u32; 0]);
    }

    #[test]
    fn what_is_counted_gets_one_and_what_failed_no_more() {
        let mut quads = Quads::new(&[true, false], Some(3), 10.0, 1);
        let mut seen = Vec::new();
        while let Some(round) = quads.next_round() {
            for pair in round {
                seen.push(pair);
                if pair == 0 {
                    quads.took(0, 0.1);
                } else {
                    quads.failed(1);
                }
            }
        }
        seen.sort_unstable();
        assert_eq!(seen, [0, 1]);
    }
}
