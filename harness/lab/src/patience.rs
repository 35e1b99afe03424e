//! How long a launch is waited for that may never answer: less than the limit that its plan has, where the time
//! of the run is short. Whoever launches says it right before, and all jobs of a run share it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// What is waited at most for the launch that is next.
#[derive(Debug, Clone)]
pub struct Patience(Arc<Wait>);

#[derive(Debug)]
struct Wait {
    /// Nanoseconds.
    most: AtomicU64,
    /// Whether it is known of the launch that no longer wait would have helped it.
    is_in_vain: AtomicBool,
}

/// Nothing but the plan's limit.
const ENDLESS: u64 = u64::MAX;

impl Default for Patience {
    fn default() -> Self {
        Self(Arc::new(Wait {
            most: AtomicU64::new(ENDLESS),
            is_in_vain: AtomicBool::new(false),
        }))
    }
}

impl Patience {
    /// Says how long, of the launch that is next; none is as long as the plan's limit.
    pub(crate) fn set(&self, most: Option<Duration>) {
        let most = most.map_or(ENDLESS, |most| {
            u64::try_from(most.as_nanos()).unwrap_or(ENDLESS)
        });
        self.0.most.store(most, Ordering::Relaxed);
        self.0.is_in_vain.store(false, Ordering::Relaxed);
    }

    /// A limit, or what is less, in nanoseconds.
    pub(crate) fn within_ns(&self, limit: Duration) -> u64 {
        let limit = u64::try_from(limit.as_nanos()).unwrap_or(ENDLESS);
        limit.min(self.0.most.load(Ordering::Relaxed))
    }

    /// Notes that the launch would not have answered however long it had been waited for.
    pub(crate) fn note_in_vain(&self) {
        self.0.is_in_vain.store(true, Ordering::Relaxed);
    }

    /// Whether that was noted of this launch.
    pub(crate) fn was_in_vain(&self) -> bool {
        self.0.is_in_vain.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shorter_of_both_counts_and_clones_are_one() {
        let patience = Patience::default();
        let other = patience.clone();
        let limit = Duration::from_secs(20);
        assert_eq!(other.within_ns(limit), 20_000_000_000);
        patience.set(Some(Duration::from_secs(2)));
        assert_eq!(other.within_ns(limit), 2_000_000_000);
        patience.set(Some(Duration::from_mins(1)));
        assert_eq!(other.within_ns(limit), 20_000_000_000);
        patience.set(None);
        assert_eq!(other.within_ns(limit), 20_000_000_000);
    }

    #[test]
    fn what_is_in_vain_is_so_for_one_launch() {
        let patience = Patience::default();
        assert!(!patience.was_in_vain());
        patience.clone().note_in_vain();
        assert!(patience.was_in_vain());
        patience.set(None);
        assert!(!patience.was_in_vain());
    }
}
