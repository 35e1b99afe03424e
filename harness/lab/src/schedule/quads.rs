//! Which quads of a replay come next.
//!
//! First as many rounds with a quad of every pair as an interval needs, by which it is known what
//! each costs and how much its quads spread. Then it is fixed, stage by stage, how many more each gets
//! ([`narrow`]): the intervals that are the cheapest to narrow down to the margin first. In a stage
//! they are spread evenly over rounds, and a pair's number is tripled at most: how much few quads
//! spread says little of what many will. No look at a ratio decides anything.
//!
//! Nothing here reads a clock or starts a process.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::allocate::{Case, NARROWER, Seen, narrow};
use super::half_width::Logs;
use super::spread::spread;

/// Quads that an interval needs: six of either order.
const LEAST_QUADS: u32 = 12;

/// Share of the time that the first rounds take at most, where there is time for three of them.
const FIRST_SHARE: f64 = 1.0 / 3.0;

/// How many times as many quads as so far a pair has at most after a stage.
const STAGE: f64 = 3.0;

/// Quads of a pair at most, where no other number is asked for.
const MOST_QUADS: f64 = 1000.0;

/// A pair of which so many times the most quads would be needed gets no more than an interval needs;
/// few quads can be that far off.
const HOPELESS: f64 = 4.0;

/// No replay of pairs that are quick is over sooner, if it has the time: the machine's moods last
/// for seconds, and would be taken for those of the sides' launches.
const SHORTEST_S: f64 = 30.0;

/// The quads of a replay.
#[derive(Debug)]
pub(crate) struct Quads {
    pairs: Vec<Pair>,
    /// Exactly so many of each, time permitting.
    given: Option<u32>,
    /// Beyond which share a side is better or worse.
    margin: f64,
    budget_s: f64,
    elapsed_s: f64,
    round: u32,
    /// The rounds after the first ones, the next one last.
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
    /// Of each row its log ratios, for quads of either order.
    rows: Vec<[Logs; 2]>,
}

