//! Doubts about what was measured, each with what to do about it.

use labrun_record::Side;
use serde::{Deserialize, Serialize};

/// A doubt about a run or one of its rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Warning {
    /// Which doubt, by its stable name.
    pub name: WarningKind,
    /// Index into the run's rows; null where it concerns the run.
    pub row: Option<usize>,
    /// The side of a replay that it concerns; absent where it concerns both, or there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub side: Option<Side>,
    /// What was seen, with the numbers.
    pub message: String,
    /// What to do.
    pub advice: String,
}

/// The doubts that are known. The names are stable.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    strum::Display,
    strum::IntoStaticStr,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum WarningKind {
    /// The run was ended before its plan was.
    Interrupted,
    /// Something of the run was left out, since this labrun does not know a word of it.
    LeftOut,
    /// The processor's frequency governor is not `performance`.
    Governor,
    /// A cgroup stops what is measured once it has used its share of the processors.
    CpuQuota,
    /// The machine emulates another architecture.
    Emulated,
    /// Processes of others used the processors meanwhile.
    OtherProcesses,
    /// The hypervisor gave the processors to other machines meanwhile.
    Steal,
    /// The metric's reference has no number, so its rows have no ratio.
    NoReference,
    /// What it launches was taken away before it had all of its launches.
    Stopped,
    /// Too few launches for an interval.
    FewLaunches,
    /// The interval of the median is wider than the plan asks for.
    WideInterval,
    /// Values move with time.
    Drift,
    /// A value depends on the one before it.
    Autocorrelation,
    /// Values fall into two groups.
    TwoModes,
    /// The lab's own instrument is a large part of the value.
    Calibration,
    /// Launches that still got faster when they were measured.
    Unsteady,
    /// Launches in which the load generator was near its own limit.
    NearCeiling,
    /// Launches without a histogram of their latencies that can be read.
    Histogram,
    /// Of a replay: the ratio of the quads is not that of the two medians beside it.
    MediansDisagree,
}

impl WarningKind {
    /// The name in files.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// What to do about it.
    pub fn advice(self) -> &'static str {
        match self {
            Self::Interrupted => {
                "if the run still goes on, wait for it; otherwise run it again to the end"
            }
            Self::LeftOut => "make the page with the labrun that took the run, or a newer one",
            Self::Governor => {
                "set it with `cpupower frequency-set -g performance`, then measure again"
            }
            Self::CpuQuota => {
                "lift it (docker run without --cpus, no CPUQuota= of its unit), and measure again: what takes \
                 more than its share is stopped for the rest of a period"
            }
            Self::Emulated => "measure on the architecture itself; take no speed from this run",
            Self::OtherProcesses => {
                "end what else runs here (another labrun, a build), and measure again: what is slower \
                 than in another run may be that"
            }
            Self::Steal => {
                "measure again when the host is quiet, or on a machine that shares its processors with no \
                 other"
            }
            Self::Stopped => {
                "leave what was built alone while a run goes on; what was measured before counts"
            }
            Self::NoReference => {
                "include the reference in `--isolation`, or mend why it was not measured"
            }
            Self::FewLaunches => "raise `--samples` or `--time-budget`",
            Self::WideInterval => {
                "raise `--samples` or `--time-budget`, and stop what else the machine does"
            }
            Self::Drift => {
                "look for heat, a filling disk or a growing cache; raise `--warmup`, or measure again when the machine is idle"
            }
            Self::Autocorrelation => {
                "the interval is too narrow: look for periodic work on the machine, and trust the verdict only if a second run agrees"
            }
            Self::TwoModes => {
                "look at the distribution, not the median: two paths are mixed (a cache, a retry, a core); find what splits them"
            }
            Self::Unsteady => {
                "read it as a lower bound: it gets faster for longer than the lab waits"
            }
            Self::NearCeiling => {
                "read it as a lower bound: give the generator more processors, or a second machine"
            }
            Self::Histogram => {
                "`samples.jsonl` was altered: take the run from where it was measured, or measure again"
            }
            Self::MediansDisagree => {
                "go by the ratio, which is of launches right after one another; the medians mix times, and of a side with two modes either can be the median"
            }
            Self::Calibration => {
                "read the row as an upper bound, or use a metric that repeats inside the process"
            }
        }
    }
}

impl Warning {
    pub(crate) fn new(name: WarningKind, row: Option<usize>, message: String) -> Self {
        Self {
            name,
            row,
            side: None,
            message,
            advice: name.advice().to_owned(),
        }
    }

    /// Of a row of a replay, and of one of its sides if one is named.
    pub(crate) fn of_replay(
        name: WarningKind,
        row: usize,
        side: Option<Side>,
        message: String,
    ) -> Self {
        let advice = match name {
            WarningKind::FewLaunches | WarningKind::WideInterval => {
                "raise `--quads` or `--time-budget`"
            }
            WarningKind::Drift => {
                "the ratio does not mind, the medians do: look for heat, a filling disk or a growing cache"
            }
            WarningKind::Autocorrelation => {
                "the interval may be too narrow: look for periodic work on the machine, and trust the verdict only if a second replay agrees"
            }
            name => name.advice(),
        };
        Self {
            side,
            advice: advice.to_owned(),
            ..Self::new(name, Some(row), message)
        }
    }
}
