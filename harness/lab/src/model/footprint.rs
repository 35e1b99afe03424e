//! Footprint: memory of one instance at rest and at its peak, and what one more costs.
//!
//! A launch starts one instance, which stays after its output, reads what it holds, and
//! then starts more, 2, 4, 8 and so on, reading each time, as long as there is room for them.
//! Memory and time are never taken from the same launch.

use std::time::{Duration, Instant};

use labrun_analysis::stats::theil_sen_line;
use labrun_record::{Metric, Outcome, Row};

use super::launch::{Launch, Value};
use crate::cgroup::{CgroupError, CgroupMemory, Group as Cgroup};
use crate::isolation::{Isolation, Job, RunningInstances};
use crate::limits::{Blame, rooms};
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
    end: End,
}

/// Why there were no more instances.
#[derive(Debug)]
enum End {
    /// There were as many as were wanted.
    Whole,
    /// More would not have fitted into this.
    NoRoom(String),
    /// They could not be started, or not be read.
    BrokenOff(Failure),
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
        let blame = Blame::begin(self.job.file_system);
        let mut standing = isolation.stand(site, &self.job)?;
        if !self.job.workload.stays() {
            return self.of_ended(standing);
        }
        let read = self.read(standing.as_mut(), site);
        let mut read = read.map_err(|failure| why(standing.as_mut(), failure))?;
        if let End::BrokenOff(failure) = read.end {
            let failure = blame.explain(why(standing.as_mut(), failure));
            if !matches!(failure, Failure::Outcome(Outcome::Unavailable, _)) {
                return Err(failure);
            }
            // No fault of theirs: what was read of one counts, and the others need not end well.
            read.end = End::BrokenOff(failure);
        } else {
            standing.end()?;
        }
        let value = |(metric, scope): &(Metric, String)| read.value(*metric, scope);
        Ok(self.wanted.iter().map(value).collect())
    }
}

impl Memory {
    /// Of a command that ends the peak alone is known, once it has.
    fn of_ended(
        &self,
        mut standing: Box<dyn RunningInstances + '_>,
    ) -> Result<Vec<Value>, Failure> {
        standing.finish()?;
        let peak = peak(standing.as_ref());
        standing.end()?;
        let value = |(metric, scope): &(Metric, String)| match (metric, &**scope) {
            (Metric::MemoryPeak, "cgroup") => told(peak.clone()),
            _ => Value::none("it is not known of what has ended"),
        };
        Ok(self.wanted.iter().map(value).collect())
    }

    fn read(&self, standing: &mut dyn RunningInstances, site: &Site) -> Result<Readings, Failure> {
        let idle = held(standing, 1, site)?;
        let peak = peak(standing);
        let mut grown = vec![idle.clone()];
        let end = match self.grow(standing, &mut grown, site) {
            Ok(end) => end,
            Err(Failure::Interrupted) => return Err(Failure::Interrupted),
            Err(failure) => End::BrokenOff(failure),
        };
        Ok(Readings {
            idle,
            peak,
            grown,
            end,
        })
    }

    /// Starts more and reads them, until there are as many as are wanted, or no more would fit.
    fn grow(
        &self,
        standing: &mut dyn RunningInstances,
        grown: &mut Vec<Held>,
        site: &Site,
    ) -> Result<End, Failure> {
        let began = Instant::now();
        while let Some(last) = grown.last() {
            let count = (2 * last.instances).min(self.job.instances);
            if count <= last.instances || !self.wants_growth() {
                break;
            }
            if began.elapsed() > self.grow_for {
                return Ok(End::NoRoom("the time (grow_s)".to_owned()));
            }
            if let Some(limit) = self.no_room(standing, last, count)? {
                return Ok(End::NoRoom(limit));
            }
            standing.grow(count)?;
            let more = held(standing, count, site)?;
            if more.swapped() > 0 {
                return Ok(End::NoRoom("memory: it was swapped out".to_owned()));
            }
            grown.push(more);
        }
        Ok(End::Whole)
    }

    /// The limit that `count` instances would come too near to.
    fn no_room(
        &self,
        standing: &dyn RunningInstances,
        last: &Held,
        count: u32,
    ) -> Result<Option<String>, Failure> {
        let (now, held) = (last.instances, last.largest());
        if held / u64::from(now) * u64::from(count) > self.budget {
            return Ok(Some("the memory (budget_bytes)".to_owned()));
        }
        // Where they have none of their own, the lab's holds them.
        let groups = standing.cgroups().unwrap_or_default();
        let rooms = rooms(now, held, &standing.processes()?, &groups)?;
        let full = rooms.iter().find(|room| !room.fits(now, count));
        Ok(full.map(ToString::to_string))
    }

    fn wants_growth(&self) -> bool {
        let grows = |(metric, _): &(Metric, String)| {
            matches!(metric, Metric::MemoryMarginal | Metric::MemoryFixed)
        };
        self.wanted.iter().any(grows)
    }
}

/// A failure as it is told: how one of them ended matters more than that its memory could not be
/// read, or more of them not be started.
fn why(standing: &mut dyn RunningInstances, failure: Failure) -> Failure {
    match failure {
        Failure::Interrupted => Failure::Interrupted,
        Failure::Outcome(..) => standing.still_stand().err().unwrap_or(failure),
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

/// The most that the cgroups of all instances have held.
fn peak(standing: &dyn RunningInstances) -> Result<u64, String> {
    let groups = groups(standing)?;
    let peaks = groups.iter().map(Cgroup::peak);
    let sum: Result<u64, CgroupError> = peaks.sum();
    sum.map_err(|error| error.to_string())
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
        let swapped = self.idle.swapped();
        if swapped > 0 {
            return told(Err(format!(
                "{} KiB of it were swapped out, which no footprint counts: give it more memory, or \
                 sudo swapoff -a",
                swapped.div_ceil(1024)
            )));
        }
        match metric {
            Metric::MemoryIdle => told(self.idle.bytes(scope)),
            Metric::MemoryPeak if scope == "hwm" => counted(self.idle.processes.hwm),
            Metric::MemoryPeak => told(self.peak.clone()),
            _ => self.line(metric, scope),
        }
    }

    /// The slope or the intercept of what was held over the number of instances.
    fn line(&self, metric: Metric, scope: &str) -> Value {
        if let End::BrokenOff(failure) = &self.end {
            return Value::failed(failure.clone());
        }
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
            return told(Err(match &self.end {
                End::NoRoom(limit) => {
                    format!("one more instance would not have fitted into {limit}")
                }
                _ => "no more than one instance was to be started".to_owned(),
            }));
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
    /// The most that is known to be theirs, in bytes.
    fn largest(&self) -> u64 {
        let charged = self.cgroup.as_ref();
        let charged = charged.map_or(0, |held| held.anon + held.kernel.unwrap_or(0));
        self.processes.pss.max(charged)
    }

    /// Bytes that were swapped out, and are in no scope.
    fn swapped(&self) -> u64 {
        let charged = self.cgroup.as_ref().map_or(0, |held| held.swap);
        self.processes.swap.max(charged)
    }

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

#[cfg(test)]
mod tests;
