//! The arguments of what goes into files, and of what describes them.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

/// Files that are written besides those of the run.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ExportArgs {
    /// Write the summary as JSON to a file too
    #[arg(id = "export-json", long = "export-json", value_name = "FILE")]
    pub json: Option<PathBuf>,

    /// Write every row to a file, as CSV
    #[arg(id = "export-csv", long = "export-csv", value_name = "FILE")]
    pub csv: Option<PathBuf>,

    /// Write the headlines to a file, as Markdown for a document or a pull request
    #[arg(id = "export-markdown", long = "export-markdown", value_name = "FILE")]
    pub markdown: Option<PathBuf>,
}

impl ExportArgs {
    /// The files that are asked for.
    pub(crate) fn files(&self) -> impl Iterator<Item = &Path> {
        let all = [&self.json, &self.csv, &self.markdown];
        all.into_iter().flatten().map(PathBuf::as_path)
    }
}

/// Arguments of `labrun schema`.
#[derive(Debug, Args)]
pub(crate) struct SchemaArgs {
    /// What is described; all of them, each under `$defs`, if not given
    pub what: Option<Described>,
}

/// What has a JSON Schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Described {
    /// `run.json`
    Run,
    /// A line of `samples.jsonl`
    Sample,
    /// A line of `blocks.jsonl`
    Block,
    /// `summary.json`, which `--json` prints too
    Summary,
    /// What `labrun compare --json` prints
    Comparison,
    /// What `labrun plan --json` prints
    Plan,
    /// The first line of a run's file in a history
    Night,
    /// Its other lines, but for the seal at the end
    Series,
    /// The file of a check in a history, and `check` of what `labrun track check --json` prints
    Check,
}
