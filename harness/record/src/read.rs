//! Reading a run back. What this labrun does not know costs no more than it has to: a field is
//! passed over, and an entry with a word that is not known is left out and named. Whatever it says is
//! [plain](crate::plain): it can be shown anywhere.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::PathBuf;

use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;

use crate::damage::Damage;
use crate::left_out::{self, LeftOut};
use crate::phases::Names;
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
        self.read_with(&mut Damage::refused())
    }

    /// The same of a run that may be damaged: a line that cannot be read costs itself alone, and is
    /// named in [`Run::damaged`]. Without its `run.json` nothing says what the lines are of, so that
    /// is refused as by [`Self::read`].
    pub fn salvage(&self) -> Result<Recorded, ReadError> {
        let mut damage = Damage::borne();
        let mut recorded = self.read_with(&mut damage)?;
        recorded.run.damaged = damage.said();
        Ok(recorded)
    }

    fn read_with(&self, damage: &mut Damage) -> Result<Recorded, ReadError> {
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
        let mut value: Value = serde_json::from_slice(&bytes).map_err(|e| {
            let mend = "it is cut or damaged, and nothing else says what was measured: take the run \
                from where it was measured";
            shape(e.line(), format!("{e}: {mend}"))
        })?;
        schema::migrate(&mut value).map_err(|source| ReadError::Schema {
            path: path.clone(),
            source,
        })?;
        text::make_all_plain(&mut value);
        let mut rows = LeftOut::rows(&value);
        let count = value["rows"].as_array().map_or(0, Vec::len);
        let (mut samples, cut) = self.read_samples(count, &mut rows, damage)?;
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
        run.blocks = self.read_blocks(damage);
        Ok(Recorded { run, samples, cut })
    }

    /// What the processors did, as far as that is there: nothing else depends on it.
    fn read_blocks(&self, damage: &mut Damage) -> Vec<BlockLoad> {
        let bytes = fs::read(self.blocks_jsonl()).unwrap_or_default();
        let lines = bytes.split_inclusive(|byte| *byte == b'\n');
        let blocks = lines.filter(|line| !line.trim_ascii().is_empty());
        let blocks = blocks.filter_map(|line| {
            let read: Option<BlockLoad> = serde_json::from_slice(line).ok();
            let Some(mut block) = read.filter(BlockLoad::is_sound) else {
                // A lab that was killed leaves half of the last one.
                if line.ends_with(b"\n") {
                    damage.of_blocks();
                }
                return None;
            };
            block.most_by.iter_mut().for_each(text::make_plain);
            Some(block)
        });
        blocks.collect()
    }

    /// The samples of a run with `count` rows, and the last line if it was cut. Rows whose
    /// samples have a word that is not known come to `left_out`.
    fn read_samples(
        &self,
        count: usize,
        left_out: &mut LeftOut,
        damage: &mut Damage,
    ) -> Result<(Vec<Sample>, Option<String>), ReadError> {
        let path = self.samples_jsonl();
        let io_error = |source| ReadError::Io {
            path: path.clone(),
            source,
        };
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                damage.no_samples();
                return Ok((Vec::new(), None));
            }
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
            let known = |row| {
                let reason = || format!("row {row} is not in run.json, which has {count}");
                (row < count).then_some(row).ok_or_else(reason)
            };
            let read = match serde_json::from_slice::<Sample>(&line) {
                Ok(sample) => {
                    known(sample.row).map(|_| samples.push(made_plain(sample, &mut names)))
                }
                Err(_) if !line.ends_with(b"\n") => {
                    return Ok((samples, Some(String::from_utf8_lossy(&line).into_owned())));
                }
                Err(error) => match (left_out::unknown_word(&error), row_of(&line)) {
                    (Some(word), Some(row)) => known(row).map(|row| left_out.add(row, word)),
                    _ => Err(error.to_string()),
                },
            };
            if let Err(reason) = read {
                damage
                    .of_sample(number, reason)
                    .map_err(|reason| ReadError::Shape {
                        path: path.clone(),
                        line: number,
                        reason,
                    })?;
            }
        }
        Ok((samples, None))
    }
}

/// A sample that can be shown anywhere, and has its phases' names in common with those before.
fn made_plain(mut sample: Sample, names: &mut Vec<Names>) -> Sample {
    sample.reason.iter_mut().for_each(text::make_plain);
    sample.phases.make_plain();
    sample.phases.share(names);
    sample
}

/// The row of a line, whatever else it says.
fn row_of(line: &[u8]) -> Option<usize> {
    let line: Value = serde_json::from_slice(line).ok()?;
    usize::try_from(line.get("row")?.as_u64()?).ok()
}
