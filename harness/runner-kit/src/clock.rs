//! The clock that a runner and labrun share, and the marks taken with it.

use labrun_protocol::Mark;

/// Nanoseconds of `CLOCK_MONOTONIC`.
///
/// Not `std::time::Instant`: that hides the number, and labrun compares it with
/// its own.
pub fn now_ns() -> u64 {
    let mut now = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: `now` is a valid timespec to write to. The call cannot fail for
    // CLOCK_MONOTONIC, which every Linux has.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut now) };
    now.tv_sec as u64 * 1_000_000_000 + now.tv_nsec as u64
}

/// The ends of phases, in the order in which they happened.
#[derive(Debug, Default)]
pub struct Marks(Vec<(&'static str, u64)>);

impl Marks {
    /// No marks, with room for those of one command: taking one allocates nothing.
    pub fn new() -> Self {
        Self(Vec::with_capacity(8))
    }

    /// `phase` ends now.
    pub fn end(&mut self, phase: &'static str) {
        self.end_at(phase, now_ns());
    }

    /// `phase` ended at `end_ns`.
    pub fn end_at(&mut self, phase: &'static str, end_ns: u64) {
        self.0.push((phase, end_ns));
    }

    /// The marks as they go over the wire.
    pub(crate) fn into_wire(self) -> Vec<Mark> {
        let mark = |(phase, end_ns): (&str, u64)| Mark {
            phase: phase.to_owned(),
            end_ns,
        };
        self.0.into_iter().map(mark).collect()
    }
}
