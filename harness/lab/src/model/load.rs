//! Load on a server: how many requests it answers, and how long each takes at fixed rates.
//!
//! A launch starts one server, finds its closed-loop maximum, and then offers it rates in
//! the open loop, one after another, from the lowest to the highest. Latency counts from
//! the instant at which a request was due.
//!
//! The rates are the same in every launch. A share of the maximum that each launch had by itself
//! would offer more to a launch that was lucky in its closed loop: launches would differ in what
//! they were asked for, and not in how they answer alone.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use labrun_analysis::stats::median;
use labrun_analysis::{row_seed, share_of};
use labrun_load::{Error, OfRequest, Pace, Plan, Report, Spacing, Target, ceiling, near_ceiling};
use labrun_record::{Doubt, Histogram, Metric, Row};

use super::launch::{Launch, Value};
use super::turns::{requests, wrong};
use crate::define::{Arrivals, LoadPlan, Rate};
use crate::isolation::{Isolation, Job, RunningInstances};
use crate::limits;
use crate::outcome::Failure;
use crate::site::Site;

/// Requests that a launch makes at each rate, so that a few launches are enough for a 99th
/// percentile.
const WANTED_REQUESTS: u64 = 1_000;

/// How long a slow server is given at most for so many.
const LONGEST: Duration = Duration::from_secs(10);

/// How long a server is loaded at a time where it is loaded for long.
const SLICE: Duration = Duration::from_secs(5);

/// Closed loops whose median is the maximum that rates are shares of: a stall in one moves none.
const TRIES: usize = 3;

/// The load generator, the same for all cases of a run.
#[derive(Debug, Clone)]
pub(super) struct Generator {
    /// The run's seed.
    seed: u64,
    /// Requests per second that it can make itself, of the requests of each workload, once that is
    /// known.
    limits: Rc<RefCell<BTreeMap<String, Option<f64>>>>,
    /// The maximum that rates are shares of, where several cases are offered the same ones.
    most: Option<Maximum>,
}

/// Requests per second that a server answers at most, once it was looked for.
type Maximum = Rc<OnceCell<Option<f64>>>;

impl Generator {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            seed,
            limits: Rc::default(),
            most: None,
        }
    }

    /// The same for the cases of a pair, which are offered the same rates: shares of what the first
    /// of them answers at most.
    pub(super) fn of_pair(&self) -> Self {
        Self {
            most: Some(Rc::default()),
            ..self.clone()
        }
    }
}

/// A server under load.
#[derive(Debug)]
pub(super) struct Loading {
    job: Job,
    /// What its rows are about, in their order.
    rows: Vec<Asked>,
    load: LoadPlan,
    /// How long a server is loaded before what counts first of it.
    first_warmup: Duration,
    generator: Generator,
    /// The maximum that rates are shares of, once it was looked for.
    most: Maximum,
    /// The seed of the next random arrivals.
    seed: Cell<u64>,
}

/// What a row is about.
#[derive(Debug, PartialEq)]
enum Asked {
    /// The closed loop.
    Most,
    /// A percentile at a rate, by its place among what is offered.
    Percentile { offered: usize, share: f64 },
    /// Nothing that is measured here.
    Unknown,
}

impl Asked {
    fn of(row: &Row, load: &LoadPlan) -> Self {
        if row.metric == Metric::RequestsPerSecond {
            return Self::Most;
        }
        let param = |name: &str| row.params.get(name).map(String::as_str);
        let is_it = |(rate, arrivals): (Rate, Arrivals)| {
            param("rate") == Some(&rate.to_string()) && param(Arrivals::PARAM) == arrivals.param()
        };
        let offered = load.offered(&load.rates).position(is_it);
        let share = param("percentile").and_then(share_of);
        match offered.zip(share) {
            Some((offered, share)) => Self::Percentile { offered, share },
            None => Self::Unknown,
        }
    }
}

impl Loading {
    pub(super) fn new(job: Job, rows: &[Row], load: LoadPlan, generator: &Generator) -> Self {
        Self {
            rows: rows.iter().map(|row| Asked::of(row, &load)).collect(),
            seed: Cell::new(rows.first().map_or(0, |row| row_seed(generator.seed, row))),
            job,
            first_warmup: Duration::from_secs_f64(load.warmup_s),
            load,
            most: generator.most.clone().unwrap_or_default(),
            generator: generator.clone(),
        }
    }

    /// The same with a warm-up of its own, in seconds, before what counts first of a server.
    pub(super) fn warmed_up_first(self, seconds: Option<f64>) -> Self {
        let own = seconds.map(Duration::from_secs_f64);
        Self {
            first_warmup: own.unwrap_or(self.first_warmup),
            ..self
        }
    }

