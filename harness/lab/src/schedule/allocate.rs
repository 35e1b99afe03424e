//! How many launches each case gets: as many as buy the most verdicts in the time that is left.

use labrun_analysis::stats::shared_ratio;
use labrun_analysis::{Observation, half_width};
use labrun_record::Plan;

/// More launches than the pilot's spread asks for: it is known from a few alone.
const SPARE: f64 = 1.3;

/// Share of the time that one verdict or interval may cost: more than that is not bought for one,
/// but shared by all that are left.
const DEAREST: f64 = 0.25;

/// Seconds for more launches of what costs next to nothing, where there is no pilot.
const CHEAP_S: f64 = 5.0;

/// The 90% interval, by which rows are equivalent, as a share of the 95% one (of a normal).
pub(super) const NARROWER: f64 = 1.645 / 1.960;

/// A case after the pilot.
#[derive(Debug, Clone)]
pub(super) struct Case {
    /// Launches so far.
    pub(super) taken: u32,
    /// What one costs.
    pub(super) cost_s: f64,
    /// Whether it gets any more.
    pub(super) live: bool,
    /// The case that it is compared with.
    pub(super) reference: Option<usize>,
    /// What the pilot saw; nothing of too few launches.
    pub(super) seen: Option<Seen>,
}

/// What a pilot saw of a case.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Seen {
    /// Launches that it saw.
    pub(super) launches: f64,
    /// The log of its ratio to the reference, where it is compared.
    pub(super) log_ratio: Option<f64>,
    /// Half of its 95% interval (that of the ratio, where it is compared), in logs.
    pub(super) half_width: f64,
}

/// What a pilot saw of a case, compared or not.
pub(super) fn seen(
    values: &[Observation],
    reference: Option<&[Observation]>,
    seed: u64,
) -> Option<Seen> {
    let launches = values.len() as f64;
    let compared = reference.and_then(|reference| {
        let ratio = shared_ratio(values, reference, seed)?;
        let [low, high] = ratio.intervals?.ci;
        Some(Seen {
            launches,
            log_ratio: Some(ratio.value.ln()),
            half_width: (high / low).ln() / 2.0,
        })
    });
    compared.or_else(|| {
        let values: Vec<f64> = values.iter().map(|seen| seen.value).collect();
        Some(Seen {
            launches,
            log_ratio: None,
            half_width: half_width(&values, seed)?,
        })
    })
}

impl Seen {
    /// Launches until half of its interval is this wide: it narrows with their square root.
    pub(super) fn until(&self, half_width: f64) -> f64 {
        self.launches * (self.half_width / half_width).powi(2)
    }

    /// Launches that its verdict is likely to need.
    fn verdict(&self, margin: f64) -> Option<f64> {
        let (distance, margin) = (self.log_ratio?.abs(), (1.0 + margin).ln());
        let room = if distance > margin {
            distance - margin
        } else {
            (margin - distance) / NARROWER
        };
        Some(SPARE * self.until(room.max(1e-9)))
    }
}

/// How many more launches each case gets.
///
/// First all get the plan's least number, or the same share of it where there is no time for
/// more. Then verdicts are bought, the cheapest first: one that the pilot predicts to need more
/// than the most launches, or more time than is left or than a quarter of all, is not. Then intervals of the plan's half-width,
/// likewise. What is left is shared by all that are wider. Widths alike for all would spend it
/// on rows that never get there.
///
/// A reference gets as many launches as whoever is compared with it.
pub(super) fn allocate(cases: &[Case], plan: &Plan, time_s: f64) -> Vec<u32> {
    let mut account = Account::new(cases, f64::from(plan.max_samples), time_s);
    account.dearest_s = DEAREST * time_s;
    account.raise_all(|_| f64::from(plan.min_samples));
    let seen = |e: usize| cases[e].seen.as_ref();
    account.buy(|e| seen(e)?.verdict(plan.margin));
    account.buy(|e| Some(seen(e)?.until(plan.half_width)));
    let finished = |case: &Case, wanted: f64| {
        let narrow = |seen: &Seen| seen.until(plan.half_width) <= wanted;
        case.seen.as_ref().is_some_and(narrow)
    };
    let unfinished: Vec<bool> = cases
        .iter()
        .zip(&account.wanted)
        .map(|(case, wanted)| !finished(case, *wanted))
        .collect();
    let (most, now) = (account.most, account.wanted.clone());
    account.raise_all(|e| if unfinished[e] { most } else { now[e] });
    account.more()
}

/// How many more launches each case gets where nothing is known but what its first has cost: all
/// get the plan's least number, and then the most, the cheapest first, for as long as that adds
/// 5 s at most: ten launches of a millisecond cannot tell a tenth of it, and a hundred cost no more
/// than one launch of a container.
pub(super) fn cheap(cases: &[Case], plan: &Plan, time_s: f64) -> Vec<u32> {
    let most = f64::from(plan.max_samples);
    let mut account = Account::new(cases, most, time_s);
    account.raise_all(|_| f64::from(plan.min_samples));
    account.left_s = account.left_s.min(CHEAP_S);
    account.buy(|_| Some(most));
    account.more()
}

