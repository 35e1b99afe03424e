//! The arguments of what goes into files, and of what describes them.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

/// Files that are written besides those of the run.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ExportArgs {
    /// Write the summary as JSON to a file too
    #[arg(long, value_name = "FILE")]
    pub export_json: Option<PathBuf>,

    /// Write every row to a file, as CSV
    #[arg(long, value_name = "FILE")]
    pub export_csv: Option<PathBuf>,

    /// Write the headlines to a file, as Markdown for a document or a pull request
    #[arg(long, value_name = "FILE")]
    pub export_markdown: Option<PathBuf>,
}

impl ExportArgs {
    /// The files that are asked for.
    pub(crate) fn files(&self) -> impl Iterator<Item = &Path> {
        let all = [&self.export_json, &self.export_csv, &self.export_markdown];
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
}
