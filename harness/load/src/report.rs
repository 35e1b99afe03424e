//! What a load came to.

use std::collections::BTreeMap;

use hdrhistogram::Histogram;

/// Highest latency that a histogram holds, in ns: a request that is due when the longest window
/// begins is answered or given up within that window and the longest timeout, a day each.
const HIGHEST_NS: u64 = 2 * 86_400_000_000_000;
/// Digits to which a histogram is true: within 0.1 %.
const DIGITS: u8 = 3;
/// Share of requests above which errors leave no throughput.
pub const ERROR_LIMIT: f64 = 0.001;

/// How a request went wrong. Each request has one outcome.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, strum::Display, strum::IntoStaticStr,
)]
#[strum(serialize_all = "lowercase")]
pub enum ErrorKind {
    /// No connection could be opened for it.
    Connect,
    /// The connection was closed or reset before any of the response came.
    Reset,
    /// The connection was closed or reset in mid-response.
    Truncated,
    /// No whole response within the plan's timeout.
    Timeout,
    /// Another status than the request's.
    Status,
    /// The right status with a wrong body.
    Body,
    /// No HTTP/1.1 response, or more than one.
    Malformed,
}

impl ErrorKind {
    /// Whether an answer came, and was a wrong one.
    pub fn is_wrong_answer(self) -> bool {
        matches!(self, Self::Status | Self::Body)
    }

    /// Its name in files and output.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// A wrong answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// Its status.
    pub status: u16,
    /// How its body begins.
    pub begins: Vec<u8>,
}

/// What became of one of the plan's requests: its part of the report's counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OfRequest {
    /// Those that are counted by [`Report::requests`].
    pub requests: u64,
    /// Those that are counted by [`Report::responses`].
    pub responses: u64,
    /// Those that went wrong.
    pub failed: u64,
    /// Those of them that were answered, and wrongly.
    pub mistaken: u64,
    /// The first of these.
    pub first_wrong: Option<Wrong>,
}

impl OfRequest {
    /// Whether more than [`ERROR_LIMIT`] of its own requests were answered wrongly. A request that
    /// comes rarely could else always be answered wrongly, and hardly count among all.
    pub fn is_answered_wrongly(&self) -> bool {
        self.mistaken as f64 > ERROR_LIMIT * self.requests as f64
    }

    fn add(&mut self, other: &Self) {
        self.requests += other.requests;
        self.responses += other.responses;
        self.failed += other.failed;
        self.mistaken += other.mistaken;
        if self.first_wrong.is_none() {
            self.first_wrong.clone_from(&other.first_wrong);
        }
    }
}

/// What was measured. "The window" is the plan's duration, after the warm-up.
#[derive(Debug, Clone)]
pub struct Report {
    /// Requests that were due (open loop) or sent (closed loop) in the window and have an
    /// outcome: a right answer, even after the window, or an error.
    pub requests: u64,
    /// Right answers that came in the window: what throughput counts.
    pub responses: u64,
    /// Bytes of those, heads included.
    pub bytes: u64,
    /// Length of the window, shorter than planned if it was interrupted.
    pub seconds: f64,
    /// What was asked for, in requests per second; `None` in a closed loop.
    pub offered: Option<f64>,
    /// Latency of `requests` that were answered rightly or timed out, in ns, from the
    /// instant at which each was due (open loop) or sent (closed loop) to its whole body. One
    /// that timed out stands with the time that it was waited for: a lower bound.
    pub latency: Histogram<u64>,
    /// Open loop: how late requests were sent for which a connection was free when they were
    /// due, in ns. It is the generator's own lag, and within their latency.
    pub send_lag: Histogram<u64>,
    /// Open loop: requests that had to wait for a free connection. Their wait is within
    /// their latency.
    pub queued: u64,
    /// Requests that went wrong; kinds that did not occur are left out.
    pub errors: BTreeMap<ErrorKind, u64>,
    /// The same of each of the plan's requests, in their order.
    pub by_request: Vec<OfRequest>,
    /// Whether it was stopped before its end.
    pub interrupted: bool,
}

impl Report {
    /// One of nothing, for so many kinds of requests.
    pub(crate) fn new(kinds: usize) -> Self {
        Self {
            requests: 0,
            responses: 0,
            bytes: 0,
            seconds: 0.0,
            offered: None,
            latency: histogram(),
            send_lag: histogram(),
            queued: 0,
            errors: BTreeMap::new(),
            by_request: vec![OfRequest::default(); kinds],
            interrupted: false,
        }
    }

    /// Adds what another thread measured in the same window.
    pub(crate) fn add(&mut self, other: &Self) {
        self.requests += other.requests;
        self.responses += other.responses;
        self.bytes += other.bytes;
        self.queued += other.queued;
        self.interrupted |= other.interrupted;
        // Both have the same bounds, and so each fits the other.
        let _ = self.latency.add(&other.latency);
        let _ = self.send_lag.add(&other.send_lag);
        for (kind, count) in &other.errors {
            *self.errors.entry(*kind).or_default() += count;
        }
        for (own, other) in self.by_request.iter_mut().zip(&other.by_request) {
            own.add(other);
        }
    }

