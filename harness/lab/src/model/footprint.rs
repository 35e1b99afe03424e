//! Footprint: memory of one instance at rest and at its peak, and what one more costs.
//!
//! A launch starts one instance, which stays after its output, reads what it holds, and
//! then starts more, 2, 4, 8 and so on, reading each time. Memory and time are never taken
//! from the same launch.

use std::time::{Duration, Instant};

use labrun_analysis::stats::theil_sen_line;
use labrun_record::{Metric, Row};

use super::launch::{Launch, Value};
use crate::cgroup::{CgroupError, CgroupMemory, Group as Cgroup};
use crate::isolation::{Isolation, Job, RunningInstances};
use crate::memory::{self, Footprint, MemoryError};
use crate::outcome::Failure;
use crate::site::Site;

/// How long memory may take until two readings agree.
const SETTLE_LIMIT: Duration = Duration::from_secs(5);

/// Instances that are started, read and ended.
#[derive(Debug)]
pub(super) struct Memory {
    job: Job,
    /// Metric and scope of each row.
    wanted: Vec<(Metric, String)>,
    /// How long it may take to start more.
    grow_for: Duration,
    /// Bytes that all instances together may hold.
    budget: u64,
}

impl Memory {
    pub(super) fn new(job: Job, rows: &[Row], grow_for: Duration, budget: u64) -> Self {
        let wanted = |row: &Row| (row.metric, row.scope.clone().unwrap_or_default());
        Self {
            job,
            wanted: rows.iter().map(wanted).collect(),
            grow_for,
            budget,
        }
    }
}

/// What one launch read.
#[derive(Debug)]
struct Readings {
    idle: Footprint,
    cgroup: Result<CgroupMemory, String>,
    peak: Result<u64, String>,
    /// Instances that were alive, and what they held.
    grown: Vec<(u32, Footprint)>,
}

impl Launch for Memory {
    fn launch(&self, isolation: &dyn Isolation, site: &Site) -> Result<Vec<Value>, Failure> {
        let mut standing = isolation.stand(site, &self.job)?;
        let read = self.read(standing.as_mut(), site);
        // How it ended matters more than that its memory could not be read.
        let read = match read {
            Err(Failure::Outcome(outcome, reason)) => {
                standing.still_stand()?;
                return Err(Failure::Outcome(outcome, reason));
            }
            read => read?,
        };
        standing.end()?;
        let value = |(metric, scope): &(Metric, String)| read.value(*metric, scope);
        Ok(self.wanted.iter().map(value).collect())
    }
}

impl Memory {
    fn read(&self, standing: &mut dyn RunningInstances, site: &Site) -> Result<Readings, Failure> {
        let idle = settled(standing, site)?;
        let groups = standing.cgroups().map_err(|error| error.to_string());
        let said = |error: CgroupError| error.to_string();
        let cgroup = groups.clone().and_then(|g| held(&g).map_err(said));
        let peak = groups.and_then(|g| {
            g.iter()
                .map(Cgroup::peak)
                .sum::<Result<_, _>>()
                .map_err(said)
        });
        let mut grown = vec![(1, idle)];
        let began = Instant::now();
        let room = memory::available()? / 2;
        let mut count = 1;
        while count < self.job.instances && self.wants_growth() {
            count = (2 * count).min(self.job.instances);
            let (alive, last) = grown.last().copied().unwrap_or((1, idle));
            let each = last.pss / u64::from(alive);
            let next = each * u64::from(count);
            if next > self.budget || next > room || began.elapsed() > self.grow_for {
                break;
            }
            standing.grow(count)?;
            grown.push((count, settled(standing, site)?));
        }
        Ok(Readings {
            idle,
            cgroup,
            peak,
            grown,
        })
    }

    fn wants_growth(&self) -> bool {
        let grows = |(metric, _): &(Metric, String)| {
            matches!(metric, Metric::MemoryMarginal | Metric::MemoryFixed)
        };
        self.wanted.iter().any(grows)
    }
}

/// What the instances hold, once two readings in a row agree.
fn settled(standing: &dyn RunningInstances, site: &Site) -> Result<Footprint, Failure> {
    let read = || match standing.processes() {
        Ok(processes) => memory::measure(&processes),
        Err(failure) => Err(MemoryError::Isolate(failure.to_string())),
    };
    memory::settled(site, SETTLE_LIMIT, read).map_err(Failure::from)
}

/// The sum over the cgroups of all instances.
fn held(groups: &[Cgroup]) -> Result<CgroupMemory, CgroupError> {
    let mut sum: Option<CgroupMemory> = None;
    for group in groups {
        let held = group.held()?;
        sum = Some(match sum {
            None => held,
            Some(sum) => sum + held,
        });
    }
    sum.ok_or_else(|| CgroupError::Unusable("the isolate has no cgroup".to_owned()))
}

impl Readings {
    fn value(&self, metric: Metric, scope: &str) -> Value {
        let of_cgroup = |bytes: fn(&CgroupMemory) -> Option<u64>| match &self.cgroup {
            Ok(held) => bytes(held).map_or_else(
                || unavailable("this kernel does not count it: Linux 5.18 or newer does"),
                counted,
            ),
            Err(reason) => unavailable(reason),
        };
        match (metric, scope) {
            (Metric::MemoryIdle, "pss") => counted(self.idle.pss),
            (Metric::MemoryIdle, "private") => counted(self.idle.private),
            (Metric::MemoryIdle, "cgroup-anon") => of_cgroup(|held| Some(held.anon)),
            (Metric::MemoryIdle, "cgroup-file") => of_cgroup(|held| Some(held.file)),
            (Metric::MemoryIdle, _) => of_cgroup(|held| held.kernel),
            (Metric::MemoryPeak, "hwm") => counted(self.idle.hwm),
            (Metric::MemoryPeak, _) => match &self.peak {
                Ok(bytes) => counted(*bytes),
                Err(reason) => unavailable(reason),
            },
            (_, "private") => self.line(metric, |footprint| footprint.private),
            _ => self.line(metric, |footprint| footprint.pss),
        }
    }

    /// The slope or the intercept of what was held over the number of instances.
    fn line(&self, metric: Metric, bytes: fn(&Footprint) -> u64) -> Value {
        let points: Vec<(f64, f64)> = self
            .grown
            .iter()
            .map(|(count, footprint)| (f64::from(*count), bytes(footprint) as f64))
            .collect();
        let Some(line) = theil_sen_line(&points) else {
            let reason = "one more instance would not have fitted into the time or the memory";
            return Value::failed(Failure::unavailable(reason));
        };
        let value = if metric == Metric::MemoryMarginal {
            line.slope
        } else {
            line.intercept
        };
        Value::of(value).through(points)
    }
}

fn counted(bytes: u64) -> Value {
    Value::of(bytes as f64)
}

fn unavailable(reason: &str) -> Value {
    Value::failed(Failure::unavailable(reason))
}
