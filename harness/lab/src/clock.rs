//! The one clock of the lab: `CLOCK_MONOTONIC`, which all processes share.

use rustix::time::{ClockId, clock_gettime};

/// Nanoseconds of `CLOCK_MONOTONIC`.
pub fn now_ns() -> u64 {
    let time = clock_gettime(ClockId::Monotonic);
    // Both fields are never negative on this clock.
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}
