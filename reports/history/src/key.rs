//! What makes a series: which values of which nights belong together.

use labrun_record::{Better, Metric, Row, Unit};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::judge::{Kind, Quantity};

/// The identity of a series. What is not in it may change from night to night, and is looked at when
/// the values do: sources, artifacts, versions, the kernel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeriesKey {
    /// What is measured.
    pub subject: Subject,
    /// In which unit.
    pub unit: Unit,
    /// On which machines.
    pub class: String,
    /// Whether it is an emulated row.
    pub emulated: bool,
    /// By which version of the method.
    pub method_version: u32,
    /// What the workload was given, and what was correct; absent where the run did not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inputs: Option<String>,
}

/// The probe that is no work: the share of the processors' time, in per cent, that others left.
pub(crate) const PROCESSORS: &str = "processors";

/// What a series is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// A row of a run.
    Row(Box<Row>),
    /// Fixed work of the lab's own, in nanoseconds: it says what the machine does. Or `processors`: the
    /// share of the processors' time, in per cent, that other processes and other machines left.
    Probe(String),
}

impl SeriesKey {
    /// The same text for the same series, on every machine: 16 hex digits.
    pub fn id(&self) -> String {
        // Names of fields and of words in files are fixed, and maps are sorted.
        let text = serde_json::to_string(self).unwrap_or_default();
        let digest = format!("{:x}", Sha256::digest(text));
        digest[..16].to_owned()
    }

    /// What makes it another series than one of the same name: what it was, and what the other is.
    pub(crate) fn differs_from(&self, other: &Self) -> String {
        let mut told = Vec::new();
        if self.unit != other.unit {
            // As files have it: `ns`, `bytes`.
            let name = |unit: Unit| serde_json::to_value(unit).unwrap_or_default();
            let [before, now] = [self, other].map(|one| name(one.unit));
            let [before, now] = [&before, &now].map(|name| name.as_str().unwrap_or_default());
            told.push(format!("{before} before, {now} now"));
        }
        if self.method_version != other.method_version {
            let (before, now) = (self.method_version, other.method_version);
            told.push(format!("method {before} before, {now} now"));
        }
        if self.inputs != other.inputs {
            told.push("another input or expected output".to_owned());
        }
        told.join("; ")
    }

    /// What it is called: `add · native/static · time_to_first_result (process)`.
    pub fn label(&self) -> String {
        let row = match &self.subject {
            Subject::Probe(name) => return format!("control/{name}"),
            Subject::Row(row) => row,
        };
        let mut told: Vec<String> = Vec::new();
        told.extend(row.start.map(|start| start.name().to_owned()));
        told.extend(row.scope.clone());
        told.extend(
            row.params
                .iter()
                .map(|(name, value)| format!("{name} {value}")),
        );
        if self.emulated {
            told.push(format!("{}, emulated", row.arch));
        }
        let told = match told.join(", ") {
            none if none.is_empty() => none,
            some => format!(" ({some})"),
        };
        let (workload, isolation) = (&row.workload, &row.isolation);
        let target = row.target.name();
        let metric = row.metric.name();
        format!("{workload} · {isolation} {target} · {metric}{told}")
    }

    /// The word by which its scale is pooled: that of its metric.
    pub fn metric(&self) -> &'static str {
        match &self.subject {
            Subject::Probe(_) => "probe",
            Subject::Row(row) => row.metric.name(),
        }
    }

    /// With which others it changes when a program does: its runtime.
    pub fn group(&self) -> &str {
        match &self.subject {
            Subject::Probe(_) => "control",
            Subject::Row(row) => row.isolation.split('/').next().unwrap_or_default(),
        }
    }

    /// How it is judged.
    pub fn kind(&self) -> Kind {
        match &self.subject {
            Subject::Probe(_) => Kind::Control,
            Subject::Row(row) if row.metric.is_exact() => Kind::Exact,
            Subject::Row(_) => Kind::Measured,
        }
    }

    /// Which direction is better.
    pub fn better(&self) -> Better {
        match &self.subject {
            Subject::Probe(name) if name == PROCESSORS => Better::Higher,
            Subject::Probe(_) => Better::Lower,
            Subject::Row(row) => row.metric.better(),
        }
    }

    /// With which others a machine moves it.
    pub fn quantity(&self) -> Quantity {
        match self.unit {
            _ if self.metric() == Metric::Instructions.name() => Quantity::Work,
            _ if matches!(&self.subject, Subject::Probe(name) if name == PROCESSORS) => {
                Quantity::Share
            }
            Unit::Ns | Unit::PerSecond | Unit::BytesPerSecond => Quantity::Speed,
            Unit::Bytes | Unit::Count => Quantity::Amount,
        }
    }

    /// Its row, if it has one.
    pub fn row(&self) -> Option<&Row> {
        match &self.subject {
            Subject::Row(row) => Some(row),
            Subject::Probe(_) => None,
        }
    }
}
