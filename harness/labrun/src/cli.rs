//! The arguments, as they are typed.

mod architecture;
mod deciding;
mod emptied;
mod exporting;
mod loading;
mod misplaced;
mod own;
mod tracking;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use architecture::{ArchArg, ArchesArg};
pub(crate) use deciding::{CalibrateArgs, QuadsArgs, ReplayArgs};
pub(crate) use emptied::emptied;
pub(crate) use exporting::{Described, ExportArgs, SchemaArgs};
pub(crate) use loading::{Arrivals, LoadArgs};
pub(crate) use misplaced::misplaced;
pub(crate) use own::{New, NewArgs, NewWorkloadArgs, OwnArgs};
pub(crate) use tracking::{
    HistoryArgs, Track, TrackAckArgs, TrackArgs, TrackBisectArgs, TrackCheckArgs, TrackExportArgs,
    TrackRecordArgs, TrackSiteArgs, TrackVerifyArgs,
};

const EXIT_CODES: &str = "Exit codes:
  0    fine
  1    the lab itself failed, or a history is damaged
  2    usage: a wrong argument, name or definition file; runs that cannot be compared
  4    nothing was measured
  100  a regression that is confirmed: by a replay, a second run, or a count
  101  a workload failed, or its output was wrong; under compare, the candidate's
  102  the environment is unfit, under --strict
  130  interrupted";

/// Measure native, container and WebAssembly isolations side by side.
#[derive(Debug, Parser)]
#[command(version, about, after_help = EXIT_CODES, max_term_width = 100)]
pub(crate) struct Cli {
    /// Folder of the lab (with `workloads` and `scenarios`)
    #[arg(long, global = true, env = "LABRUN_LAB", value_name = "DIR")]
    pub lab: Option<PathBuf>,

    /// When to use colours
    #[arg(long, global = true, env = "LABRUN_COLOR", value_name = "WHEN")]
    pub color: Option<When>,

    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum When {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Measure one question; builds what it needs
    Scenario(ScenarioArgs),
    /// Pack a plan with all that it launches, for a machine without Rust
    Bundle(BundleArgs),
    /// Show what would be built, launched and measured: a dry run
    Plan(PlanArgs),
    /// Show what can be measured here, and how to get the rest
    Doctor(DoctorArgs),
    /// List scenarios, workloads, isolations or metrics
    List(ListArgs),
    /// Build artifacts and runners, only what is stale
    Build(BuildArgs),
    /// Show what each isolation lets a program do, and what it holds back
    Conform(ConformArgs),
    /// Make a workload of your own, from a program or module that is there
    New(NewArgs),
    /// Load a server over HTTP and measure its latency
    Load(LoadArgs),
    /// Make the page again, from one or more runs
    Report(ReportArgs),
    /// Open the page of a run in a browser
    Open(OpenArgs),
    /// Compare two runs, verdict by verdict
    Compare(CompareArgs),
    /// Measure two sides against each other, to decide between them
    Replay(ReplayArgs),
    /// Find out what this machine can tell apart today
    Calibrate(CalibrateArgs),
    /// Keep a history of nights, and find what regressed in it
    Track(TrackArgs),
    /// Print JSON Schemas of the files
    Schema(SchemaArgs),
    /// Print a completion script
    Completions(CompletionsArgs),
    /// Print the manual page
    Man,
}

/// Which rows are taken.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct SelectArgs {
    /// Take only this workload; with a `/` it is the folder of one of your own, which is taken in the
    /// place of the scenario's (repeatable)
    #[arg(short, long, value_name = "W|DIR/")]
    pub workload: Vec<String>,

    /// Take only isolations that match this glob, such as 'wasmtime/*' (repeatable)
    #[arg(short, long, value_name = "GLOB")]
    pub isolation: Vec<String>,
}

/// Arguments of `labrun conform`.
#[derive(Debug, Args)]
pub(crate) struct ConformArgs {
    /// Look only at isolations that match this glob, such as 'oci/*' (repeatable)
    #[arg(short, long, value_name = "GLOB")]
    pub isolation: Vec<String>,

    /// Exit with 102 where something cannot be looked at here
    #[arg(long)]
    pub strict: bool,

    /// Write the matrix to this file, as Markdown
    #[arg(short, long, value_name = "FILE")]
    pub out: Option<PathBuf>,

    /// Print the summary as JSON, and nothing else, on stdout
    #[arg(long)]
    pub json: bool,
}

/// What is to be measured.
#[derive(Debug, Default, Args)]
pub(crate) struct AskedArgs {
    /// Name of the scenario; `labrun list scenarios` shows them
    pub name: Option<String>,

    /// Take the plan in FILE, as `labrun plan --json` prints it
    #[arg(long, value_name = "FILE", conflicts_with_all = ["name", "workload", "isolation", "quick", "native", "wasm", "image"])]
    pub plan: Option<PathBuf>,

    /// Which rows are taken
    #[command(flatten)]
    pub select: SelectArgs,

    /// Whether rows that the scenario leaves out are taken too; no flag says so
    #[arg(skip)]
    pub left_out_too: bool,

    /// Take exactly N launches of each row, time permitting
    #[arg(short = 'r', long, alias = "runs", env = "LABRUN_SAMPLES", value_name = "N",
        value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub samples: Option<u32>,

    /// Discard N launches of each kind before the first block
    #[arg(long, env = "LABRUN_WARMUP", value_name = "N", value_parser = clap::value_parser!(u32).range(0..=10_000))]
    pub warmup: Option<u32>,

