//! The time of a part, and how it is shared out among launches of which nobody knows yet whether they ever
//! answer. A server that never listens would else have the plan's whole limit in each of its launches, on every
//! isolation, whatever time was asked for.

use std::time::{Duration, Instant};

use labrun_record::{Outcome, Plan};

use crate::outcome::Failure;
use crate::patience::Patience;

/// What any launch is waited for at least: healthy ones need less, and a shorter wait would find faults where
/// there are none.
const LEAST: Duration = Duration::from_secs(1);

/// The time of a part that is carried out.
pub(super) struct Budget<'a> {
    began: Instant,
    all: Duration,
    /// The limit of a launch.
    limit: Duration,
    patience: &'a Patience,
    /// What the launch that is next is waited for, where it is less than the limit.
    share: Option<Duration>,
}

impl<'a> Budget<'a> {
    /// That of a part which begins now.
    pub(super) fn begin(rules: &Plan, patience: &'a Patience) -> Self {
        let seconds = |seconds| Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX);
        let mut budget = Self {
            began: Instant::now(),
            all: seconds(rules.time_budget_s),
            limit: seconds(rules.timeout_s),
            patience,
            share: None,
        };
        budget.wait_as_planned();
        budget
    }

    /// How long it is since it began.
    pub(super) fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    /// Whether all of it is spent.
    pub(super) fn is_over(&self) -> bool {
        self.elapsed() >= self.all
    }

    /// The launch that is next may never answer, as may the others of so many: each is waited for as long as
    /// all of them can be in half of what is left. The other half is for those that answer.
    pub(super) fn wait_for_one_of(&mut self, launches: usize) {
        let left = self.all.saturating_sub(self.elapsed());
        let share = share(left / 2, launches);
        self.share = (share < self.limit).then_some(share);
        self.patience.set(self.share);
    }

    /// What is launched from now on is known to answer: its limit is the plan's.
    pub(super) fn wait_as_planned(&mut self) {
        self.share = None;
        self.patience.set(None);
    }

    /// A failure; a wait that was given up before the plan's limit says so.
    pub(super) fn explained(&self, failure: Failure) -> Failure {
        match (failure, self.share) {
            (Failure::Outcome(Outcome::Timeout, reason), Some(share)) => {
                let (share, all) = (share.as_secs_f64(), self.all.as_secs_f64());
                let why = format!(
                    "{reason}; it was waited for {share:.1} s, its share of the time budget of {all} s: if it \
                     needs longer, raise --time-budget"
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
    (left / launches).max(LEAST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_shared_out_and_nobody_gets_less_than_the_least() {
        let seconds = Duration::from_secs;
        assert_eq!(share(seconds(20), 4), seconds(5));
        assert_eq!(share(seconds(20), 0), seconds(20));
        assert_eq!(share(seconds(20), 40), LEAST);
        assert_eq!(share(Duration::ZERO, 1), LEAST);
    }
}
