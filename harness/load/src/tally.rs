//! Counting of one thread's requests.

use crate::report::{ErrorKind, Report};
use crate::response::Answer;

/// The window, and what fell into it.
#[derive(Debug)]
pub(crate) struct Tally {
    from_ns: u64,
    until_ns: u64,
    report: Report,
}

impl Tally {
    /// For the window from `from_ns` to before `until_ns`.
    pub(crate) fn new(from_ns: u64, until_ns: u64) -> Self {
        Self {
            from_ns,
            until_ns,
            report: Report::new(),
        }
    }

    fn holds(&self, instant_ns: u64) -> bool {
        (self.from_ns..self.until_ns).contains(&instant_ns)
    }

    /// A request that was due at `due_ns` was sent at `sent_ns`; `waited` if no connection
    /// was free before.
    pub(crate) fn sent(&mut self, due_ns: u64, sent_ns: u64, waited: bool) {
        if !self.holds(due_ns) {
            return;
        }
        if waited {
            self.report.queued += 1;
        } else {
            self.report.send_lag.saturating_record(sent_ns - due_ns);
        }
    }

    /// It was answered rightly.
    pub(crate) fn answered(&mut self, due_ns: u64, now_ns: u64, answer: &Answer) {
        if self.holds(now_ns) {
            self.report.responses += 1;
            self.report.bytes += answer.bytes;
        }
        if self.holds(due_ns) {
            self.report.requests += 1;
            self.report.latency.saturating_record(now_ns - due_ns);
        }
    }

    /// It went wrong.
    pub(crate) fn failed(&mut self, due_ns: u64, now_ns: u64, kind: ErrorKind) {
        if !self.holds(due_ns) {
            return;
        }
        self.report.requests += 1;
        *self.report.errors.entry(kind).or_default() += 1;
        if kind == ErrorKind::Timeout {
            self.report.latency.saturating_record(now_ns - due_ns);
        }
    }

    /// Ends the window at `now_ns`, if it is not over.
    pub(crate) fn interrupt(&mut self, now_ns: u64) {
        self.until_ns = self.until_ns.min(now_ns).max(self.from_ns);
        self.report.interrupted = true;
    }

    /// What was counted.
    pub(crate) fn report(mut self) -> Report {
        self.report.seconds = (self.until_ns - self.from_ns) as f64 / 1e9;
        self.report
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RIGHT: Answer = Answer {
        status: 200,
        matches: true,
        keeps: true,
        bytes: 7,
    };

    #[test]
    fn a_request_belongs_where_it_was_due_and_an_answer_where_it_came() {
        let mut tally = Tally::new(1_000, 2_000);
        // due in the warm-up, answered in the window; then both inside; then answered late
        for (due_ns, now_ns) in [(900, 1_100), (1_000, 1_500), (1_999, 2_500), (2_000, 2_600)] {
            tally.answered(due_ns, now_ns, &RIGHT);
        }
        let report = tally.report();
        assert_eq!(
            (report.requests, report.responses, report.bytes),
            (2, 2, 14)
        );
        assert_eq!((report.latency.min(), report.latency.max()), (500, 501));
    }

    #[test]
    fn a_timeout_counts_with_the_time_waited() {
        let mut tally = Tally::new(0, 1_000_000);
        tally.failed(5, 500_005, ErrorKind::Timeout);
        tally.failed(5, 6, ErrorKind::Reset);
        let report = tally.report();
        assert_eq!(
            (report.failed(), report.requests, report.latency.len()),
            (2, 2, 1)
        );
        assert!(report.latency.equivalent(report.latency.max(), 500_000));
    }

    #[test]
    fn a_latency_is_what_it_was_up_to_the_longest_timeout() {
        const S: u64 = 1_000_000_000;
        // A window and a timeout of a day each: no request can take longer.
        for seconds in [59, 61, 75, 3_600, 86_400, 2 * 86_400] {
            let mut tally = Tally::new(0, 86_400 * S);
            tally.answered(5, 5 + seconds * S, &RIGHT);
            tally.failed(5, 5 + seconds * S, ErrorKind::Timeout);
            let report = tally.report();
            assert_eq!(report.latency.len(), 2);
            for read in [report.latency.min(), report.latency.max()] {
                assert!(
                    report.latency.equivalent(read, seconds * S),
                    "{seconds}: {read}"
                );
            }
        }
    }

    #[test]
    fn an_interruption_shortens_the_window() {
        for (at_ns, seconds) in [(5, 0.0), (1_500_000_000, 0.5), (9_000_000_000, 1.0)] {
            let mut tally = Tally::new(1_000_000_000, 2_000_000_000);
            tally.interrupt(at_ns);
            let report = tally.report();
            assert!(report.interrupted && (report.seconds - seconds).abs() < 1e-9);
        }
    }
}