    /// Right answers per second of the window, whatever the errors.
    pub fn achieved(&self) -> f64 {
        if self.seconds > 0.0 {
            self.responses as f64 / self.seconds
        } else {
            0.0
        }
    }

    /// Requests that went wrong, of all kinds.
    pub fn failed(&self) -> u64 {
        self.errors.values().sum()
    }

    /// Share of requests that went wrong, from 0 to 1.
    pub fn error_share(&self) -> f64 {
        if self.requests == 0 {
            0.0
        } else {
            self.failed() as f64 / self.requests as f64
        }
    }

    /// Throughput: [`achieved`](Self::achieved), unless nothing was answered, or more than
    /// [`ERROR_LIMIT`] went wrong, of all or of one of the requests.
    pub fn requests_per_second(&self) -> Option<f64> {
        let is_right = self.responses > 0
            && self.error_share() <= ERROR_LIMIT
            && !self.by_request.iter().any(OfRequest::is_answered_wrongly);
        is_right.then(|| self.achieved())
    }

    /// The latencies that so many requests can tell, by name, in ns: p50, p75 and p90,
    /// p95 from 100, p99 from 1,000 and p99.9 from 10,000 on, the maximum and the mean.
    pub fn percentiles(&self) -> Vec<(&'static str, f64)> {
        percentiles(&self.latency)
    }
}

/// The percentiles of a histogram that its count can tell; none of an empty one.
pub fn percentiles(histogram: &Histogram<u64>) -> Vec<(&'static str, f64)> {
    if histogram.is_empty() {
        return Vec::new();
    }
    let mut named: Vec<(&'static str, f64)> = [
        ("p50", 0.5, 1),
        ("p75", 0.75, 1),
        ("p90", 0.9, 1),
        ("p95", 0.95, 100),
        ("p99", 0.99, 1_000),
        ("p999", 0.999, 10_000),
    ]
    .into_iter()
    .filter(|(_, _, least)| histogram.len() >= *least)
    .map(|(name, share, _)| (name, histogram.value_at_quantile(share) as f64))
    .collect();
    named.push(("max", histogram.max() as f64));
    named.push(("mean", histogram.mean()));
    named
}

/// An empty one, for 1 ns to two days.
fn histogram() -> Histogram<u64> {
    Histogram::new_with_bounds(1, HIGHEST_NS, DIGITS).expect("the bounds are sound")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_requests_give_no_far_percentiles() {
        for (count, last) in [(1, "p90"), (100, "p95"), (1_000, "p99"), (10_000, "p999")] {
            let mut report = Report::new(1);
            report.latency.record_n(5, count - 1).expect("fits");
            assert_eq!(report.percentiles().is_empty(), count == 1);
            report.latency.record(5).expect("fits");
            let names: Vec<&str> = report.percentiles().iter().map(|(name, _)| *name).collect();
            assert_eq!(names[names.len() - 3..], [last, "max", "mean"]);
        }
    }

    #[test]
    fn more_than_a_thousandth_of_errors_leaves_no_throughput() {
        let mut report = Report::new(1);
        report.seconds = 2.0;
        assert_eq!(report.requests_per_second(), None);
        (report.requests, report.responses) = (10_000, 9_990);
        report.errors.insert(ErrorKind::Body, 10);
        assert_eq!(report.requests_per_second(), Some(4_995.0));
        report.errors.insert(ErrorKind::Reset, 1);
        assert_eq!(report.requests_per_second(), None);
        assert!((report.achieved() - 4_995.0).abs() < 1e-9);
    }

    #[test]
    fn a_rare_request_that_is_answered_wrongly_is_not_lost_among_the_others() {
        let mut report = Report::new(2);
        report.seconds = 2.0;
        (report.requests, report.responses) = (100_000, 99_990);
        report.errors.insert(ErrorKind::Body, 10);
        (report.by_request[0].requests, report.by_request[1].requests) = (99_000, 1_000);
        report.by_request[0].mistaken = 10;
        assert!(report.requests_per_second().is_some());
        report.by_request[1].mistaken = 10;
        report.by_request[0].mistaken = 0;
        assert_eq!(report.requests_per_second(), None);
    }

    #[test]
    fn threads_add_up_request_by_request() {
        let wrong = |status| Wrong {
            status,
            begins: b"x".to_vec(),
        };
        let mut report = Report::new(2);
        let mut other = Report::new(2);
        other.by_request[1] = OfRequest {
            requests: 3,
            responses: 2,
            failed: 1,
            mistaken: 1,
            first_wrong: Some(wrong(500)),
        };
        report.add(&other);
        other.by_request[1].first_wrong = Some(wrong(501));
        report.add(&other);
        assert_eq!(report.by_request[0], OfRequest::default());
        let sum = &report.by_request[1];
        assert_eq!((sum.requests, sum.responses), (6, 4));
        assert_eq!((sum.failed, sum.mistaken), (2, 2));
        assert_eq!(sum.first_wrong, Some(wrong(500)));
    }
}
