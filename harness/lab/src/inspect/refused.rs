//! Why a file is no program that can be measured.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::other::Kind;

/// Why a file is no program that can be measured, and what to do.
#[derive(Debug, Error)]
pub struct NoProgram {
    /// The file.
    pub path: PathBuf,
    /// Why not.
    pub why: WhyNot,
}

/// Why a file is none, said after its name.
#[derive(Debug, Error)]
pub enum WhyNot {
    /// It cannot be read.
    #[error("cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    /// It is something else.
    #[error("is {}; {}", .0, .0.advice())]
    Other(Kind),
    /// Its end is missing.
    #[error("is cut off: {0}; copy it again, or build it again")]
    Cut(String),
    /// It is not what its first bytes promise.
    #[error("is damaged: {0}; copy it again, or build it again")]
    Damaged(String),
    /// It is a module that is longer than any runtime takes.
    #[error(
        "has {bytes} bytes, and a wasm module or component has at most {most}; leave debug \
             information out"
    )]
    TooLarge {
        /// Its bytes.
        bytes: u64,
        /// The most that there may be.
        most: u64,
    },
}

impl fmt::Display for NoProgram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.why {
            WhyNot::Unreadable(error) => write!(f, "cannot read {path}: {error}"),
            why => write!(f, "{path} {why}"),
        }
    }
}

impl WhyNot {
    /// The refusal of a file.
    pub(super) fn of(self, path: &Path) -> NoProgram {
        NoProgram {
            path: path.to_owned(),
            why: self,
        }
    }
}
