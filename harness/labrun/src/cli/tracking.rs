//! The arguments of `labrun track`: a history of nights, and what regressed in it.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use lab::side::SideName;

/// Arguments of `labrun track`.
#[derive(Debug, Args)]
pub(crate) struct TrackArgs {
    /// What to do with a history
    #[command(subcommand)]
    pub what: Track,
}

/// What is done with a history.
#[derive(Debug, Subcommand)]
pub(crate) enum Track {
    /// Append a run to a history
    Record(TrackRecordArgs),
    /// Judge a night; what it suspects is decided by a replay in the same night
    Check(TrackCheckArgs),
    /// Accept what was found: from then on another value is normal
    Ack(TrackAckArgs),
    /// Write a history as a site of trends
    Site(TrackSiteArgs),
    /// Find the commit that made something worse, by replays
    Bisect(TrackBisectArgs),
    /// Write a night in the formats of other trackers
    Export(TrackExportArgs),
    /// See whether the files of a history can be read
    Verify(TrackVerifyArgs),
}

/// Where a history is.
#[derive(Debug, Args)]
pub(crate) struct HistoryArgs {
    /// Folder of the history
    #[arg(long, env = "LABRUN_HISTORY", value_name = "DIR")]
    pub history: PathBuf,
}

/// Arguments of `labrun track record`.
#[derive(Debug, Args)]
pub(crate) struct TrackRecordArgs {
    /// Folder of the run
    pub run: PathBuf,

    /// Where it is kept
    #[command(flatten)]
    pub history: HistoryArgs,

    /// Commit of what was measured [default: that of the lab]
    #[arg(long, value_name = "REV", value_parser = commit)]
    pub commit: Option<String>,
}

/// Arguments of `labrun track check`.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of its own on the command line"
)]
#[derive(Debug, Args)]
pub(crate) struct TrackCheckArgs {
    /// Folder of the recorded run that is judged [default: the newest night, which is then replayed
    /// from its commit]
    pub run: Option<PathBuf>,

    /// Where the nights are
    #[command(flatten)]
    pub history: HistoryArgs,

    /// The old build that suspects are held against: commit:REV or bundle:FILE [default:
    /// accepted.bundle in the history, else the commit of the last night without an open regression]
    #[arg(long, value_name = "SIDE", conflicts_with = "no_replay")]
    pub against: Option<SideName>,

    /// Replay nothing: what is suspected stays so
    #[arg(long)]
    pub no_replay: bool,

    /// Judge nothing: only see whether labrun-track.toml, labrun-epochs.toml, the options and a bundle that
    /// they name can be taken
    #[arg(long)]
    pub dry_run: bool,

    /// Time for the replays, such as 90s, 20m [default: 20m]
    #[arg(long, value_name = "DUR", value_parser = crate::settings::seconds)]
    pub time_budget: Option<f64>,

    /// Take exactly N quads of each suspect, time permitting
    #[arg(long = "quads", value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub number: Option<u32>,

    /// Folder of the replay's run [default: runs/<UTC>-<scenario>-<host>]
    #[arg(short, long, value_name = "DIR")]
    pub out: Option<PathBuf>,

    /// Print the check as JSON, and nothing else, on stdout
    #[arg(long)]
    pub json: bool,

    /// Write it as Markdown to this file, 1 MiB at most: a step summary of GitHub
    #[arg(long, value_name = "FILE")]
    pub export_markdown: Option<PathBuf>,

    /// Write it as `JUnit` XML to this file
    #[arg(long, value_name = "FILE")]
    pub export_junit: Option<PathBuf>,

    /// Print annotations of GitHub too, the worst nine
    #[arg(long, conflicts_with = "json")]
    pub annotations: bool,
}

/// Arguments of `labrun track ack`.
#[derive(Debug, Args)]
pub(crate) struct TrackAckArgs {
    /// What is accepted: an id or a label of a series, or the beginning of either; all that is open if
    /// nothing is named
    pub what: Vec<String>,

