//! Reading a run back. What this labrun does not know costs no more than it has to: a field is
//! passed over, and an entry with a word that is not known is left out and named. Whatever it says is
//! [plain](crate::plain): it can be shown anywhere.

use std::io;
use std::path::PathBuf;

use serde_json::Value;
use thiserror::Error;

use crate::damage::Damage;
use crate::left_out::{self, LeftOut};
use crate::{Run, RunFolder, Sample, SchemaError, regular, schema, sound, text};

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

    /// The same of a run that may be damaged: what cannot be read, is there twice, or has a number that
    /// cannot be, costs itself alone, and is named in [`Run::damaged`]. Without its `run.json` nothing
    /// says what the lines are of, so that is refused as by [`Self::read`].
    pub fn salvage(&self) -> Result<Recorded, ReadError> {
        let mut damage = Damage::borne();
        let mut recorded = self.read_with(&mut damage)?;
        recorded.run.damaged = damage.said();
        recorded.run.has_lost = damage.has_lost;
        Ok(recorded)
    }

    fn read_with(&self, damage: &mut Damage) -> Result<Recorded, ReadError> {
        let path = &self.run_json();
        let bytes = regular::read(path).map_err(|source| ReadError::Io {
            path: path.clone(),
            source,
        })?;
        let shape = |line, reason| ReadError::Shape {
            path: path.clone(),
            line,
            reason,
        };
        let mut value: Value = serde_json::from_slice(&bytes)
            .map_err(|e| shape(e.line(), format!("{e}: {}", sound::DAMAGED)))?;
        schema::migrate(&mut value).map_err(|source| ReadError::Schema {
            path: path.clone(),
            source,
        })?;
        text::make_all_plain(&mut value);
        text::put_names_on_one_line(&mut value);
        let mut rows = LeftOut::rows(&value, damage).map_err(|reason| {
            let reason = format!("a row is there twice, {reason}: {}", sound::DAMAGED);
            shape(1, reason)
        })?;
        let metrics = sound::metrics(&value);
        let mut read = self.read_samples(&metrics, &mut rows, damage)?;
        let mut samples = std::mem::take(&mut read.samples);
        samples.retain_mut(|sample| {
            let place = rows.place(sample.row);
            sample.row = place.unwrap_or_default();
            place.is_some()
        });
        let said = left_out::take_out(&mut value, &rows, damage).map_err(|e| shape(1, e))?;
        let mut run: Run = serde_path_to_error::deserialize(&value).map_err(|error| {
            let mend = match left_out::unknown_word(error.inner()) {
                Some(_) => format!("to read it, use {}", schema::reader(&value)),
                None => sound::DAMAGED.to_owned(),
            };
            shape(1, format!("{}: {}; {mend}", error.path(), error.inner()))
        })?;
        sound::mend(&mut run, damage).map_err(|reason| shape(1, reason))?;
        left_out::renumber_parts(&mut run, &rows);
        let has = run.rows.len();
        let mut parts = run.parts.iter();
        if let Some(part) = parts.find(|part| part.first_row + part.rows > has) {
            let (name, first, end) = (&part.scenario, part.first_row, part.first_row + part.rows);
            let reason = format!("the part {name} has the rows {first} to {end}, of {has}");
            return Err(shape(1, reason));
        }
        run.left_out = said;
        // Labruns that write this write the file too.
        let has_blocks = !value["plan"]["pilot"].is_null();
        run.blocks = self.read_blocks(has_blocks, &read, &samples, &run, damage);
        let cut = read.cut;
        Ok(Recorded { run, samples, cut })
    }
}
