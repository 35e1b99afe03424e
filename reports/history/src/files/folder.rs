//! The folder of a history.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use labrun_record::regular;
use thiserror::Error;

use super::sealed::{self, SealError};
use crate::night::{Head, Night};

/// The folder in it that has the runs.
pub(super) const RUNS: &str = "runs";

/// Bytes of a file that may be a night. One of 10,000 series has some 20 MB.
const LARGEST: u64 = 1 << 28;

/// A history.
#[derive(Debug, Clone)]
pub struct HistoryFolder(PathBuf);

/// Why a history cannot be read or added to.
#[derive(Debug, Error)]
pub enum HistoryError {
    /// A file or folder cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file that is damaged has the name of a run that is to be recorded.
    #[error(
        "{path} is of the same night, and damaged ({reason}): have it back from the history's own branch (git \
         checkout), or remove it, and record the run then"
    )]
    InTheWay {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A night cannot be written as JSON.
    #[error("a night cannot be written: {0}")]
    Json(#[from] serde_json::Error),
}

/// What became of recording a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recording {
    /// It has a file now.
    New(PathBuf),
    /// It had one already.
    Known(PathBuf),
}

/// A file of a run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stored {
    /// Its name without `.jsonl`, which sorts by time: `<utc>-<commit>-<machine class>`.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
}

/// A file that says nothing, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damaged {
    /// Where it is.
    pub path: PathBuf,
    /// Why.
    pub reason: String,
}

impl Stored {
    /// The class in its name.
    pub fn class(&self) -> &str {
        let mut parts = self.name.splitn(3, '-');
        parts.nth(2).unwrap_or_default()
    }

    /// Whether it is of this class: behind that its name may have a number.
    pub fn is_of(&self, class: &str) -> bool {
        is_named(self.class(), class)
    }

    /// Whether nothing in it says that it is of another run than this one.
    pub(super) fn is_not_of_another(&self, run: &str, started: &str) -> bool {
        let text = read_night(&self.path).unwrap_or_default();
        head_of(&text).is_none_or(|head| head.run == run && head.started == started)
    }

    /// Reads it.
    pub fn read(&self) -> Result<Night, Damaged> {
        let damaged = |reason: String| Damaged {
            path: self.path.clone(),
            reason,
        };
        let text = read_night(&self.path).map_err(|error| damaged(error.to_string()))?;
        let night = sealed::read(&text).map_err(|error| damaged(error.to_string()))?;
        // A copy under another name would be a second night.
        if is_named(&self.name, &night.head.name()) {
            Ok(night)
        } else {
            let own = night.head.name();
            Err(damaged(format!(
                "it is the night {own}: its name was changed"
            )))
        }
    }
}

/// A file that may be a night: none is read that is larger than one can be.
fn read_night(path: &Path) -> io::Result<Vec<u8>> {
    if fs::metadata(path)?.len() > LARGEST {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "it is larger than a night can be",
        ));
    }
    regular::read(path)
}

/// What a damaged night says of itself, if its first line is whole.
fn head_of(text: &[u8]) -> Option<Head> {
    let first = text.split(|byte| *byte == b'\n').next()?;
    serde_json::from_slice(first).ok()
}

/// Whether both are of one run. Its name has the second and the host, which two machines may share.
fn is_same_run(one: &Head, other: &Head) -> bool {
    one.run == other.run && one.started == other.started
}

/// Whether a file has this night's name, be it with a number behind it.
fn is_named(name: &str, own: &str) -> bool {
    let rest = name.strip_prefix(own);
    let is_number = |rest: &str| {
        let digits = rest.strip_prefix('.').unwrap_or_default();
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    rest.is_some_and(|rest| rest.is_empty() || is_number(rest))
}

impl HistoryFolder {
    /// The one in `path`, which need not be there yet.
    pub fn open(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Appends a night. Two that record at once both get a file; the same run twice gets one.
    pub fn record(&self, night: &Night) -> Result<Recording, HistoryError> {
        let text = sealed::written(night)?;
        let started = &night.head.started;
        // Under another commit too, which whoever records it may name.
        let known = self.of_run(&night.head.run, started)?;
        if let Some(known) = known.filter(|one| one.is_of(&night.head.class)) {
            return Ok(Recording::Known(known.path));
        }
        let (year, month) = (started.get(..4), started.get(5..7));
        let folder = self.0.join(RUNS).join(year.unwrap_or("0000"));
        let folder = folder.join(month.unwrap_or("00"));
        let at = |path: &Path| {
            let path = path.to_owned();
            move |source| HistoryError::Io { path, source }
        };
        fs::create_dir_all(&folder).map_err(at(&folder))?;
        let mut whole = tempfile::NamedTempFile::new_in(&folder).map_err(at(&folder))?;
        let written = whole.write_all(text.as_bytes());
        written
            .and_then(|()| whole.as_file().sync_all())
            .map_err(at(whole.path()))?;
        let name = night.head.name();
        // A run that began in the same second, of the same commit on the same class, is another.
        for number in 0_u32.. {
            let number = match number {
                0 => String::new(),
                more => format!(".{more}"),
            };
            let path = folder.join(format!("{name}{number}.jsonl"));
            match whole.persist_noclobber(&path) {
                Ok(_) => {
                    make_readable(&path).map_err(at(&path))?;
                    return Ok(Recording::New(path));
                }
                Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                    whole = error.file;
                    let there = read_night(&path).map_err(at(&path))?;
                    match sealed::read(&there) {
                        Ok(there) if is_same_run(&there.head, &night.head) => {
                            return Ok(Recording::Known(path));
                        }
                        Ok(_) => {}
                        // Damaged, but of another run that began in the same second.
                        Err(_)
                            if head_of(&there)
                                .is_some_and(|head| !is_same_run(&head, &night.head)) => {}
                        Err(error) => {
                            let reason = error.to_string();
                            return Err(HistoryError::InTheWay { path, reason });
                        }
                    }
                }
                Err(error) => return Err(at(&path)(error.error)),
            }
        }
        unreachable!("there is a free number")
    }

    /// All files of runs, oldest first.
    pub fn stored(&self) -> Result<Vec<Stored>, HistoryError> {
        let mut all = Vec::new();
        let root = self.0.join(RUNS);
        for year in entries(&root)? {
            for month in entries(&year)? {
                for path in entries(&month)? {
                    let name = path.file_name().unwrap_or_default().to_string_lossy();
                    // One that is being written begins with a dot.
                    if let Some(name) = name.strip_suffix(".jsonl").filter(|n| !n.starts_with('.'))
                    {
                        let name = name.to_owned();
                        all.push(Stored { name, path });
                    }
                }
            }
        }
        all.sort();
        Ok(all)
    }

    /// Whether a file that cannot be read is one that only a newer labrun reads.
    pub fn is_newer(damaged: &Damaged) -> bool {
        read_night(&damaged.path)
            .is_ok_and(|text| matches!(sealed::read(&text), Err(SealError::Newer(_))))
    }
}

/// What is in a folder; nothing where there is none.
pub(super) fn entries(folder: &Path) -> Result<Vec<PathBuf>, HistoryError> {
    let at = |source| HistoryError::Io {
        path: folder.to_owned(),
        source,
    };
    let read = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => return Ok(Vec::new()),
        read => read.map_err(at)?,
    };
    let entries: io::Result<Vec<PathBuf>> = read.map(|entry| Ok(entry?.path())).collect();
    entries.map_err(at)
}

/// A temporary file is its owner's alone; a history is read by others.
pub(super) fn make_readable(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o644))
}
