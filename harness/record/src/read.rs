//! Reading a run back. What this labrun does not know costs no more than it has to: a field is
//! passed over, and an entry with a word that is not known is left out and named. Whatever it says is
//! [plain](crate::plain): it can be shown anywhere.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::PathBuf;

use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;

use crate::left_out::{self, LeftOut};
use crate::{BlockLoad, Run, RunFolder, Sample, SchemaError, schema, text};

/// The files of a run, read.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// `run.json`.
    pub run: Run,
    /// Every whole line of `samples.jsonl`, in order.
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
    /// The run is of a schema that this labrun does not read.
    #[error("{path}: {source}")]
    Schema {
        /// The file.
        path: PathBuf,
        /// Which, and what to do.
        source: SchemaError,
    },
    /// A file is not of the shape that its schema has.
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
    /// Reads `run.json` and `samples.jsonl`, of this schema or an older one.
    ///
    /// A row, reference, artifact or isolation with a word that this labrun does not know is
    /// left out and named in [`Run::left_out`]; a row also if one of its samples has such a
    /// word. A last line that was cut is set aside, not an error: all that was taken before it
    /// counts. A missing `samples.jsonl` holds no samples.
    pub fn read(&self) -> Result<Recorded, ReadError> {
        let path = &self.run_json();
        let bytes = fs::read(path).map_err(|source| ReadError::Io {
            path: path.clone(),
            source,
        })?;
        let shape = |line, reason| ReadError::Shape {
            path: path.clone(),
            line,
            reason,
        };
        let mut value: Value =
            serde_json::from_slice(&bytes).map_err(|e| shape(e.line(), e.to_string()))?;
        schema::migrate(&mut value).map_err(|source| ReadError::Schema {
            path: path.clone(),
            source,
        })?;
        text::make_all_plain(&mut value);
        let mut rows = LeftOut::rows(&value);
        let count = value["rows"].as_array().map_or(0, Vec::len);
        let (mut samples, cut) = self.read_samples(count, &mut rows)?;
        samples.retain_mut(|sample| {
            let place = rows.place(sample.row);
            sample.row = place.unwrap_or_default();
            place.is_some()
        });
        let said = left_out::take_out(&mut value, &rows);
        let mut run = Run::deserialize(&value).map_err(|e| {
            shape(
                1,
                format!("{e}; to read it, use {}", schema::reader(&value)),
            )
        })?;
        left_out::renumber_parts(&mut run, &rows);
        let has = run.rows.len();
        let mut parts = run.parts.iter();
        if let Some(part) = parts.find(|part| part.first_row + part.rows > has) {
            let (name, first, end) = (&part.scenario, part.first_row, part.first_row + part.rows);
            let reason = format!("the part {name} has the rows {first} to {end}, of {has}");
            return Err(shape(1, reason));
        }
        run.left_out = said;
        run.blocks = self.read_blocks();
        Ok(Recorded { run, samples, cut })
    }

    /// What the processors did, as far as that is there: nothing else depends on it.
    fn read_blocks(&self) -> Vec<BlockLoad> {
        let text = fs::read_to_string(self.blocks_jsonl()).unwrap_or_default();
        let blocks = text.lines().filter_map(|line| {
            let mut block: BlockLoad = serde_json::from_str(line).ok()?;
            block.most_by.iter_mut().for_each(text::make_plain);
            block.is_sound().then_some(block)
        });
        blocks.collect()
    }

    /// The samples of a run with `count` rows, and the last line if it was cut. Rows whose
    /// samples have a word that is not known come to `left_out`.
    fn read_samples(
        &self,
        count: usize,
        left_out: &mut LeftOut,
    ) -> Result<(Vec<Sample>, Option<String>), ReadError> {
        let path = self.samples_jsonl();
        let io_error = |source| ReadError::Io {
            path: path.clone(),
            source,
        };
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((Vec::new(), None)),
            Err(error) => return Err(io_error(error)),
        };
        let mut reader = BufReader::new(file);
        let (mut samples, mut names) = (Vec::new(), Vec::new());
        let mut line = Vec::new();
        for number in 1.. {
            line.clear();
            if reader.read_until(b'\n', &mut line).map_err(io_error)? == 0 {
                break;
            }
            let shape = |reason| ReadError::Shape {
                path: path.clone(),
                line: number,
                reason,
            };
            let known = |row| {
                let reason = || format!("row {row} is not in run.json, which has {count}");
                (row < count).then_some(row).ok_or_else(|| shape(reason()))
            };
            match serde_json::from_slice::<Sample>(&line) {
                Ok(mut sample) => {
                    known(sample.row)?;
                    sample.reason.iter_mut().for_each(text::make_plain);
                    sample.phases.make_plain();
                    sample.phases.share(&mut names);
                    samples.push(sample);
                }
                Err(_) if !line.ends_with(b"\n") => {
                    return Ok((samples, Some(String::from_utf8_lossy(&line).into_owned())));
                }
                Err(error) => match (left_out::unknown_word(&error), row_of(&line)) {
                    (Some(word), Some(row)) => left_out.add(known(row)?, word),
                    _ => return Err(shape(error.to_string())),
                },
            }
        }
        Ok((samples, None))
    }
}

/// The row of a line, whatever else it says.
fn row_of(line: &[u8]) -> Option<usize> {
    let line: Value = serde_json::from_slice(line).ok()?;
    usize::try_from(line.get("row")?.as_u64()?).ok()
}