    /// Take few launches of few configurations: an indication, not a measurement
    #[arg(short, long)]
    pub quick: bool,

    /// Time for the whole scenario, such as 90s, 20m, 1h
    #[arg(long, env = "LABRUN_TIME_BUDGET", value_name = "DUR", value_parser = crate::settings::seconds)]
    pub time_budget: Option<f64>,

    /// For which architecture
    #[command(flatten)]
    pub arch: ArchArg,

    /// What is measured instead of the scenario's workloads
    #[command(flatten)]
    pub own: OwnArgs,
}

/// Arguments of `labrun bundle`.
#[derive(Debug, Args)]
pub(crate) struct BundleArgs {
    /// Names of scenarios; `labrun list scenarios` shows them
    #[arg(required = true)]
    pub names: Vec<String>,

    /// Which rows are taken
    #[command(flatten)]
    pub select: SelectArgs,

    /// Take few launches of few configurations: an indication, not a measurement
    #[arg(short, long)]
    pub quick: bool,

    /// For which architectures
    #[command(flatten)]
    pub arch: ArchesArg,

    /// The file, NAME.tar.zst; for all architectures one of each, NAME-ARCH.tar.zst
    #[arg(short, long, value_name = "FILE")]
    pub out: PathBuf,

    /// Print what it holds as JSON
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `labrun doctor`.
#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    /// Show what of a bundle can be measured here
    #[arg(long, value_name = "FILE|DIR")]
    pub bundle: Option<PathBuf>,

    /// Print JSON, and nothing else, on stdout
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `labrun plan`.
#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    /// What is to be measured
    #[command(flatten)]
    pub asked: AskedArgs,

    /// Print the plan itself as JSON: `labrun scenario --plan FILE` carries it out
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `labrun scenario`.
#[derive(Debug, Default, Args)]
pub(crate) struct ScenarioArgs {
    /// What is to be measured
    #[command(flatten)]
    pub asked: AskedArgs,

    /// Measure what a bundle holds (a file, or the folder that it was unpacked to): with no
    /// Rust, no checkout and no network
    #[arg(long, value_name = "FILE|DIR", conflicts_with_all = ["plan", "quick", "native", "wasm", "image"])]
    pub bundle: Option<PathBuf>,

    /// Seed of every shuffle and bootstrap; chosen afresh if not given
    #[arg(long, env = "LABRUN_SEED", value_name = "N")]
    pub seed: Option<u64>,

    /// A missing isolation is an error (exit code 102)
    #[arg(long)]
    pub strict: bool,

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

    /// The file for the matrix of conformance: `labrun conform --out`
    #[arg(skip)]
    pub markdown: Option<PathBuf>,
}

/// What to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Listed {
    /// Questions
    Scenarios,
    /// Programs
    Workloads,
    /// Technologies and their configurations
    Isolations,
    /// What is measured
    Metrics,
}

/// Arguments of `labrun list`.
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// What to list; everything if not given
    pub what: Option<Listed>,

    /// Print JSON, and nothing else, on stdout
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `labrun build`.
#[derive(Debug, Args)]
pub(crate) struct BuildArgs {
    /// What to build for
    #[command(flatten)]
    pub select: SelectArgs,

    /// For which architectures
    #[command(flatten)]
    pub arch: ArchesArg,

    /// Build another version of this runner's runtime, beside the lab's own
    #[arg(long, value_name = "NAME", requires = "version", conflicts_with_all = ["workload", "isolation"])]
    pub runner: Option<String>,

    /// Which version of it, such as 47.0.4; it is then an isolation like any other, `wasmtime@47/...`
    #[arg(long, value_name = "V", requires = "runner")]
    pub version: Option<String>,

    /// Remove that version again, with all that was built of it
    #[arg(long, requires = "version")]
    pub remove: bool,

    /// Print JSON, and nothing else, on stdout
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `labrun report`.
#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// Folders of runs
    #[arg(required = true, value_name = "RUN")]
    pub runs: Vec<PathBuf>,

    /// Write the page here [default: report.html in the run; with several runs, in this folder]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// Print the whole table of each run
    #[arg(long, conflicts_with = "json")]
    pub full: bool,

    /// Print the summaries as JSON, and nothing else, on stdout
    #[arg(long)]
    pub json: bool,

    /// Files that are written too
    #[command(flatten)]
    pub exports: ExportArgs,
}

/// Arguments of `labrun open`.
#[derive(Debug, Args)]
pub(crate) struct OpenArgs {
    /// Folder of a run [default: the newest one in runs]
    #[arg(value_name = "RUN")]
    pub run: Option<PathBuf>,
}

/// Arguments of `labrun compare`.
#[derive(Debug, Args)]
pub(crate) struct CompareArgs {
    /// Folder of the run to compare with
    pub baseline: PathBuf,

    /// Folder of the run that is judged
    pub candidate: PathBuf,

    /// A replay of the two, or another run of the candidate: what is worse in it too is confirmed
    /// (exit code 100)
    #[arg(long, value_name = "RUN")]
    pub confirm: Option<PathBuf>,

    /// Compare although machine class, scenario or selection differ
    #[arg(long)]
    pub force: bool,

    /// Write it to a file as Markdown too, for a pull request
    #[arg(long, value_name = "FILE")]
    pub export_markdown: Option<PathBuf>,

    /// Write it to a file as a page too
    #[arg(long, value_name = "FILE")]
    pub page: Option<PathBuf>,

    /// Print JSON, and nothing else, on stdout
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `labrun completions`.
#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// For which shell
    pub shell: clap_complete::Shell,
}
