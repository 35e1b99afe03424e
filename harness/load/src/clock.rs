//! The clock of the load generator: `CLOCK_MONOTONIC` in nanoseconds, as everywhere in the lab.

use std::num::NonZero;
use std::thread;
use std::time::Duration;

use rustix::time::{ClockId, Timespec, clock_gettime};

/// Now, in nanoseconds. Costs some 25 ns where the clock is read without a system call.
pub(crate) fn now_ns() -> u64 {
    let now = clock_gettime(ClockId::Monotonic);
    now.tv_sec as u64 * 1_000_000_000 + now.tv_nsec as u64
}

/// A length in nanoseconds; what does not fit 584 years is cut to them.
pub(crate) fn ns(length: Duration) -> u64 {
    u64::try_from(length.as_nanos()).unwrap_or(u64::MAX)
}

/// A length of nanoseconds as the kernel takes it.
pub(crate) fn timespec(ns: u64) -> Timespec {
    Timespec {
        tv_sec: (ns / 1_000_000_000).cast_signed(),
        tv_nsec: (ns % 1_000_000_000).cast_signed(),
    }
}

/// How long a thread looks for more to do before it sleeps, where there are processors enough
/// for it and its opposite.
const SPIN_NS: u64 = 50_000;

/// How long each of so many threads may look for more to do before it sleeps. Who sleeps has to
/// be woken by whoever sends to it, which makes that one slower; who does not sleep takes
/// a processor. So it is nothing where there are not two for each thread.
pub(crate) fn spin_ns(threads: usize) -> u64 {
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    if processors >= 2 * threads {
        SPIN_NS
    } else {
        0
    }
}