impl Quads {
    /// Those of a replay with pairs whose values are counted, or not.
    pub(crate) fn new(
        exact: &[bool],
        given: Option<u32>,
        margin: f64,
        budget_s: f64,
        seed: u64,
    ) -> Self {
        let pair = |exact: &bool| Pair {
            exact: *exact,
            ..Pair::default()
        };
        Self {
            pairs: exact.iter().map(pair).collect(),
            given,
            margin,
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
            let mut round: Vec<usize> = if self.left.is_none() && !self.first_rounds_are_over() {
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

    /// A quad is whole: the log ratio of each of its rows that had one, and whether B came first.
    pub(crate) fn took(&mut self, pair: usize, spent_s: f64, logs: &[Option<f64>], turned: bool) {
        let pair = &mut self.pairs[pair];
        if pair.taken == 0 {
            pair.first_s = spent_s;
            pair.rows = vec![[Logs::default(), Logs::default()]; logs.len()];
        }
        pair.taken += 1;
        pair.spent_s += spent_s;
        pair.longest_s = pair.longest_s.max(spent_s);
        for (row, log) in pair.rows.iter_mut().zip(logs) {
            if let Some(log) = log {
                row[usize::from(turned)].add(*log);
            }
        }
    }

    /// A launch of a pair failed: it gets no more.
    pub(crate) fn failed(&mut self, pair: usize) {
        self.pairs[pair].over = true;
    }

    /// Quads taken, and how many there will be; of the first rounds, theirs.
    pub(crate) fn progress(&self) -> (u64, u64) {
        let done: u64 = self.pairs.iter().map(|pair| u64::from(pair.taken)).sum();
        let left = if let Some(rounds) = &self.left {
            let live = |pair: &&usize| !self.pairs[**pair].over;
            rounds.iter().flatten().filter(live).count() as u64
        } else {
            let left = |pair: &Pair| {
                let quads = if pair.exact { 1 } else { self.first_rounds() };
                let left = u64::from(quads.saturating_sub(pair.taken));
                if pair.over { 0 } else { left }
            };
            self.pairs.iter().map(left).sum()
        };
        (done, done + left)
    }

    fn first_rounds(&self) -> u32 {
        self.given.unwrap_or(LEAST_QUADS)
    }

    /// Where they take too long, three are enough to know the costs.
    fn first_rounds_are_over(&self) -> bool {
        let too_long = self.given.is_none()
            && self.round >= 3
            && self.elapsed_s >= FIRST_SHARE * self.budget_s;
        self.round >= self.first_rounds() || too_long
    }

    /// The rounds of the next stage, in reverse; none where nothing is left to do.
    fn share_out(&self) -> Vec<Vec<usize>> {
        if self.given.is_some() {
            return Vec::new();
        }
        // What lies between quads is paid by all of them.
        let spent: f64 = self.pairs.iter().map(|pair| pair.spent_s).sum();
        let between = if spent > 0.0 {
            (self.elapsed_s / spent).max(1.0)
        } else {
            1.0
        };
        let mut cases: Vec<Case> = self.pairs.iter().map(|pair| pair.case(between)).collect();
        let left_s = self.budget_s - self.elapsed_s;
        let counts = self.wanted(&mut cases, left_s);
        let mut rounds = spread(&counts, &vec![None; counts.len()]);
        rounds.reverse();
        rounds
    }

    /// How many more of each: what an interval needs; then until half of the 90% interval is the
    /// margin, so that what is the same is likely to be seen as such; then until half of the 95% one is
    /// half of it; then until it has not been a moment only.
    fn wanted(&self, cases: &mut [Case], left_s: f64) -> Vec<u32> {
        let margin = self.margin.ln_1p();
        let until = |half_width: f64| {
            move |seen: &Seen| match seen.until(half_width) {
                hopeless if hopeless > HOPELESS * MOST_QUADS => 0.0,
                need => need.min(STAGE * seen.launches).min(MOST_QUADS),
            }
        };
        let enough = |counts: &Vec<u32>| counts.iter().any(|count| *count > 0);
        Some(to_least(cases, left_s))
            .filter(enough)
            .or_else(|| Some(narrow(cases, left_s, until(margin / NARROWER))).filter(enough))
            .or_else(|| Some(narrow(cases, left_s, until(margin / 2.0))).filter(enough))
            .unwrap_or_else(|| more(cases, (SHORTEST_S - self.elapsed_s).min(left_s)))
    }
}

impl Pair {
    /// What is known of it: its cost, and the interval of the row that has the widest.
    fn case(&self, between: f64) -> Case {
        let half_widths = self.rows.iter().filter_map(Logs::half_width);
        let half_width = half_widths.reduce(f64::max);
        Case {
            taken: self.taken,
            cost_s: self.cost_s() * between,
            live: !self.over && !self.exact && self.taken > 0,
            reference: None,
            seen: half_width.map(|half_width| Seen {
                launches: f64::from(self.taken),
                log_ratio: None,
                half_width,
            }),
        }
    }

    /// What a quad takes.
    fn cost_s(&self) -> f64 {
        if self.taken > 1 {
            (self.spent_s - self.first_s) / f64::from(self.taken - 1)
        } else {
            self.first_s
        }
    }
}

/// What each lacks of an interval. Where the time is too short for all, it is for the cheapest.
fn to_least(cases: &mut [Case], mut left_s: f64) -> Vec<u32> {
    let lacks = |case: &Case| LEAST_QUADS.saturating_sub(case.taken);
    let price = |case: &Case| f64::from(lacks(case)) * case.cost_s;
    let mut cheapest: Vec<&mut Case> = cases.iter_mut().filter(|case| case.live).collect();
    cheapest.sort_by(|a, b| price(a).total_cmp(&price(b)));
    for case in cheapest {
        left_s -= price(case);
        case.live = left_s >= 0.0 || lacks(case) == 0;
    }
    let more = |case: &Case| if case.live { lacks(case) } else { 0 };
    cases.iter().map(more).collect()
}

/// The same number of each pair, as many as there is time for.
fn more(cases: &[Case], time_s: f64) -> Vec<u32> {
    let live = || cases.iter().filter(|case| case.live);
    let of_each_s: f64 = live().map(|case| case.cost_s).sum();
    let number = (time_s / of_each_s.max(1e-9)).clamp(0.0, 1e6) as u32;
    let count = |case: &Case| if case.live { number } else { 0 };
    cases.iter().map(count).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Log ratios that are spread evenly, with about this standard deviation: half of the 95% interval
    /// of the median of n is 3.395 / sqrt(n) of it, and half of the 90% one 2.85.
    fn log(deviation: f64, n: u32) -> f64 {
        let place = (f64::from(n + 1) * 0.618_034).fract();
        deviation * 12_f64.sqrt() * (place - 0.5)
    }

    /// Takes quads of pairs, each with its cost in seconds and its deviation, until no more come.
    fn play(quads: &mut Quads, cost_s: impl Fn(usize, u32) -> f64, deviations: &[f64]) -> f64 {
        let mut now_s = 0.0;
        while let Some(round) = quads.next_round() {
            for pair in round {
                if quads.has_time_for(pair) {
                    let n = quads.taken(pair);
                    let cost_s = cost_s(pair, n);
                    now_s += cost_s;
                    quads.passed(now_s);
                    quads.took(pair, cost_s, &[Some(log(deviations[pair], n))], n % 2 == 1);
                }
            }
        }
        now_s
    }

    /// The numbers of quads of pairs that cost these seconds, and how long they took.
    fn taken(
        costs: &[f64],
        deviations: &[f64],
        given: Option<u32>,
        budget_s: f64,
    ) -> (Vec<u32>, f64) {
        let mut quads = Quads::new(&vec![false; costs.len()], given, 0.02, budget_s, 7);
        let now_s = play(&mut quads, |pair, _| costs[pair], deviations);
        let taken: Vec<u32> = (0..costs.len()).map(|pair| quads.taken(pair)).collect();
        let (done, total) = quads.progress();
        assert_eq!(done, u64::from(taken.iter().sum::<u32>()));
        assert_eq!(done, total);
        (taken, now_s)
    }

    #[test]
    fn what_spreads_more_gets_more_and_what_is_hopeless_eats_nothing() {
        let (counts, took_s) = taken(&[0.1; 3], &[0.02, 0.1, 2.0], None, 60.0);
        assert!(took_s <= 60.0 && took_s > 55.0, "{took_s}");
        // Half of a 95% interval is 1%: (3.395 * 0.02 / 0.0099)^2 = 47 and 1176 quads.
        assert!((36..=60).contains(&counts[0]), "{counts:?}");
        assert!(counts[1] > 500, "{counts:?}");
        let (counts, _) = taken(&[0.1; 2], &[0.1, 0.4], None, 60.0);
        // Half of a 90% interval is 2%: (2.85 * 0.1 / 0.0198)^2 = 207 quads, and 3315.
        assert!((190..=240).contains(&counts[0]), "{counts:?}");
        assert!(counts[1] > 300, "{counts:?}");
    }

    #[test]
    fn it_ends_where_all_are_narrow_but_not_within_a_moment() {
        let (counts, took_s) = taken(&[0.1, 0.5], &[0.05, 0.01], None, 3600.0);
        assert!((260..=340).contains(&counts[0]), "{counts:?}");
        assert!((29.0..=60.0).contains(&took_s), "{took_s}");
        let (_, took_s) = taken(&[0.001], &[0.01], None, 3600.0);
        assert!((29.0..=31.0).contains(&took_s), "{took_s}");
        let (_, took_s) = taken(&[0.001], &[0.01], None, 10.0);
        assert!((9.0..=10.0).contains(&took_s), "{took_s}");
    }

    #[test]
    fn too_little_time_for_all_is_for_the_cheapest() {
        let (counts, took_s) = taken(&[0.1, 1.0, 1.0], &[0.1; 3], None, 12.0);
        assert!(counts[0] >= 12, "{counts:?}");
        assert!(counts[1] < 12 || counts[2] < 12, "{counts:?}");
        assert!(took_s <= 12.0, "{took_s}");
    }

    #[test]
    fn what_is_left_since_the_first_quads_cost_more_is_shared_out_again() {
        let mut quads = Quads::new(&[false; 2], None, 0.02, 100.0, 3);
        // The first three of each take three times as long.
        let cost_s = |_, n| if n < 3 { 3.0 } else { 1.0 };
        let now_s = play(&mut quads, cost_s, &[0.2; 2]);
        assert!(now_s > 90.0 && now_s <= 100.0, "{now_s}");
    }

    #[test]
    fn a_given_number_is_taken_of_each() {
        assert_eq!(taken(&[0.1, 0.2], &[0.1; 2], Some(7), 100.0).0, [7, 7]);
        assert_eq!(taken(&[0.1], &[0.1], Some(7), 0.35).0, [3]);
    }

    #[test]
    fn too_little_time_has_no_quad() {
        assert_eq!(taken(&[1.0, 1.0], &[0.1; 2], None, 0.0).0, [0, 0]);
        assert_eq!(taken(&[], &[], None, 10.0).0, [0_u32; 0]);
    }

    #[test]
    fn what_is_counted_gets_one_and_what_failed_no_more() {
        let mut quads = Quads::new(&[true, false], Some(3), 0.02, 10.0, 1);
        let mut seen = Vec::new();
        while let Some(round) = quads.next_round() {
            for pair in round {
                seen.push(pair);
                if pair == 0 {
                    quads.took(0, 0.1, &[Some(0.0)], false);
                } else {
                    quads.failed(1);
                }
            }
        }
        seen.sort_unstable();
        assert_eq!(seen, [0, 1]);
    }
}