/// How many more launches each case gets where each is to have what `need` says: the cheapest first,
/// and of what is left for the others all the same share of the way.
pub(super) fn narrow(cases: &[Case], time_s: f64, need: impl Fn(&Seen) -> f64) -> Vec<u32> {
    let mut account = Account::new(cases, f64::INFINITY, time_s);
    let need = |e: usize| cases[e].seen.as_ref().map(&need);
    account.buy(need);
    account.raise_all(|e| need(e).unwrap_or(0.0));
    account.more()
}

/// Launches that are wanted, and the time that is left for more.
struct Account<'a> {
    cases: &'a [Case],
    wanted: Vec<f64>,
    most: f64,
    left_s: f64,
    /// What one wish may cost.
    dearest_s: f64,
}

impl<'a> Account<'a> {
    /// What has been taken so far, and so much time for more.
    fn new(cases: &'a [Case], most: f64, left_s: f64) -> Self {
        Self {
            cases,
            wanted: cases.iter().map(|case| f64::from(case.taken)).collect(),
            most,
            left_s,
            dearest_s: f64::INFINITY,
        }
    }

    /// Raises every case towards what `to` says, all by the same share of the way, as far as the
    /// time goes.
    fn raise_all(&mut self, to: impl Fn(usize) -> f64) {
        let mut goals: Vec<f64> = (0..self.cases.len()).map(|e| self.goal(e, to(e))).collect();
        for (e, case) in self.cases.iter().enumerate() {
            if let Some(reference) = case.reference {
                goals[reference] = goals[reference].max(goals[e]);
            }
        }
        let missing = |e: usize| (goals[e] - self.wanted[e]).max(0.0);
        let price: f64 = (0..self.cases.len())
            .map(|e| missing(e) * self.cases[e].cost_s)
            .sum();
        let share = if price > 0.0 {
            (self.left_s / price).clamp(0.0, 1.0)
        } else {
            1.0
        };
        let raised: Vec<f64> = (0..self.cases.len())
            .map(|e| self.wanted[e] + (missing(e) * share).floor())
            .collect();
        self.wanted = raised;
        self.left_s -= price * share;
    }

    /// Raises each case to what it needs, the cheapest first, as long as the time lasts.
    fn buy(&mut self, need: impl Fn(usize) -> Option<f64>) {
        let price = |account: &Self, e: usize, goal: f64| {
            let missing = |e: usize| (goal - account.wanted[e]).max(0.0) * account.cases[e].cost_s;
            missing(e) + account.cases[e].reference.map_or(0.0, missing)
        };
        let mut wishes: Vec<(usize, f64)> = (0..self.cases.len())
            .filter_map(|e| Some((e, need(e)?.ceil())))
            .filter(|(e, goal)| {
                self.cases[*e].live && *goal <= self.most && *goal > self.wanted[*e]
            })
            .collect();
        wishes.sort_by(|a, b| price(self, a.0, a.1).total_cmp(&price(self, b.0, b.1)));
        for (e, goal) in wishes {
            let price = price(self, e, goal);
            if price <= self.left_s.min(self.dearest_s) {
                self.left_s -= price;
                for e in [Some(e), self.cases[e].reference].into_iter().flatten() {
                    self.wanted[e] = self.wanted[e].max(goal);
                }
            }
        }
    }

    /// How many more each gets than it has.
    fn more(&self) -> Vec<u32> {
        let more = |(case, wanted): (&Case, &f64)| (wanted - f64::from(case.taken)).max(0.0) as u32;
        self.cases.iter().zip(&self.wanted).map(more).collect()
    }

    /// What a case may get of what is wished for it.
    fn goal(&self, e: usize, wished: f64) -> f64 {
        if self.cases[e].live {
            wished.clamp(self.wanted[e], self.most.max(self.wanted[e]))
        } else {
            self.wanted[e]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_single_interval_buys_most_of_the_time() {
        let case = |needs: f64| Case {
            taken: 10,
            cost_s: 0.1,
            live: true,
            reference: None,
            seen: Some(Seen {
                launches: 10.0,
                log_ratio: None,
                half_width: 0.02 * (needs / 10.0).sqrt(),
            }),
        };
        let plan = Plan {
            min_samples: 10,
            max_samples: 1000,
            pilot: true,
            half_width: 0.02,
            margin: 0.05,
            time_budget_s: 100.0,
            timeout_s: 1.0,
            warmup: 0,
            warm_repeats: 0,
        };
        // 90 of 100 s for the first: it shares them with the other, which never gets there.
        let counts = allocate(&[case(900.0), case(1e6)], &plan, 100.0);
        assert!(counts[0].abs_diff(counts[1]) <= 1, "{counts:?}");
        // 20 of 100 s are bought, and the other has the rest.
        let counts = allocate(&[case(200.0), case(1e6)], &plan, 100.0);
        assert!((189..=192).contains(&counts[0]), "{counts:?}");
        assert!(counts[1] > 790, "{counts:?}");
    }
}
