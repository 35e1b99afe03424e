//! Why a bundle was not written, or is not read.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::BUNDLE_VERSION;

/// Why a bundle was not written, or is not read. What the texts ask for is theirs to do who
/// asked for the bundle.
#[derive(Debug, Error)]
pub enum BundleError {
    /// It cannot be written where it was asked for.
    #[error("cannot write a bundle to {}: {why}", out.display())]
    Out {
        /// Where it was asked for.
        out: PathBuf,
        /// Why not, and what to do.
        why: String,
    },
    /// What was to be put into it has no place in it.
    #[error("{name:?} cannot be in a bundle: {why}")]
    Name {
        /// Its name inside.
        name: String,
        /// Why not.
        why: String,
    },
    /// A file that was to be put into it cannot be read.
    #[error("cannot bundle {}: {error}", path.display())]
    Source {
        /// The file.
        path: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// A file that was to be put into it became another one meanwhile.
    #[error("{} changed while it was bundled; bundle again when nothing builds", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// What was written is not what is read back.
    #[error(
        "{} reads back other than it was written, so it is not kept: the disk or the memory of \
         this machine is at fault; write it to another disk",
        out.display()
    )]
    ReadBack {
        /// Where it was asked for.
        out: PathBuf,
    },
    /// The disk filled.
    #[error("the disk is full at {}: make room there, or take another disk", path.display())]
    DiskFull {
        /// What was being written.
        path: PathBuf,
    },
    /// Something else went wrong while a file was written.
    #[error("cannot write {}: {error}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// It was asked to end.
    #[error("interrupted")]
    Interrupted,
    /// Something of the bundle cannot be read.
    #[error("cannot read {}: {error}", path.display())]
    Unreadable {
        /// What.
        path: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// It is something else.
    #[error("{} is no bundle: {why}; one is made by: labrun bundle NAME --out FILE", path.display())]
    NotABundle {
        /// What was given.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// Its end is missing.
    #[error("{} is cut short: copy it again from where it was made", path.display())]
    CutShort {
        /// The bundle.
        path: PathBuf,
    },
    /// It is not as it was written.
    #[error(
        "{} is not as it was written: {what}; copy it again from where it was made",
        path.display()
    )]
    Altered {
        /// The bundle.
        path: PathBuf,
        /// What is different.
        what: String,
    },
    /// It is of a version that is not known here.
    #[error(
        "{} was written by labrun {labrun} as version {version} of the format, and this labrun, \
         {}, reads up to version {BUNDLE_VERSION}: take a newer labrun, or bundle again with \
         this one",
        path.display(),
        env!("CARGO_PKG_VERSION")
    )]
    Newer {
        /// The bundle.
        path: PathBuf,
        /// The version of its format.
        version: u64,
        /// The version of the labrun that wrote it.
        labrun: String,
    },
    /// It has something that no bundle may have, as one has that was made to do harm.
    #[error("{} is refused: {what}. No labrun writes that: bundle again, or ask where it is from", path.display())]
    Refused {
        /// The bundle.
        path: PathBuf,
        /// What it has.
        what: String,
    },
    /// The folder that it is to be unpacked to is in use.
    #[error("{} is not empty: name an empty folder to unpack to", path.display())]
    NotEmpty {
        /// The folder.
        path: PathBuf,
    },
}

impl BundleError {
    /// A failed write, of a full disk or else.
    pub(super) fn write(path: &Path, error: io::Error) -> Self {
        let path = path.to_owned();
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull { path },
            _ => Self::Write { path, error },
        }
    }

    pub(super) fn unreadable(path: &Path, error: io::Error) -> Self {
        Self::Unreadable {
            path: path.to_owned(),
            error,
        }
    }

    pub(super) fn not_a_bundle(path: &Path, why: impl Into<String>) -> Self {
        Self::NotABundle {
            path: path.to_owned(),
            why: why.into(),
        }
    }

    pub(super) fn altered(path: &Path, what: impl Into<String>) -> Self {
        Self::Altered {
            path: path.to_owned(),
            what: what.into(),
        }
    }

    pub(super) fn refused(path: &Path, what: impl Into<String>) -> Self {
        Self::Refused {
            path: path.to_owned(),
            what: what.into(),
        }
    }
}
