//! What `labrun load` prints: a small table, or JSON.

use std::fmt::Write as _;

use labrun_load::{ERROR_LIMIT, Pace, Plan, Report, Spacing, near_ceiling, percentiles};
use labrun_render::units;
use serde_json::{Value, json};

/// A load and what came of it.
pub(super) struct Shown<'a> {
    pub(super) url: &'a str,
    pub(super) plan: &'a Plan,
    /// What the generator reaches by itself; `None` if it was interrupted before that was known.
    pub(super) ceiling: Option<f64>,
    pub(super) report: &'a Report,
}

impl Shown<'_> {
    /// What was asked for or reached, whichever is more, is near what the generator can do.
    fn near_ceiling(&self) -> Option<bool> {
        let rate = self
            .report
            .achieved()
            .max(self.report.offered.unwrap_or(0.0));
        self.ceiling.map(|ceiling| near_ceiling(rate, ceiling))
    }

    /// Why there is no throughput.
    fn reason(&self) -> Option<String> {
        let report = self.report;
        if report.requests_per_second().is_some() {
            return None;
        }
        Some(if report.failed() > 0 {
            format!(
                "{} of {} requests went wrong, {:.2} %: over {} % there is no throughput",
                report.failed(),
                report.requests,
                100.0 * report.error_share(),
                100.0 * ERROR_LIMIT
            )
        } else if report.interrupted {
            "it was interrupted before anything was answered".to_owned()
        } else {
            "nothing was answered while it was measured: give a longer --duration".to_owned()
        })
    }

    /// All of it, for programs.
    pub(super) fn json(&self) -> Value {
        let (plan, report) = (self.plan, self.report);
        let errors: serde_json::Map<String, Value> = report
            .errors
            .iter()
            .map(|(kind, count)| (kind.name().to_owned(), json!(count)))
            .collect();
        json!({
            "schema_version": labrun_record::SCHEMA_VERSION,
            "url": self.url,
            "mode": if plan.pace == Pace::Closed { "closed" } else { "open" },
            "rate": report.offered,
            "arrivals": arrivals(plan),
            "connections": plan.connections,
            "threads": plan.threads,
            "duration_s": report.seconds,
            "warmup_s": plan.warmup.as_secs_f64(),
            "requests": report.requests,
            "responses": report.responses,
            "bytes": report.bytes,
            "requests_per_second": report.requests_per_second(),
            "reason": self.reason(),
            "latency_ns": whole(&report.percentiles()),
            "send_lag_ns": whole(&percentiles(&report.send_lag)),
            "queued": report.queued,
            "errors": errors,
            "ceiling_requests_per_second": self.ceiling,
            "near_ceiling": self.near_ceiling(),
            "interrupted": report.interrupted,
        })
    }

    /// The same, for people.
    pub(super) fn text(&self) -> String {
        let (plan, report) = (self.plan, self.report);
        let mut text = String::new();
        // Writing to a string cannot fail.
        let mut row = |name: &str, value: &str| {
            let _ = writeln!(text, "{name:<11} {value}");
        };
        let mode = match plan.pace {
            Pace::Closed => "closed loop".to_owned(),
            Pace::Rate(rate) if plan.spacing == Spacing::Even => format!("{rate} requests/s"),
            Pace::Rate(rate) => format!("{rate} requests/s at random"),
        };
        let shape = format!(
            "{mode}, {}, {}, {:.1} s{}",
            units::plural(plan.connections, "connection"),
            units::plural(plan.threads, "thread"),
            report.seconds,
            if report.interrupted {
                ", interrupted"
            } else {
                ""
            }
        );
        row("load", &shape);
        match (report.requests_per_second(), self.reason()) {
            (Some(rate), _) => row("throughput", &per_second(rate)),
            (None, reason) => row(
                "throughput",
                &format!("none: {}", reason.unwrap_or_default()),
            ),
        }
        if let Some(ceiling) = self.ceiling {
            let near = if self.near_ceiling() == Some(true) {
                "; this is near it, and may tell more of the generator than of the server"
            } else {
                ""
            };
            row(
                "ceiling",
                &format!("{ceiling:.0} requests/s by the generator{near}"),
            );
        }
        for (name, ns) in report.percentiles() {
            row(&dotted(name), &units::duration(ns));
        }
        let lag = percentiles(&report.send_lag);
        if let (Some((_, p50)), Some((_, max))) =
            (lag.first(), lag.iter().find(|(name, _)| *name == "max"))
        {
            row(
                "sent late",
                &format!(
                    "{} (p50), {} (max)",
                    units::duration(*p50),
                    units::duration(*max)
                ),
            );
        }
        if report.queued > 0 {
            let n = report.queued;
            row(
                "queued",
                &format!("{n} requests waited for a free connection"),
            );
        }
        let kinds: Vec<String> = report
            .errors
            .iter()
            .map(|(k, n)| format!("{n} {k}"))
            .collect();
        let percent = 100.0 * report.error_share();
        let errors = match kinds.as_slice() {
            [] => "none".to_owned(),
            kinds => format!(
                "{} ({percent:.3} % of {})",
                kinds.join(", "),
                report.requests
            ),
        };
        row("errors", &errors);
        text.trim_end().to_owned()
    }
}

/// A rate for a person; few answers in a long time are some, and not none.
fn per_second(rate: f64) -> String {
    if rate >= 10.0 {
        format!("{rate:.0} requests/s")
    } else {
        format!("{rate:.3} requests/s")
    }
}

/// Nanoseconds as whole numbers, by name.
fn whole(named: &[(&'static str, f64)]) -> Value {
    let entry = |(name, ns): &(&str, f64)| ((*name).to_owned(), json!(ns.round() as u64));
    Value::Object(named.iter().map(entry).collect())
}

/// How the requests of a rate came; nothing of a closed loop.
fn arrivals(plan: &Plan) -> Option<&'static str> {
    match (plan.pace, plan.spacing) {
        (Pace::Closed, _) => None,
        (Pace::Rate(_), Spacing::Even) => Some("even"),
        (Pace::Rate(_), Spacing::Poisson(_)) => Some("poisson"),
    }
}

fn dotted(name: &str) -> String {
    name.replace("p999", "p99.9")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_answers_in_a_long_time_are_some() {
        assert_eq!(per_second(2.0 / 75.0), "0.027 requests/s");
        assert_eq!(per_second(9.5), "9.500 requests/s");
        assert_eq!(per_second(126_543.7), "126544 requests/s");
    }
}
