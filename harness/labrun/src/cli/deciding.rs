//! The arguments of what decides: a replay of two sides, and the calibration of this machine.

use std::path::PathBuf;

use clap::Args;
use lab::side::SideName;

use super::{ExportArgs, SelectArgs};
use crate::settings::Settings;

/// Arguments of `labrun replay`.
#[derive(Debug, Args)]
pub(crate) struct ReplayArgs {
    /// What is compared with: run:DIR, commit:REV, bundle:FILE or isolation:NAME
    pub a: SideName,

    /// What is judged, named alike
    pub b: SideName,

    /// Name of the scenario [default: that of the run or bundle, else cold-start]
    #[arg(long, value_name = "NAME")]
    pub scenario: Option<String>,

    /// Which rows are taken [default: of a run those that it has measured, else all]
    #[command(flatten)]
    pub select: SelectArgs,

    /// Take only the rows of two runs that `labrun compare` suspects
    #[arg(long)]
    pub suspects: bool,

    /// How much is launched, and where it is kept
    #[command(flatten)]
    pub quads: QuadsArgs,

    /// A missing isolation is an error (exit code 102)
    #[arg(long)]
    pub strict: bool,
}

/// Arguments of `labrun calibrate`.
#[derive(Debug, Args)]
pub(crate) struct CalibrateArgs {
    /// Which cold starts are replayed against themselves [default: those of a quick run]
    #[command(flatten)]
    pub select: SelectArgs,

    /// Isolations on which changes of known size are tried (repeatable) [default: the one that cold
    /// starts are compared with]
    #[arg(long, value_name = "GLOB")]
    pub change_on: Vec<String>,

    /// How often each change is tried
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub tries: u32,

    /// Only replay what is the same
    #[arg(long, conflicts_with_all = ["change_on", "tries"])]
    pub without_changes: bool,

    /// How much is launched, and where it is kept
    #[command(flatten)]
    pub quads: QuadsArgs,
}

/// What everything that is launched in quads has.
#[derive(Debug, Args)]
pub(crate) struct QuadsArgs {
    /// Take exactly N quads (A, B, B, A and B, A, A, B in turn) of each row, time permitting
    #[arg(long = "quads", value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub number: Option<u32>,

    /// Time for all of it, such as 90s, 20m, 1h [default: 20m]
    #[arg(long, env = "LABRUN_TIME_BUDGET", value_name = "DUR", value_parser = crate::settings::seconds)]
    pub time_budget: Option<f64>,

    /// Seed of every shuffle and bootstrap; chosen afresh if not given
    #[arg(long, env = "LABRUN_SEED", value_name = "N")]
    pub seed: Option<u64>,

    /// Folder of the run [default: runs/<UTC>-<scenario>-<host>]
    #[arg(short, long, value_name = "DIR")]
    pub out: Option<PathBuf>,

    /// Print the whole table, and not as much of it as a screen has room for
    #[arg(long, conflicts_with = "json")]
    pub full: bool,

    /// Print the summary as JSON, and nothing else, on stdout
    #[arg(long)]
    pub json: bool,

    /// Files that are written too
    #[command(flatten)]
    pub exports: ExportArgs,
}

impl QuadsArgs {
    /// Seconds for all of it.
    pub(crate) fn time_budget_s(&self, settings: &Settings) -> f64 {
        settings.time_budget_s(self.time_budget).unwrap_or(1200.0)
    }
}
