//! Counting of one thread's requests.

use crate::mix::SHOWN;
use crate::report::{ErrorKind, OfRequest, Report, Wrong};
use crate::response::Answer;

/// The window, and what fell into it.
#[derive(Debug)]
pub(crate) struct Tally {
    from_ns: u64,
    until_ns: u64,
    report: Report,
}

impl Tally {
    /// For the window from `from_ns` to before `until_ns`, and so many kinds of requests.
    pub(crate) fn new(from_ns: u64, until_ns: u64, kinds: usize) -> Self {
        Self {
            from_ns,
            until_ns,
            report: Report::new(kinds),
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

    /// One of this kind was answered rightly.
    pub(crate) fn answered(&mut self, request: u16, due_ns: u64, now_ns: u64, answer: &Answer) {
        let (came, was_due) = (self.holds(now_ns), self.holds(due_ns));
        let own = self.of(request);
        own.responses += u64::from(came);
        own.requests += u64::from(was_due);
        if came {
            self.report.responses += 1;
            self.report.bytes += answer.bytes;
        }
        if was_due {
            self.report.requests += 1;
            self.report.latency.saturating_record(now_ns - due_ns);
        }
    }

    /// It was answered, and wrongly, by a body of which `kept` is the beginning.
    pub(crate) fn mistaken(
        &mut self,
        request: u16,
        due_ns: u64,
        kind: ErrorKind,
        (answer, kept): (&Answer, &[u8]),
    ) {
        if !self.holds(due_ns) {
            return;
        }
        self.report.requests += 1;
        *self.report.errors.entry(kind).or_default() += 1;
        let own = self.of(request);
        own.requests += 1;
        own.failed += 1;
        own.mistaken += 1;
        own.first_wrong.get_or_insert_with(|| Wrong {
            status: answer.status,
            begins: kept[..kept.len().min(SHOWN)].to_vec(),
        });
    }

    /// What is counted of one of the requests.
    fn of(&mut self, request: u16) -> &mut OfRequest {
        &mut self.report.by_request[usize::from(request)]
    }

    /// It went wrong, and no whole answer came.
    pub(crate) fn failed(&mut self, request: u16, due_ns: u64, now_ns: u64, kind: ErrorKind) {
        if !self.holds(due_ns) {
            return;
        }
        let own = self.of(request);
        own.requests += 1;
        own.failed += 1;
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
        let mut tally = Tally::new(1_000, 2_000, 1);
        // due in the warm-up, answered in the window; then both inside; then answered late
        for (due_ns, now_ns) in [(900, 1_100), (1_000, 1_500), (1_999, 2_500), (2_000, 2_600)] {
            tally.answered(0, due_ns, now_ns, &RIGHT);
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
        let mut tally = Tally::new(0, 1_000_000, 1);
        tally.failed(0, 5, 500_005, ErrorKind::Timeout);
        tally.failed(0, 5, 6, ErrorKind::Reset);
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
            let mut tally = Tally::new(0, 86_400 * S, 1);
            tally.answered(0, 5, 5 + seconds * S, &RIGHT);
            tally.failed(0, 5, 5 + seconds * S, ErrorKind::Timeout);
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
            let mut tally = Tally::new(1_000_000_000, 2_000_000_000, 1);
            tally.interrupt(at_ns);
            let report = tally.report();
            assert!(report.interrupted && (report.seconds - seconds).abs() < 1e-9);
        }
    }

    #[test]
    fn each_request_has_its_own_counts_and_its_first_wrong_answer() {
        let mut tally = Tally::new(1_000, 2_000, 2);
        tally.answered(0, 1_000, 1_500, &RIGHT);
        tally.answered(1, 1_999, 2_500, &RIGHT);
        tally.failed(0, 1_200, 1_300, ErrorKind::Reset);
        for (due_ns, body) in [(900, "early"), (1_100, "first"), (1_200, "second")] {
            let wrong = (&RIGHT, body.as_bytes());
            tally.mistaken(1, due_ns, ErrorKind::Body, wrong);
        }
        let report = tally.report();
        assert_eq!((report.requests, report.responses), (5, 1));
        assert_eq!(report.errors[&ErrorKind::Body], 2);
        let [get, post] = &report.by_request[..] else {
            panic!("there are two");
        };
        assert_eq!((get.requests, get.responses), (2, 1));
        assert_eq!((get.failed, get.mistaken), (1, 0));
        assert_eq!((post.requests, post.responses), (3, 0));
        assert_eq!((post.failed, post.mistaken), (2, 2));
        let begins = b"first".to_vec();
        let status = 200;
        assert_eq!(post.first_wrong, Some(Wrong { status, begins }));
    }
}