    /// Loads a server for what comes before the warm-up of its first load, a slice at a time: one that
    /// has died is not asked for minutes.
    fn warm_up(
        &self,
        plan: &Plan,
        standing: &mut dyn RunningInstances,
        site: &Site,
    ) -> Result<(), Failure> {
        let mut left = self.first_warmup.saturating_sub(SLICE);
        while !left.is_zero() {
            let slice = Plan {
                warmup: Duration::ZERO,
                duration: left.min(SLICE),
                ..plan.clone()
            };
            left -= slice.duration;
            // One that answers nothing is told of by the load that counts.
            if run(&slice, standing, site)?.responses == 0 {
                break;
            }
        }
        Ok(())
    }

    /// How long it is loaded before what counts later.
    fn warmup(&self) -> Duration {
        Duration::from_secs_f64(self.load.warmup_s)
    }

    /// The closed loop on a server that was not loaded before.
    fn plan(&self, standing: &dyn RunningInstances) -> Result<Plan, Failure> {
        let address = standing
            .address()
            .ok_or_else(|| Failure::failed("it serves nothing that could be asked"))?;
        let mut plan = Plan::new(Target::new(address, "/"));
        plan.requests = requests(&self.job)?;
        plan.connections = self.load.connections as usize;
        plan.duration = Duration::from_secs_f64(self.load.duration_s);
        plan.warmup = self.first_warmup.min(SLICE);
        plan.timeout = self.job.timeout;
        Ok(plan)
    }

    /// Sees that the server may have as many connections as it will get.
    fn allow_files(&self, standing: &dyn RunningInstances) -> Result<(), Failure> {
        // Where they are not to be seen, nor are their limits.
        let server = standing.processes().unwrap_or_default();
        limits::allow_files(&server, self.load.connections)
    }

    /// The maximum that rates are shares of: that of a server of its own, so that all launches that
    /// count are alike. Where too much goes wrong there is none, and those launches say so.
    fn most(&self, isolation: &dyn Isolation, site: &Site) -> Result<Option<f64>, Failure> {
        if let Some(most) = self.most.get() {
            return Ok(*most);
        }
        let mut reached = Vec::new();
        if self.load.rates.iter().any(|rate| rate.is_share()) {
            let mut standing = isolation.stand(site, &self.job)?;
            self.allow_files(standing.as_ref())?;
            let mut plan = self.plan(standing.as_ref())?;
            self.warm_up(&plan, standing.as_mut(), site)?;
            for _ in 0..TRIES {
                reached.extend(run(&plan, standing.as_mut(), site)?.requests_per_second());
                plan.warmup = self.warmup();
            }
            standing.end()?;
        }
        Ok(*self.most.get_or_init(|| median(&reached)))
    }

    fn offer(
        &self,
        most: Option<f64>,
        standing: &mut dyn RunningInstances,
        site: &Site,
    ) -> Result<Vec<Value>, Failure> {
        self.allow_files(standing)?;
        let mut plan = self.plan(standing)?;
        let limit = self.limit(&plan, site)?;
        self.warm_up(&plan, standing, site)?;
        let closed = run(&plan, standing, site)?;
        plan.warmup = self.warmup();
        let mut open = Vec::new();
        for (rate, arrivals) in self.load.offered(&self.load.rates) {
            let Some(rate) = rate.of(most) else {
                open.push(None);
                continue;
            };
            plan.pace = Pace::Rate(rate);
            plan.spacing = match arrivals {
                Arrivals::Even => Spacing::Even,
                // Other instants in each launch, and the same in a run with the same seed.
                Arrivals::Poisson => {
                    Spacing::Poisson(self.seed.replace(self.seed.get().wrapping_add(1)))
                }
            };
            plan.duration = long_enough(rate, self.load.duration_s);
            open.push(Some((rate, run(&plan, standing, site)?)));
        }
        let of_row = |asked: &Asked| match asked {
            Asked::Most => match closed.requests_per_second() {
                Some(rate) => Value {
                    answered: self.answered(&closed, |own| own.responses),
                    ..Value::of(rate).doubted(doubt(rate, limit))
                },
                None => Value::failed(wrong(&plan, &closed)),
            },
            Asked::Percentile { offered, share } => match &open[*offered] {
                Some((_, report)) if report.requests_per_second().is_none() => {
                    Value::failed(wrong(&plan, report))
                }
                Some((rate, report)) => Value {
                    answered: self.answered(report, |own| own.requests - own.failed),
                    ..latency(report, *rate, *share, limit)
                },
                None => Value::none("it has no maximum that this rate could be a share of"),
            },
            Asked::Unknown => Value::none("its load has no such rate or percentile"),
        };
        Ok(self.rows.iter().map(of_row).collect())
    }

    /// How many of each request were answered, where there are several.
    fn answered(&self, report: &Report, count: impl Fn(&OfRequest) -> u64) -> Vec<u64> {
        if self.job.workload.requests.is_empty() {
            return Vec::new();
        }
        report.by_request.iter().map(count).collect()
    }

