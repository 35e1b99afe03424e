//! The time of a part, and how it is shared out among launches of which nobody knows yet whether they ever
//! answer. A server that never listens would else have the plan's whole limit in each of its launches, on every
//! isolation, whatever time was asked for.

use std::time::{Duration, Instant};

use labrun_record::{Outcome, Plan};

use crate::isolation::Processor;
use crate::outcome::Failure;
use crate::patience::Patience;

/// What any launch is waited for at least: healthy ones need less, and a shorter wait would find faults where
/// there are none.
const LEAST: Duration = Duration::from_secs(1);

/// The same where they are emulated: some need 15 s on an idle machine, and twice that on a busy one.
const LEAST_EMULATED: Duration = Duration::from_mins(2);

/// The time of a part that is carried out.
pub(super) struct Budget<'a> {
    /// How long it is since it began.
    clock: Box<dyn Fn() -> Duration + 'a>,
    all: Duration,
    /// The limit of a launch.
    limit: Duration,
    /// What any launch is waited for at least.
    least: Duration,
    patience: &'a Patience,
    /// What the launch that is next is waited for, where it is less than the limit.
    share: Option<Duration>,
    /// Whether nobody knows that it answers.
    is_silent: bool,
    /// What such launches have taken that came to nothing.
    in_vain: Duration,
}

impl<'a> Budget<'a> {
    /// That of a part which begins now, of launches on this processor.
    pub(super) fn begin(rules: &Plan, processor: &Processor, patience: &'a Patience) -> Self {
        let began = Instant::now();
        let mut budget = Self::by(move || began.elapsed(), rules, patience);
        let limit = budget.limit;
        budget.limit = processor.waits(limit);
        if budget.limit > limit {
            budget.least = LEAST_EMULATED.min(budget.limit);
        }
        budget
    }

    /// The same by a clock that says how long it is since it began.
    fn by(clock: impl Fn() -> Duration + 'a, rules: &Plan, patience: &'a Patience) -> Self {
        let seconds = |seconds| Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX);
        let mut budget = Self {
            clock: Box::new(clock),
            all: seconds(rules.time_budget_s),
            limit: seconds(rules.timeout_s),
            least: LEAST,
            patience,
            share: None,
            is_silent: false,
            in_vain: Duration::ZERO,
        };
        budget.wait_as_planned();
        budget
    }

    /// How long it is since it began.
    pub(super) fn elapsed(&self) -> Duration {
        (self.clock)()
    }

    /// Whether all of it is spent.
    pub(super) fn is_over(&self) -> bool {
        self.elapsed() >= self.all
    }

    /// The launch that is next may never answer, as may the others of so many: each is waited for as long as
    /// all of them can be in half of the time, together with those that came to nothing before. The other half is
    /// for those that answer, and so is what those have taken.
    pub(super) fn wait_for_one_of(&mut self, launches: usize) {
        let answered = self.elapsed().saturating_sub(self.in_vain);
        let half = self.all.saturating_sub(answered) / 2;
        let left = half.saturating_sub(self.in_vain);
        let share = share(left, launches).max(self.least);
        self.is_silent = true;
        self.share = (share < self.limit).then_some(share);
        self.patience.set(self.share);
    }

    /// What is launched from now on is known to answer: its limit is the plan's.
    pub(super) fn wait_as_planned(&mut self) {
        self.is_silent = false;
        self.share = None;
        self.patience.set(None);
    }

    /// The failure of the launch, which took so long; a wait that was cut by the budget, and might have come to
    /// something, says so.
    pub(super) fn failed(&mut self, failure: Failure, spent: Duration) -> Failure {
        if self.is_silent {
            self.in_vain += spent;
        }
        let cut = self.share.filter(|share| spent >= *share);
        let cut = cut.filter(|_| !self.patience.was_in_vain());
        match (failure, cut) {
            (Failure::Outcome(Outcome::Timeout, reason), Some(share)) => {
                let [share, all, limit] =
                    [share, self.all, self.limit].map(|time| time.as_secs_f64());
                let why = format!(
                    "{reason}; it was waited for {share:.1} s, its share of the time budget of {all} s: if it \
                     needs longer, raise --time-budget ({limit} s are waited at most)"
                );
                Failure::Outcome(Outcome::Timeout, why)
            }
            (failure, _) => failure,
        }
    }

    /// Why a case had no launch.
    pub(super) fn no_time(&self) -> Failure {
        let all = self.all.as_secs_f64();
        let reason = format!(
            "the time budget of {all} s was over before its first launch: raise --time-budget, or select less"
        );
        Failure::new(Outcome::NotSelected, reason)
    }
}