    /// Where the nights are
    #[command(flatten)]
    pub history: HistoryArgs,

    /// Why it is accepted
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    pub reason: String,

    /// The file that says it, which is committed [default: the labrun-epochs.toml that nights are judged by:
    /// in this folder, else in the lab]
    #[arg(long, value_name = "FILE")]
    pub epochs: Option<PathBuf>,
}

/// Arguments of `labrun track site`.
#[derive(Debug, Args)]
pub(crate) struct TrackSiteArgs {
    /// Where the nights are
    #[command(flatten)]
    pub history: HistoryArgs,

    /// Folder that the site is written to
    #[arg(short, long, value_name = "DIR")]
    pub out: PathBuf,

    /// Folder with the pages of runs, NIGHT.html: those of the last 60 nights are copied beside it
    #[arg(long, value_name = "DIR")]
    pub pages: Option<PathBuf>,
}

/// Arguments of `labrun track bisect`.
#[derive(Debug, Args)]
pub(crate) struct TrackBisectArgs {
    /// Which open regression: an id or a label of one of its series, or the beginning of either [default:
    /// the only one]
    pub what: Option<String>,

    /// Where the nights are
    #[command(flatten)]
    pub history: HistoryArgs,

    /// The last commit that is good [default: that of the night before]
    #[arg(long, value_name = "REV")]
    pub good: Option<String>,

    /// The first commit that is known to be bad [default: that of the first night]
    #[arg(long, value_name = "REV")]
    pub bad: Option<String>,

    /// Not commits, but these versions of the runtime: release numbers, of which the oldest is good and
    /// the newest bad, such as 47.0.0,47.0.1,48.0.0. Each that is tried is built
    #[arg(long, value_name = "V,V,...", value_delimiter = ',', conflicts_with_all = ["good", "bad"])]
    pub versions: Vec<semver::Version>,

    /// Time for each step, such as 90s, 20m [default: 5m]
    #[arg(long, value_name = "DUR", value_parser = crate::settings::seconds)]
    pub time_budget: Option<f64>,

    /// Print what was found as JSON, and nothing else, on stdout
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `labrun track export`.
#[derive(Debug, Args)]
pub(crate) struct TrackExportArgs {
    /// Where the nights are
    #[command(flatten)]
    pub history: HistoryArgs,

    /// Which night, by its name or the beginning of it [default: the newest]
    #[arg(long, value_name = "NIGHT")]
    pub night: Option<String>,

    /// Write the Bencher Metric Format to this file
    #[arg(long, value_name = "FILE")]
    pub bencher: Option<PathBuf>,

    /// Write what is better smaller for github-action-benchmark to this file
    #[arg(long, value_name = "FILE")]
    pub smaller_is_better: Option<PathBuf>,

    /// Write what is better bigger for github-action-benchmark to this file
    #[arg(long, value_name = "FILE")]
    pub bigger_is_better: Option<PathBuf>,
}

/// Arguments of `labrun track verify`.
#[derive(Debug, Args)]
pub(crate) struct TrackVerifyArgs {
    /// Files of it [default: all]. Each that can be read is printed behind what it is: `night`, `check`, or
    /// `decided` of a check that decided something
    pub files: Vec<PathBuf>,

    /// Where the nights are
    #[command(flatten)]
    pub history: HistoryArgs,
}

/// A reason, which says something.
fn reason(text: &str) -> Result<String, String> {
    if text.trim().is_empty() {
        return Err("it is blank: say why the new value is normal".to_owned());
    }
    Ok(text.to_owned())
}

/// A commit's name as it may stand in the name of a file.
fn commit(text: &str) -> Result<String, String> {
    let is_commit = (7..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit());
    if is_commit {
        Ok(text.to_lowercase())
    } else {
        Err(format!(
            "`{text}` is no commit: give at least 7 of its hexadecimal digits, as git rev-parse prints them"
        ))
    }
}
