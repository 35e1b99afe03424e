//! Why a side of a replay cannot be had.

use thiserror::Error;

use crate::define::DefineError;
use crate::git::GitError;

/// Why a side of a replay cannot be had.
#[derive(Debug, Error)]
pub enum SideError {
    /// It is not there, or not of here; the reason says what to do.
    #[error("{0}")]
    Refused(String),
    /// Git has no such commit, or no commit at all.
    #[error(transparent)]
    Git(#[from] GitError),
    /// This labrun cannot read what is defined in a commit.
    #[error(
        "its definitions cannot be read by this labrun: {0}; measure it with the labrun of then, and \
         `labrun compare` the runs"
    )]
    Unreadable(DefineError),
    /// The lab could not do it.
    #[error("{0}")]
    Failed(String),
}
