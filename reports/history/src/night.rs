//! One night: what a history keeps of a run.

use std::collections::BTreeMap;

use labrun_analysis::stats::{median, quantile};
use labrun_analysis::{Summary, summarise};
use labrun_record::{BlockLoad, Histogram, Outcome, Probes, Row, Run, Sample, Unit};
use serde::{Deserialize, Serialize};

use crate::class::class_of;
use crate::evened::corrections;
use crate::key::{PROCESSORS, SeriesKey, Subject};

/// Version of the shape of the files of a history. A newer one is refused.
pub const HISTORY_SCHEMA: u32 = 1;

/// What a run was: the first line of its file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Head {
    /// [`HISTORY_SCHEMA`] of the writer.
    pub schema_version: u32,
    /// Name of the run.
    pub run: String,
    /// Its scenario.
    pub scenario: String,
    /// When it began, RFC 3339 in UTC.
    pub started: String,
    /// Commit of what was measured; absent where it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// Version of the lab.
    pub lab_version: String,
    /// The class of the machine, by [`class_of`].
    pub class: String,
    /// Its architecture.
    pub arch: String,
    /// Whether it emulated another one.
    pub emulated: bool,
    /// Version of the method.
    pub method_version: u32,
    /// Whether the run was an indication only.
    #[serde(default)]
    pub indicative: bool,
    /// Why it was ended before its plan was, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interrupted: Option<String>,
    /// Release of the kernel.
    pub kernel: String,
    /// The system.
    pub os: String,
    /// What it was built with; absent where the lab built nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub toolchain: Option<String>,
    /// Versions of the isolations that were here.
    pub versions: BTreeMap<String, String>,
    /// The largest share of the processors' time that others took in a block; absent where nobody looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub others: Option<f64>,
}

/// One series in one night: a line of its file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Point {
    /// What was measured.
    #[serde(flatten)]
    pub subject: Subject,
    /// Unit of its numbers.
    pub unit: Unit,
    /// The digest of what its workload was given, and of what was correct.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inputs: Option<String>,
    /// Whether it is emulated.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub emulated: bool,
    /// What became of it.
    pub outcome: Outcome,
    /// Why it was not measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Digest of the artifact that was run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact: Option<String>,
    /// Its numbers, if it was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<Values>,
}

/// The numbers of a series in a night, in the metric's unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Values {
    /// Launches, or readings of a probe.
    pub n: usize,
    /// Median, or the quantile that the row is about.
    pub median: f64,
    /// The same without what the machine did in the course of the run, as far as that can be told. By
    /// it a night is judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evened: Option<f64>,
    /// The 95 % interval of the median, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ci: Option<[f64; 2]>,
    /// Smallest.
    pub min: f64,
    /// Largest.
    pub max: f64,
    /// 90 % quantile.
    pub p90: f64,
    /// 95 % quantile, from 100 launches on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p95: Option<f64>,
    /// 99 % quantile, from 1,000 launches on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p99: Option<f64>,
    /// The values of the launches, or 200 quantiles of more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub curve: Vec<f64>,
    /// Of a latency: those of all requests of all launches, in the row with the least percentile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub histogram: Option<Histogram>,
}

impl Values {
    /// The value that a night is judged by.
    pub fn judged(&self) -> f64 {
        self.evened.unwrap_or(self.median)
    }

    /// The interval of the median, moved to where that value is.
    pub fn judged_ci(&self) -> Option<[f64; 2]> {
        let factor = self.judged() / self.median;
        let factor = if factor.is_finite() { factor } else { 1.0 };
        self.ci.map(|ends| ends.map(|end| end * factor))
    }
}

/// A recorded run.
#[derive(Debug, Clone, PartialEq)]
pub struct Night {
    /// What it was.
    pub head: Head,
    /// A series each.
    pub points: Vec<Point>,
}

impl Night {
    /// What is kept of a run. `commit` is that of what was measured, where somebody knows better than
    /// the run's own version of the lab.
    pub fn of(run: &Run, samples: &[Sample], commit: Option<&str>) -> Self {
        let summary = summarise(run, samples);
        let version = |isolation: &str| {
            let mut all = run.isolations.iter();
            all.find(|one| one.name == isolation)?.version.clone()
        };
        let versions = run.isolations.iter();
        let versions = versions.filter_map(|one| Some((one.name.clone(), version(&one.name)?)));
        let others = run.blocks.iter().filter_map(|block| block.others);
        let head = Head {
            schema_version: HISTORY_SCHEMA,
            run: run.id.clone(),
            scenario: run.scenario.clone(),
            started: run.started.clone(),
            commit: commit
                .map(str::to_owned)
                .or_else(|| commit_in(&run.lab_version)),
            lab_version: run.lab_version.clone(),
            class: class_of(run),
            arch: run.machine.arch.clone(),
            emulated: run.machine.emulated,
            method_version: run.method_version,
            indicative: run.indicative,
            interrupted: run.interrupted.clone(),
            kernel: run.machine.kernel.clone(),
            os: run.machine.os.clone(),
            toolchain: run.build.as_ref().map(|build| build.toolchain.clone()),
            versions: versions.collect(),
            others: others.reduce(f64::max),
        };
        let mut points = points(run, samples, &summary);
        points.extend(probes(run));
        Self { head, points }
    }

