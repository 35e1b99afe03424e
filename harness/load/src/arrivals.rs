//! When requests are due.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng as _, SeedableRng as _};

use crate::clock::ns;
use crate::plan::{Pace, Plan, Spacing};

/// The requests of one thread, in the order in which they are due. None is ever left out:
/// one that is taken late keeps the instant at which it was due.
#[derive(Debug)]
pub(crate) struct Arrivals {
    began_ns: u64,
    until_ns: u64,
    /// They are due at the next multiple of this from the beginning, in bursts, unless it is 0.
    gather_ns: u64,
    next: Next,
}

/// The next request.
#[derive(Debug)]
enum Next {
    /// As soon as there is a connection for it.
    Closed,
    /// This one of an even rate.
    Even { rate: f64, number: u64, step: u64 },
    /// So long after the beginning, and then after gaps of this mean.
    Poisson {
        into_ns: f64,
        mean_ns: f64,
        random: Box<Xoshiro256PlusPlus>,
    },
}

impl Arrivals {
    /// Those of thread `thread` of a plan, due from `began_ns` and before `until_ns`. Of an even
    /// rate each thread takes every so manieth request, so that the spacing over all of them
    /// stays even. Of a Poisson process each has one of its own: together they are one again.
    pub(crate) fn new(plan: &Plan, began_ns: u64, until_ns: u64, thread: usize) -> Self {
        let threads = plan.threads as u64;
        let next = match (plan.pace, plan.spacing) {
            (Pace::Closed, _) => Next::Closed,
            (Pace::Rate(rate), Spacing::Even) => Next::Even {
                rate,
                number: thread as u64,
                step: threads,
            },
            (Pace::Rate(rate), Spacing::Poisson(seed)) => {
                let mut random = Box::new(Xoshiro256PlusPlus::seed_from_u64(seed));
                // Far apart in the sequence, where no two threads meet.
                (0..thread).for_each(|_| random.jump());
                let mean_ns = 1e9 * threads as f64 / rate;
                Next::Poisson {
                    into_ns: gap(&mut random, mean_ns),
                    mean_ns,
                    random,
                }
            }
        };
        Self {
            began_ns,
            until_ns,
            gather_ns: ns(plan.gather),
            next,
        }
    }

    /// The instant at which the next one is due; in a closed loop `now_ns`, but not before
    /// the beginning. `None` after the last.
    pub(crate) fn next_ns(&self, now_ns: u64) -> Option<u64> {
        let due_ns = match self.next {
            Next::Closed => now_ns.max(self.began_ns),
            // Counted from the beginning, so that no rounding adds up.
            Next::Even { rate, number, .. } => self.instant(number as f64 * 1e9 / rate),
            Next::Poisson { into_ns, .. } => self.instant(into_ns),
        };
        (due_ns < self.until_ns).then_some(due_ns)
    }

    /// The instant so long after the beginning.
    fn instant(&self, into_ns: f64) -> u64 {
        let into_ns = into_ns as u64;
        let gathered = match self.gather_ns {
            0 => into_ns,
            every_ns => into_ns.next_multiple_of(every_ns),
        };
        self.began_ns.saturating_add(gathered)
    }

    /// Takes the next one if it is due.
    pub(crate) fn take(&mut self, now_ns: u64) -> Option<u64> {
        let due_ns = self.next_ns(now_ns).filter(|due_ns| *due_ns <= now_ns)?;
        match &mut self.next {
            Next::Closed => {}
            Next::Even { number, step, .. } => *number += *step,
            Next::Poisson {
                into_ns,
                mean_ns,
                random,
            } => *into_ns += gap(random, *mean_ns),
        }
        Some(due_ns)
    }
}

