//! The folder of a run: its files, and writing them.

use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::{Run, plain_json, write_whole};

/// The folder of a run.
#[derive(Debug, Clone)]
pub struct RunFolder(PathBuf);

impl RunFolder {
    /// The run in `path`; `path` may also name a file of the run.
    pub fn open(path: &Path) -> Self {
        Self(if path.is_file() {
            path.parent().unwrap_or(path).to_owned()
        } else {
            path.to_owned()
        })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// `run.json` of the folder.
    pub fn run_json(&self) -> PathBuf {
        self.0.join("run.json")
    }

    /// `samples.jsonl` of the folder.
    pub fn samples_jsonl(&self) -> PathBuf {
        self.0.join("samples.jsonl")
    }

    /// `blocks.jsonl` of the folder.
    pub fn blocks_jsonl(&self) -> PathBuf {
        self.0.join("blocks.jsonl")
    }

    /// `summary.json` of the folder.
    pub fn summary_json(&self) -> PathBuf {
        self.0.join("summary.json")
    }

    /// `report.html` of the folder.
    pub fn report_html(&self) -> PathBuf {
        self.0.join("report.html")
    }

    /// Writes `run.json`, whole or not at all.
    pub fn write_run(&self, run: &Run) -> io::Result<()> {
        write_json(&self.run_json(), run)
    }

    /// Writes `summary.json`, whole or not at all.
    pub fn write_summary(&self, summary: &impl Serialize) -> io::Result<()> {
        write_json(&self.summary_json(), summary)
    }

    /// Writes `report.html`, whole or not at all.
    pub fn write_report(&self, html: &str) -> io::Result<()> {
        write_whole(&self.report_html(), html.as_bytes())
    }
}

/// Writes a value as JSON for people and programs, whole or not at all.
pub fn write_json(path: &Path, value: &impl Serialize) -> io::Result<()> {
    let mut text = serde_json::to_string_pretty(value)?;
    text.push('\n');
    write_whole(path, plain_json(&text).as_bytes())
}
