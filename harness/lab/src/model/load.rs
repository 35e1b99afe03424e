//! Load on a server: how many requests it answers, and how long each takes at fixed rates.
//!
//! A launch starts one server, finds its closed-loop maximum, and then offers it rates in
//! the open loop, one after another, from the lowest to the highest. Latency counts from
//! the instant at which a request was due.

use std::rc::Rc;
use std::sync::OnceLock;
use std::time::Duration;

use labrun_load::{Pace, Plan, Report, Target, ceiling, near_ceiling};
use labrun_record::Doubt;

use super::launch::{Launch, Value};
use crate::define::Rate;
use crate::isolation::{Isolation, Job, RunningInstances};
use crate::outcome::Failure;
use crate::site::Site;
use crate::task::Task;

/// The percentiles that are rows of their own: name and share.
const PERCENTILES: [(&str, f64); 2] = [("p50", 0.5), ("p99", 0.99)];

/// Requests without which there is no 99th percentile.
const LEAST_REQUESTS: u64 = 1_000;

/// How long a slow server is given at most for so many.
const LONGEST: Duration = Duration::from_secs(10);

/// Requests per second that the generator itself can make, once it is known.
pub(super) type Limit = Rc<OnceLock<Option<f64>>>;

/// A server under load.
#[derive(Debug)]
pub(super) struct Loading {
    pub(super) job: Job,
    /// Connections that are kept open.
    pub(super) connections: u32,
    /// Seconds that count, of each rate.
    pub(super) duration_s: f64,
    /// Seconds of load before them.
    pub(super) warmup_s: f64,
    /// Rates of the open loop.
    pub(super) rates: Vec<Rate>,
    pub(super) limit: Limit,
}

impl Launch for Loading {
    /// Each launch warms up by itself.
    fn warms_up(&self) -> bool {
        false
    }

    fn launch(&self, isolation: &dyn Isolation, site: &Site) -> Result<Vec<Value>, Failure> {
        let mut standing = isolation.stand(site, &self.job)?;
        let values = self.offer(standing.as_mut(), site)?;
        standing.end()?;
        Ok(values)
    }
}

impl Loading {
    fn offer(
        &self,
        standing: &mut dyn RunningInstances,
        site: &Site,
    ) -> Result<Vec<Value>, Failure> {
        let address = standing
            .address()
            .ok_or_else(|| Failure::failed("it serves nothing that could be asked"))?;
        let Task::Serve { request, expected } = &self.job.task else {
            return Err(Failure::failed("it is no server"));
        };
        let mut plan = Plan::new(Target::new(address, request));
        plan.connections = self.connections as usize;
        plan.duration = Duration::from_secs_f64(self.duration_s);
        plan.warmup = Duration::from_secs_f64(self.warmup_s);
        plan.timeout = self.job.timeout;
        plan.expected = Some(expected.clone());
        let limit = self.limit(&plan, site)?;

        let closed = Self::run(&plan, standing, site)?;
        let most = closed.requests_per_second();
        let mut values = vec![match most {
            Some(rate) => Value::of(rate).doubted(doubt(rate, limit)),
            None => Value::none(wrong(&closed)),
        }];
        for rate in &self.rates {
            let Some(rate) = rate.of(most) else {
                let none = || Value::none("it has no maximum that this rate could be a share of");
                values.extend(PERCENTILES.iter().map(|_| none()));
                continue;
            };
            plan.pace = Pace::Rate(rate);
            plan.duration = long_enough(rate, self.duration_s);
            let open = Self::run(&plan, standing, site)?;
            values.extend(latencies(&open, rate, limit));
        }
        Ok(values)
    }

    fn run(
        plan: &Plan,
        standing: &mut dyn RunningInstances,
        site: &Site,
    ) -> Result<Report, Failure> {
        let report = labrun_load::run(plan, &|| site.interrupt.raised());
        if site.interrupt.raised() {
            return Err(Failure::Interrupted);
        }
        // How a server ended says more than how its answers stopped.
        standing.still_stand()?;
        report.map_err(|error| Failure::failed(error.to_string()))
    }

    fn limit(&self, plan: &Plan, site: &Site) -> Result<Option<f64>, Failure> {
        if let Some(known) = self.limit.get() {
            return Ok(*known);
        }
        let found = ceiling(plan, &|| site.interrupt.raised())
            .map_err(|error| Failure::failed(format!("the load generator's limit: {error}")))?;
        Ok(*self.limit.get_or_init(|| found))
    }
}

fn doubt(rate: f64, limit: Option<f64>) -> Option<Doubt> {
    limit
        .is_some_and(|limit| near_ceiling(rate, limit))
        .then_some(Doubt::NearCeiling)
}

/// The time in which a rate gives enough requests, a tenth to spare.
fn long_enough(rate: f64, duration_s: f64) -> Duration {
    let needed_s = 1.1 * LEAST_REQUESTS as f64 / rate;
    Duration::from_secs_f64(needed_s.min(LONGEST.as_secs_f64()).max(duration_s))
}

/// The latencies of one rate, in nanoseconds, in the order of [`PERCENTILES`].
fn latencies(report: &Report, rate: f64, limit: Option<f64>) -> Vec<Value> {
    let whole = report.requests_per_second().is_some();
    PERCENTILES
        .iter()
        .map(|(name, share)| {
            if !whole {
                Value::none(wrong(report))
            } else if *share > 0.9 && report.requests < LEAST_REQUESTS {
                let reason = format!(
                    "{} requests in {:.0} s at {rate:.0}/s; {name} needs {LEAST_REQUESTS}",
                    report.requests, report.seconds
                );
                Value::failed(Failure::unavailable(reason))
            } else {
                Value::of(report.latency.value_at_quantile(*share) as f64)
                    .doubted(doubt(rate, limit))
            }
        })
        .collect()
}

/// Why a report has no throughput.
fn wrong(report: &Report) -> String {
    if report.errors.is_empty() {
        return "no request was answered".to_owned();
    }
    let kinds: Vec<String> = report
        .errors
        .iter()
        .map(|(kind, count)| format!("{kind} {count}"))
        .collect();
    format!(
        "{:.2}% of {} requests went wrong: {}",
        report.error_share() * 100.0,
        report.requests,
        kinds.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_server_gets_the_time_for_its_requests() {
        assert_eq!(long_enough(10_000.0, 1.0), Duration::from_secs(1));
        assert_eq!(long_enough(550.0, 1.0), Duration::from_secs(2));
        assert_eq!(long_enough(1.0, 1.0), LONGEST);
    }
}
