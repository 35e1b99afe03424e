//! When requests are due.

use crate::plan::Pace;

/// The requests of one thread, in the order in which they are due. None is ever left out:
/// one that is taken late keeps the instant at which it was due.
#[derive(Debug)]
pub(crate) struct Arrivals {
    pace: Pace,
    began_ns: u64,
    until_ns: u64,
    next: u64,
    step: u64,
    gather_ns: u64,
}

impl Arrivals {
    /// Those of thread `thread` of `threads`, due from `began_ns` and before `until_ns`. At
    /// a rate, each thread takes every `threads`-th request, so that the spacing over all
    /// of them stays even.
    pub(crate) fn new(
        pace: Pace,
        began_ns: u64,
        until_ns: u64,
        thread: usize,
        threads: usize,
    ) -> Self {
        Self {
            pace,
            began_ns,
            until_ns,
            next: thread as u64,
            step: threads as u64,
            gather_ns: 0,
        }
    }

    /// The same, but due at the next multiple of `gather_ns` from the beginning, unless
    /// that is 0: in bursts.
    pub(crate) fn gathered(self, gather_ns: u64) -> Self {
        Self { gather_ns, ..self }
    }

    /// The instant at which the next one is due; in a closed loop `now_ns`, but not before
    /// the beginning. `None` after the last.
    pub(crate) fn next_ns(&self, now_ns: u64) -> Option<u64> {
        let due_ns = match self.pace {
            Pace::Closed => now_ns.max(self.began_ns),
            // Counted from the beginning, so that no rounding adds up.
            Pace::Rate(rate) => {
                let into_ns = (self.next as f64 * 1e9 / rate) as u64;
                match self.gather_ns {
                    0 => self.began_ns + into_ns,
                    every_ns => self.began_ns + into_ns.next_multiple_of(every_ns),
                }
            }
        };
        (due_ns < self.until_ns).then_some(due_ns)
    }

    /// Takes the next one if it is due.
    pub(crate) fn take(&mut self, now_ns: u64) -> Option<u64> {
        let due_ns = self.next_ns(now_ns).filter(|due_ns| *due_ns <= now_ns)?;
        self.next += self.step;
        Some(due_ns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(arrivals: &mut Arrivals) -> Vec<u64> {
        std::iter::from_fn(|| arrivals.take(u64::MAX)).collect()
    }

    #[test]
    fn a_rate_is_met_exactly_and_evenly() {
        let due = all(&mut Arrivals::new(Pace::Rate(3.0), 5, 2_000_000_005, 0, 1));
        let expected = [5, 333_333_338, 666_666_671, 1_000_000_005];
        assert_eq!((&due[..4], due.len()), (&expected[..], 6));
        let day_ns = 86_400 * 1_000_000_000;
        let mut late = Arrivals::new(Pace::Rate(7.0), 0, 2 * day_ns, 0, 1);
        late.next = 7 * 86_400;
        assert_eq!(late.next_ns(0), Some(day_ns));
    }

    #[test]
    fn threads_share_without_gaps_or_doubles() {
        let one = all(&mut Arrivals::new(Pace::Rate(1e4), 0, 1_000_000_000, 0, 1));
        let mut three: Vec<u64> = (0..3)
            .flat_map(|t| all(&mut Arrivals::new(Pace::Rate(1e4), 0, 1_000_000_000, t, 3)))
            .collect();
        three.sort_unstable();
        assert_eq!((one.len(), &one), (10_000, &three));
    }

    #[test]
    fn nothing_is_due_early_and_nothing_is_skipped() {
        let mut arrivals = Arrivals::new(Pace::Rate(1000.0), 0, 1_000_000_000, 0, 1);
        assert_eq!(arrivals.take(0), Some(0));
        assert_eq!(arrivals.take(999_999), None);
        // A stall of half a second: all 500 are still taken, at their own instants.
        for n in 1..=500 {
            assert_eq!(arrivals.take(500_000_000), Some(n * 1_000_000));
        }
        assert_eq!(arrivals.take(500_000_000), None);
    }

    #[test]
    fn gathered_requests_come_in_bursts() {
        let even = Arrivals::new(Pace::Rate(4_000.0), 7, 2_000_007, 0, 1);
        let due = all(&mut even.gathered(1_000_000));
        assert_eq!(due, [7, 1_000_007, 1_000_007, 1_000_007, 1_000_007]);
    }

    #[test]
    fn a_closed_loop_always_has_one_from_its_beginning_until_its_end() {
        let mut arrivals = Arrivals::new(Pace::Closed, 5, 100, 0, 1);
        assert_eq!((arrivals.next_ns(4), arrivals.take(4)), (Some(5), None));
        assert_eq!((arrivals.take(7), arrivals.take(7)), (Some(7), Some(7)));
        assert_eq!(arrivals.take(100), None);
    }
}