    fn limit(&self, plan: &Plan, site: &Site) -> Result<Option<f64>, Failure> {
        let name = &self.job.workload.name;
        if let Some(known) = self.generator.limits.borrow().get(name) {
            return Ok(*known);
        }
        let found = ceiling(plan, &|| site.interrupt.raised()).map_err(|error| {
            let reason = format!("the load generator's limit: {error}");
            match error {
                Error::Files { .. } => Failure::unavailable(reason),
                _ => Failure::failed(reason),
            }
        })?;
        let mut limits = self.generator.limits.borrow_mut();
        Ok(*limits.entry(name.clone()).or_insert(found))
    }
}

impl Launch for Loading {
    /// Each launch warms up by itself.
    fn warms_up(&self) -> bool {
        false
    }

    fn settle(&self, isolation: &dyn Isolation, site: &Site) -> Result<(), Failure> {
        self.most(isolation, site).map(|_| ())
    }

    fn launch(&self, isolation: &dyn Isolation, site: &Site) -> Result<Vec<Value>, Failure> {
        let most = self.most(isolation, site)?;
        let mut standing = isolation.stand(site, &self.job)?;
        let values = self.offer(most, standing.as_mut(), site)?;
        standing.end()?;
        Ok(values)
    }
}

fn run(plan: &Plan, standing: &mut dyn RunningInstances, site: &Site) -> Result<Report, Failure> {
    let report = labrun_load::run(plan, &|| site.interrupt.raised());
    if site.interrupt.raised() {
        return Err(Failure::Interrupted);
    }
    // How a server ended says more than how its answers stopped.
    standing.still_stand()?;
    report.map_err(|error| match error {
        Error::Files { .. } => Failure::unavailable(error.to_string()),
        error => Failure::failed(error.to_string()),
    })
}

fn doubt(rate: f64, limit: Option<f64>) -> Option<Doubt> {
    limit
        .is_some_and(|limit| near_ceiling(rate, limit))
        .then_some(Doubt::NearCeiling)
}

/// The time in which a rate gives enough requests, a tenth to spare.
fn long_enough(rate: f64, duration_s: f64) -> Duration {
    let needed_s = 1.1 * WANTED_REQUESTS as f64 / rate;
    Duration::from_secs_f64(needed_s.min(LONGEST.as_secs_f64()).max(duration_s))
}

/// A quantile of the latencies at one rate, in nanoseconds, and all of them beside it.
fn latency(report: &Report, rate: f64, share: f64, limit: Option<f64>) -> Value {
    let own = report.latency.value_at_quantile(share) as f64;
    Value {
        offered: Some((rate, Histogram::of(&report.latency))),
        ..Value::of(own).doubted(doubt(rate, limit))
    }
}

#[cfg(test)]
mod tests {
    use labrun_record::{Target, Tier};

    use super::*;

    #[test]
    fn a_slow_server_gets_the_time_for_its_requests() {
        assert_eq!(long_enough(10_000.0, 1.0), Duration::from_secs(1));
        assert_eq!(long_enough(550.0, 1.0), Duration::from_secs(2));
        assert_eq!(long_enough(1.0, 1.0), LONGEST);
    }

    #[test]
    fn a_row_gets_its_own_rate_and_percentile_whatever_rows_there_are() {
        let load = LoadPlan {
            connections: 4,
            duration_s: 1.0,
            warmup_s: 0.0,
            rates: vec![Rate::Percent(50.0), Rate::PerSecond(1000.0)],
            quick_rates: Vec::new(),
            arrivals: vec![Arrivals::Even, Arrivals::Poisson],
        };
        let asked = |metric, params: &[(&str, &str)]| {
            let params = params
                .iter()
                .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()));
            let row = Row {
                workload: "http".to_owned(),
                target: Target::Native,
                isolation: "native/static".to_owned(),
                tier: Tier::Process,
                arch: "x86_64".to_owned(),
                metric,
                start: None,
                scope: None,
                params: params.collect(),
            };
            Asked::of(&row, &load)
        };
        let most = asked(Metric::RequestsPerSecond, &[("pace", "closed")]);
        assert_eq!(most, Asked::Most);
        let percentile = |params: &[(&str, &str)]| asked(Metric::Latency, params);
        let even = percentile(&[("rate", "1000/s"), ("percentile", "p99")]);
        let (offered, share) = (2, 0.99);
        assert_eq!(even, Asked::Percentile { offered, share });
        let poisson = [
            ("rate", "50%"),
            ("percentile", "p50"),
            ("arrivals", "poisson"),
        ];
        let (offered, share) = (1, 0.5);
        assert_eq!(percentile(&poisson), Asked::Percentile { offered, share });
        let other = percentile(&[("rate", "75%"), ("percentile", "p50")]);
        assert_eq!(other, Asked::Unknown);
    }
}
