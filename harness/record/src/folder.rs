//! Reading and writing the folder of a run.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use thiserror::Error;

use crate::{Run, SCHEMA_VERSION, Sample};

/// The folder of a run.
#[derive(Debug, Clone)]
pub struct RunFolder(PathBuf);

/// What `samples.jsonl` held.
#[derive(Debug, Clone, Default)]
pub struct Samples {
    /// Every whole line, in order.
    pub samples: Vec<Sample>,
    /// A last line that was cut (by a crash or a full disk), if there was one.
    pub cut: Option<String>,
}

/// Why a run could not be read.
#[derive(Debug, Error)]
pub enum ReadError {
    /// The folder or a file of it cannot be read.
    #[error("cannot read {path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file is not of the shape that this labrun writes.
    #[error("{path}:{line}: {reason}")]
    Shape {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
}

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

    /// `summary.json` of the folder.
    pub fn summary_json(&self) -> PathBuf {
        self.0.join("summary.json")
    }

    /// `report.html` of the folder.
    pub fn report_html(&self) -> PathBuf {
        self.0.join("report.html")
    }

    /// Reads `run.json`.
    pub fn read_run(&self) -> Result<Run, ReadError> {
        let path = self.run_json();
        let text = fs::read_to_string(&path).map_err(|source| ReadError::Io {
            path: path.clone(),
            source,
        })?;
        let shape = |error: &serde_json::Error| ReadError::Shape {
            path: path.clone(),
            line: error.line(),
            reason: error.to_string(),
        };
        let value: serde_json::Value = serde_json::from_str(&text).map_err(|e| shape(&e))?;
        let version = value
            .get("schema_version")
            .and_then(serde_json::Value::as_u64);
        if version != Some(u64::from(SCHEMA_VERSION)) {
            return Err(ReadError::Shape {
                path,
                line: 1,
                reason: format!(
                    "schema_version is {}, this labrun reads {SCHEMA_VERSION}: use the labrun that wrote it",
                    version.map_or_else(|| "missing".to_owned(), |v| v.to_string()),
                ),
            });
        }
        serde_json::from_value(value).map_err(|e| shape(&e))
    }

    /// Reads `samples.jsonl`. A cut last line is set aside, not an error: all that
    /// was taken before it counts. A missing file holds no samples.
    pub fn read_samples(&self, run: &Run) -> Result<Samples, ReadError> {
        let path = self.samples_jsonl();
        let io_error = |source| ReadError::Io {
            path: path.clone(),
            source,
        };
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Samples::default()),
            Err(error) => return Err(io_error(error)),
        };
        let mut reader = BufReader::new(file);
        let mut read = Samples::default();
        let mut line = Vec::new();
        for number in 1.. {
            line.clear();
            if reader.read_until(b'\n', &mut line).map_err(io_error)? == 0 {
                break;
            }
            let whole = line.ends_with(b"\n");
            match serde_json::from_slice::<Sample>(&line) {
                Ok(sample) if sample.row < run.rows.len() => read.samples.push(sample),
                Ok(sample) => {
                    return Err(ReadError::Shape {
                        path,
                        line: number,
                        reason: format!(
                            "row {} is not in run.json, which has {}",
                            sample.row,
                            run.rows.len()
                        ),
                    });
                }
                Err(_) if !whole => {
                    read.cut = Some(String::from_utf8_lossy(&line).into_owned());
                }
                Err(error) => {
                    return Err(ReadError::Shape {
                        path,
                        line: number,
                        reason: error.to_string(),
                    });
                }
            }
        }
        Ok(read)
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

fn write_json(path: &Path, value: &impl Serialize) -> io::Result<()> {
    let mut text = serde_json::to_vec_pretty(value)?;
    text.push(b'\n');
    write_whole(path, &text)
}

/// Writes beside `path` and renames over it, so that a full disk leaves the old
/// file, or none, and never half of one.
fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = path.with_extension("partial");
    let written = File::create(&beside).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    match written.and_then(|()| fs::rename(&beside, path)) {
        Ok(()) => Ok(()),
        Err(error) => {
            let _ = fs::remove_file(&beside);
            Err(error)
        }
    }
}