    /// The series that a point of it belongs to.
    pub fn key(&self, point: &Point) -> SeriesKey {
        self.head.key(point)
    }
}

impl Head {
    /// The series that a point of this night belongs to.
    pub fn key(&self, point: &Point) -> SeriesKey {
        SeriesKey {
            subject: point.subject.clone(),
            unit: point.unit,
            class: self.class.clone(),
            emulated: point.emulated,
            method_version: self.method_version,
            inputs: point.inputs.clone(),
        }
    }

    /// The name of its file, without `.jsonl`: `<utc>-<commit>-<machine class>`.
    pub fn name(&self) -> String {
        let time: String = self.started.chars().take(19).collect();
        let time = time.replace(['-', ':'], "");
        let commit: String = match &self.commit {
            Some(commit) => commit.chars().take(12).collect(),
            None => "nocommit".to_owned(),
        };
        format!("{time}Z-{commit}-{}", self.class)
    }
}

/// The commit in `0.1.0 (e59fdd39db84)`; with changes beside it, it is none.
fn commit_in(lab_version: &str) -> Option<String> {
    let inside = lab_version.split_once('(')?.1.strip_suffix(')')?;
    let is_commit = inside.len() >= 7 && inside.chars().all(|c| c.is_ascii_hexdigit());
    is_commit.then(|| inside.to_owned())
}

fn points(run: &Run, samples: &[Sample], summary: &Summary) -> Vec<Point> {
    let corrections = corrections(run, samples);
    let rows = summary.results.iter().enumerate();
    // What nobody asked for is no part of a night.
    let rows = rows.filter(|(_, result)| result.outcome != Outcome::NotSelected);
    rows.map(|(place, result)| {
        let row: &Row = &result.row;
        let values = result.numbers.as_ref().map(|numbers| Values {
            n: numbers.n,
            median: numbers.median,
            evened: corrections[place].map(|factor| numbers.median * factor),
            ci: numbers.ci,
            min: numbers.min,
            max: numbers.max,
            p90: numbers.p90,
            p95: numbers.p95,
            p99: numbers.p99,
            curve: numbers.curve.clone(),
            histogram: (!numbers.tail.is_empty())
                .then(|| pooled(place, samples))
                .flatten(),
        });
        Point {
            subject: Subject::Row(Box::new(row.clone())),
            unit: result.unit,
            inputs: run.inputs.get(&row.workload).cloned(),
            emulated: run.is_emulated(row),
            outcome: result.outcome,
            reason: result.reason.clone(),
            artifact: result.artifact_sha256.clone(),
            values,
        }
    })
    .collect()
}

/// The controls of a run: what fixed work took before its blocks, and what was left of the processors.
fn probes(run: &Run) -> Vec<Point> {
    let readings: Vec<Probes> = run.blocks.iter().filter_map(|block| block.probes).collect();
    let of = |(place, (name, _)): (usize, (&'static str, Option<u64>))| {
        let values = readings
            .iter()
            .filter_map(|reading| Some(reading.each()[place].1? as f64));
        probe(run, name, Unit::Ns, values.collect())
    };
    let each = Probes::default().each().into_iter().enumerate();
    each.filter_map(of).chain(left(run)).collect()
}

/// The share of the processors' time, in per cent, that others left: other processes, and machines that
/// the hypervisor gave it to. Of the run as a whole; nothing where nobody looked.
fn left(run: &Run) -> Option<Point> {
    let looked = run.blocks.iter().filter(|block| block.others.is_some());
    let share = |block: &BlockLoad| 1.0 - block.others.unwrap_or(0.0) - block.steal;
    let [seconds, left] = looked.fold([0.0, 0.0], |[seconds, left], block| {
        [seconds + block.seconds, left + block.seconds * share(block)]
    });
    if seconds <= 0.0 {
        return None;
    }
    // No share that has no log.
    let left = (100.0 * left / seconds).max(0.1);
    probe(run, PROCESSORS, Unit::Count, vec![left])
}

fn probe(run: &Run, name: &str, unit: Unit, mut values: Vec<f64>) -> Option<Point> {
    values.sort_by(f64::total_cmp);
    Some(Point {
        subject: Subject::Probe(name.to_owned()),
        unit,
        inputs: None,
        emulated: run.machine.emulated,
        outcome: Outcome::Measured,
        reason: None,
        artifact: None,
        values: Some(Values {
            n: values.len(),
            median: median(&values)?,
            evened: None,
            ci: None,
            min: *values.first()?,
            max: *values.last()?,
            p90: quantile(&values, 0.9)?,
            p95: None,
            p99: None,
            curve: Vec::new(),
            histogram: None,
        }),
    })
}

/// The latencies of all launches of a row together.
fn pooled(row: usize, samples: &[Sample]) -> Option<Histogram> {
    let own = samples.iter().filter(|sample| sample.row == row);
    let mut all = hdrhistogram::Histogram::<u64>::new(3).ok()?;
    for histogram in own.filter_map(|sample| sample.histogram.as_ref()) {
        for (value, count) in histogram.counts().ok()? {
            all.record_n(value, count).ok()?;
        }
    }
    (!all.is_empty()).then(|| Histogram::of(&all))
}
