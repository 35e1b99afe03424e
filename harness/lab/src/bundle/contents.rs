//! What is to go into a bundle, while it is collected.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::PathBuf;

use super::{BundleError, archive, name};

/// The files of a bundle that is to be written, by their names inside.
#[derive(Debug, Default)]
pub struct Contents {
    pub(super) files: BTreeMap<String, Content>,
}

/// A file that is to go in.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Content {
    pub(super) source: Source,
    pub(super) executable: bool,
}

/// Where its bytes come from.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Source {
    File(PathBuf),
    Bytes(Vec<u8>),
}

impl Contents {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file of this machine as `name`: relative, in plain parts with `/` between. It is
    /// read when the bundle is written. The same again is nothing new; something else under a
    /// name that is taken is an error.
    pub fn add_file(
        &mut self,
        name: &str,
        path: impl Into<PathBuf>,
        executable: bool,
    ) -> Result<(), BundleError> {
        self.add(name, Source::File(path.into()), executable)
    }

    /// Adds a file with these bytes, as [`add_file`](Self::add_file) does.
    pub fn add_bytes(
        &mut self,
        name: &str,
        bytes: impl Into<Vec<u8>>,
        executable: bool,
    ) -> Result<(), BundleError> {
        self.add(name, Source::Bytes(bytes.into()), executable)
    }

    fn add(&mut self, name: &str, source: Source, executable: bool) -> Result<(), BundleError> {
        let refused = |why: String| BundleError::Name {
            name: name.to_owned(),
            why,
        };
        name::check(name).map_err(|why| refused(why.to_owned()))?;
        archive::header(name, 0, executable).map_err(|error| refused(error.to_string()))?;
        let content = Content { source, executable };
        match self.files.get(name) {
            Some(there) if *there == content => {}
            Some(_) => return Err(refused("something else has this name".to_owned())),
            None => drop(self.files.insert(name.to_owned(), content)),
        }
        Ok(())
    }
}

impl Source {
    /// Its bytes, and how many they are.
    pub(super) fn open(&self) -> Result<(Box<dyn Read + '_>, u64), BundleError> {
        match self {
            Self::Bytes(bytes) => Ok((Box::new(&**bytes), bytes.len() as u64)),
            Self::File(path) => {
                // Looked at first: to open a pipe is to wait for its other end.
                let opened = fs::metadata(path).and_then(|metadata| {
                    if !metadata.is_file() {
                        return Err(io::Error::other("it is not a file"));
                    }
                    Ok((File::open(path)?, metadata.len()))
                });
                let (file, bytes) = opened.map_err(|error| self.unreadable(error))?;
                Ok((Box::new(file), bytes))
            }
        }
    }

    pub(super) fn unreadable(&self, error: io::Error) -> BundleError {
        BundleError::Source {
            path: self.path(),
            error,
        }
    }

    /// The file, if it is one.
    pub(super) fn path(&self) -> PathBuf {
        match self {
            Self::File(path) => path.clone(),
            Self::Bytes(_) => PathBuf::new(),
        }
    }
}
