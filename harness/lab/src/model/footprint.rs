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
    idle: Held,
    peak: Result<u64, String>,
    /// One instance, then more.
    grown: Vec<Held>,
}

/// What so many instances held.
#[derive(Debug, Clone)]
struct Held {
    instances: u32,
    processes: Footprint,
    /// The sum over their cgroups, or why there is none.
    cgroup: Result<CgroupMemory, String>,
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
        let idle = held(standing, 1, site)?;
        let peak = groups(standing).and_then(|groups| {
            let peaks = groups.iter().map(Cgroup::peak);
            let sum: Result<u64, CgroupError> = peaks.sum();
            sum.map_err(|error| error.to_string())
        });
        let mut grown = vec![idle.clone()];
        let began = Instant::now();
        let room = memory::available()? / 2;
        let mut count = 1;
        while count < self.job.instances && self.wants_growth() {
            count = (2 * count).min(self.job.instances);
            let last = grown.last().unwrap_or(&idle);
            let each = last.processes.pss / u64::from(last.instances);
            let next = each * u64::from(count);
            if next > self.budget || next > room || began.elapsed() > self.grow_for {
                break;
            }
            standing.grow(count)?;
            grown.push(held(standing, count, site)?);
        }
        Ok(Readings { idle, peak, grown })
    }

    fn wants_growth(&self) -> bool {
        let grows = |(metric, _): &(Metric, String)| {
            matches!(metric, Metric::MemoryMarginal | Metric::MemoryFixed)
        };
        self.wanted.iter().any(grows)
    }
}

/// What so many instances hold: their processes once two readings in a row agree, then their cgroups.
fn held(standing: &dyn RunningInstances, instances: u32, site: &Site) -> Result<Held, Failure> {
    Ok(Held {
        instances,
        processes: settled(standing, site)?,
        cgroup: groups(standing).and_then(|groups| {
            let held = Cgroup::held_together(&groups);
            held.map_err(|error| error.to_string())
        }),
    })
}

/// The cgroups of all instances, or why there are none.
fn groups(standing: &dyn RunningInstances) -> Result<Vec<Cgroup>, String> {
    standing.cgroups().map_err(|error| error.to_string())
}

/// What the processes hold, once two readings in a row agree.
fn settled(standing: &dyn RunningInstances, site: &Site) -> Result<Footprint, Failure> {
    let read = || match standing.processes() {
        Ok(processes) => memory::measure(&processes),
        Err(failure) => Err(MemoryError::Isolate(failure.to_string())),
    };
    memory::settled(site, SETTLE_LIMIT, read).map_err(Failure::from)
}

impl Readings {
    fn value(&self, metric: Metric, scope: &str) -> Value {
        match metric {
            Metric::MemoryIdle => told(self.idle.bytes(scope)),
            Metric::MemoryPeak if scope == "hwm" => counted(self.idle.processes.hwm),
            Metric::MemoryPeak => told(self.peak.clone()),
            _ => self.line(metric, scope),
        }
    }

    /// The slope or the intercept of what was held over the number of instances.
    fn line(&self, metric: Metric, scope: &str) -> Value {
        let point = |held: &Held| {
            let bytes = held.bytes(scope)?;
            Ok((f64::from(held.instances), bytes as f64))
        };
        let points = self.grown.iter().map(point).collect();
        let points: Vec<(f64, f64)> = match points {
            Ok(points) => points,
            Err(reason) => return told(Err(reason)),
        };
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

impl Held {
    /// The bytes in a scope, or why they are not known.
    fn bytes(&self, scope: &str) -> Result<u64, String> {
        let of_cgroup = |bytes: fn(&CgroupMemory) -> Option<u64>| {
            let held = self.cgroup.as_ref().map_err(Clone::clone)?;
            bytes(held).ok_or_else(|| {
                "this kernel does not count its own memory for a cgroup: Linux 5.18 or newer does"
                    .to_owned()
            })
        };
        match scope {
            "private" => Ok(self.processes.private),
            "cgroup" => of_cgroup(CgroupMemory::sum),
            "cgroup-anon" => of_cgroup(|held| Some(held.anon)),
            "cgroup-file" => of_cgroup(|held| Some(held.file)),
            "cgroup-kernel" => of_cgroup(|held| held.kernel),
            _ => Ok(self.processes.pss),
        }
    }
}

fn counted(bytes: u64) -> Value {
    Value::of(bytes as f64)
}

fn told(bytes: Result<u64, String>) -> Value {
    match bytes {
        Ok(bytes) => counted(bytes),
        Err(reason) => Value::failed(Failure::unavailable(reason)),
    }
}