/// A gap of an exponential distribution with this mean.
fn gap(random: &mut Xoshiro256PlusPlus, mean_ns: f64) -> f64 {
    // Over 0 and up to 1.
    let uniform = ((random.next_u64() >> 11) + 1) as f64 / (1_u64 << 53) as f64;
    -uniform.ln() * mean_ns
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::target::Target;

    const SECOND_NS: u64 = 1_000_000_000;

    fn plan(pace: Pace, spacing: Spacing, threads: usize) -> Plan {
        let mut plan = Plan::new(Target::new(([127, 0, 0, 1], 80).into(), "/"));
        plan.pace = pace;
        plan.spacing = spacing;
        plan.threads = threads;
        plan
    }

    fn even(rate: f64) -> Plan {
        plan(Pace::Rate(rate), Spacing::Even, 1)
    }

    fn poisson(rate: f64, seed: u64) -> Plan {
        plan(Pace::Rate(rate), Spacing::Poisson(seed), 1)
    }

    fn all(arrivals: &mut Arrivals) -> Vec<u64> {
        std::iter::from_fn(|| arrivals.take(u64::MAX)).collect()
    }

    /// Those of all threads together, of so many seconds.
    fn of(plan: &Plan, seconds: u64) -> Vec<u64> {
        let until_ns = seconds * SECOND_NS;
        let threads = 0..plan.threads;
        let mut due: Vec<u64> = threads
            .flat_map(|thread| all(&mut Arrivals::new(plan, 0, until_ns, thread)))
            .collect();
        due.sort_unstable();
        due
    }

    #[test]
    fn a_rate_is_met_exactly_and_evenly() {
        let due = all(&mut Arrivals::new(&even(3.0), 5, 2 * SECOND_NS + 5, 0));
        let expected = [5, 333_333_338, 666_666_671, 1_000_000_005];
        assert_eq!((&due[..4], due.len()), (&expected[..], 6));
        let day_ns = 86_400 * SECOND_NS;
        let mut late = Arrivals::new(&even(7.0), 0, 2 * day_ns, 0);
        late.next = Next::Even {
            rate: 7.0,
            number: 7 * 86_400,
            step: 1,
        };
        assert_eq!(late.next_ns(0), Some(day_ns));
    }

    #[test]
    fn threads_share_without_gaps_or_doubles() {
        let one = of(&even(1e4), 1);
        let three = of(&plan(Pace::Rate(1e4), Spacing::Even, 3), 1);
        assert_eq!((one.len(), &one), (10_000, &three));
    }

    #[test]
    fn nothing_is_due_early_and_nothing_is_skipped() {
        let mut arrivals = Arrivals::new(&even(1000.0), 0, SECOND_NS, 0);
        assert_eq!(arrivals.take(0), Some(0));
        assert_eq!(arrivals.take(999_999), None);
        // A stall of half a second: all 500 are still taken, at their own instants.
        for n in 1..=500 {
            assert_eq!(arrivals.take(500_000_000), Some(n * 1_000_000));
        }
        assert_eq!(arrivals.take(500_000_000), None);
        let mut random = Arrivals::new(&poisson(1000.0, 1), 0, SECOND_NS, 0);
        let first_ns = random.next_ns(0).expect("one is due");
        assert_eq!(random.take(first_ns - 1), None);
        assert_eq!(random.take(SECOND_NS), Some(first_ns));
        assert!(random.take(SECOND_NS) > Some(first_ns));
    }

    #[test]
    fn gathered_requests_come_in_bursts() {
        let mut plan = even(4_000.0);
        plan.gather = Duration::from_millis(1);
        let due = all(&mut Arrivals::new(&plan, 7, 2_000_007, 0));
        assert_eq!(due, [7, 1_000_007, 1_000_007, 1_000_007, 1_000_007]);
        plan.spacing = Spacing::Poisson(3);
        let due = all(&mut Arrivals::new(&plan, 7, SECOND_NS, 0));
        assert!(due.iter().all(|due_ns| due_ns % 1_000_000 == 7));
    }

    #[test]
    fn gaps_of_a_poisson_process_are_exponential() {
        for (seed, threads) in [(1, 1), (2, 1), (3, 4)] {
            let due = of(&plan(Pace::Rate(1e4), Spacing::Poisson(seed), threads), 20);
            let gaps: Vec<f64> = due.windows(2).map(|two| (two[1] - two[0]) as f64).collect();
            let n = gaps.len() as f64;
            let mean = gaps.iter().sum::<f64>() / n;
            let variance = gaps.iter().map(|gap| (gap - mean).powi(2)).sum::<f64>() / n;
            // 200,000 gaps: five standard errors are 1.1 % of the mean, and 3.2 % of the variance.
            assert!((mean / 1e5 - 1.0).abs() < 0.011, "{seed}: {mean}");
            assert!((variance / 1e10 - 1.0).abs() < 0.032, "{seed}: {variance}");
            // Of an exponential distribution a share 1 - 1/e is below the mean.
            let below = gaps.iter().filter(|gap| **gap < 1e5).count() as f64 / n;
            assert!((below - 0.632).abs() < 0.006, "{seed}: {below}");
        }
    }

    #[test]
    fn counts_of_a_poisson_process_vary_as_much_as_they_are() {
        let due = of(&poisson(1e4, 4), 20);
        // 200,000 are expected, with a standard deviation of 447.
        assert!(
            (due.len() as f64 - 2e5).abs() < 5.0 * 447.0,
            "{}",
            due.len()
        );
        assert!(due.iter().all(|due_ns| *due_ns < 20 * SECOND_NS));
        let mut counts = vec![0.0_f64; 2_000];
        for due_ns in &due {
            counts[(due_ns / (SECOND_NS / 100)) as usize] += 1.0;
        }
        let mean = due.len() as f64 / 2_000.0;
        let spread = counts
            .iter()
            .map(|count| (count - mean).powi(2))
            .sum::<f64>()
            / 2_000.0;
        // Of 2,000 windows: five standard errors of the variance are 16 %.
        assert!((spread / mean - 1.0).abs() < 0.16, "{spread} of {mean}");
    }

    #[test]
    fn the_same_seed_gives_the_same_instants_and_another_one_others() {
        let [one, again, other] = [7, 7, 8].map(|seed| of(&poisson(1e3, seed), 1));
        assert_eq!(one, again);
        assert_ne!(one, other);
    }

    #[test]
    fn a_closed_loop_always_has_one_from_its_beginning_until_its_end() {
        let mut arrivals = Arrivals::new(&plan(Pace::Closed, Spacing::Even, 1), 5, 100, 0);
        assert_eq!((arrivals.next_ns(4), arrivals.take(4)), (Some(5), None));
        assert_eq!((arrivals.take(7), arrivals.take(7)), (Some(7), Some(7)));
        assert_eq!(arrivals.take(100), None);
    }
}