fn share(left: Duration, launches: usize) -> Duration {
    let launches = u32::try_from(launches.max(1)).unwrap_or(u32::MAX);
    left / launches
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// A part of 100 s with a limit of 20 s for a launch, and a clock that is set.
    fn rules() -> Plan {
        Plan {
            min_samples: 1,
            max_samples: 1,
            pilot: false,
            half_width: 0.01,
            time_budget_s: 100.0,
            timeout_s: 20.0,
            warmup: 1,
            warm_repeats: 0,
            margin: 0.05,
        }
    }

    /// What a launch is waited for.
    fn waited(patience: &Patience) -> Duration {
        Duration::from_nanos(patience.within_ns(seconds(20)))
    }

    #[test]
    fn what_is_left_is_shared_out() {
        assert_eq!(share(seconds(20), 4), seconds(5));
        assert_eq!(share(seconds(20), 0), seconds(20));
        assert_eq!(share(Duration::ZERO, 1), Duration::ZERO);
    }

    #[test]
    fn silent_isolations_together_have_half_of_what_is_left_and_the_others_the_rest() {
        let (patience, now) = (Patience::default(), Cell::new(Duration::ZERO));
        let mut budget = Budget::by(|| now.get(), &rules(), &patience);
        // None of ten ever answers, and each takes all that it is waited for.
        for silent in (1..=10).rev() {
            budget.wait_for_one_of(silent);
            let share = waited(&patience);
            assert_eq!(share, seconds(5), "{silent} are left");
            now.set(now.get() + share);
            budget.failed(Failure::timeout("nothing came"), share);
            // What answers beside it is not cut.
            budget.wait_as_planned();
            assert_eq!(waited(&patience), seconds(20));
        }
        assert_eq!(now.get(), seconds(50));
        // What answers takes of the half of both.
        let (patience, now) = (Patience::default(), Cell::new(seconds(40)));
        let mut budget = Budget::by(|| now.get(), &rules(), &patience);
        budget.wait_for_one_of(3);
        assert_eq!(waited(&patience), seconds(10));
        // Where next to nothing is left, a launch has the least.
        now.set(seconds(99));
        budget.wait_for_one_of(3);
        assert_eq!(waited(&patience), LEAST);
        assert!(!budget.is_over());
        now.set(seconds(100));
        assert!(budget.is_over());
    }

    #[test]
    fn more_time_is_advised_where_it_was_cut_and_might_have_helped() {
        let patience = Patience::default();
        let reason = |silent: usize, spent: u64, in_vain: bool| {
            let mut budget = Budget::by(|| Duration::ZERO, &rules(), &patience);
            if silent > 0 {
                budget.wait_for_one_of(silent);
            }
            if in_vain {
                patience.note_in_vain();
            }
            let failure = budget.failed(Failure::timeout("nothing came"), seconds(spent));
            failure.into_reason()
        };
        let advice = "nothing came; it was waited for 5.0 s, its share of the time budget of 100 s: if it \
            needs longer, raise --time-budget (20 s are waited at most)";
        assert_eq!(reason(10, 5, false), advice);
        // The plan's limit is what cut it.
        assert_eq!(reason(0, 20, false), "nothing came");
        assert_eq!(reason(1, 20, false), "nothing came");
        // It was given up before its share was over, or could not have come to anything.
        assert_eq!(reason(10, 4, false), "nothing came");
        assert_eq!(reason(10, 5, true), "nothing came");
        assert_eq!(reason(10, 5, false), advice);
        let mut budget = Budget::by(|| Duration::ZERO, &rules(), &patience);
        budget.wait_for_one_of(10);
        let failed = Failure::failed("it exited with code 1");
        assert_eq!(budget.failed(failed.clone(), seconds(5)), failed);
    }
}
