//! Why a cgroup could not be made or read, each with what to do about it.

use std::io;
use std::path::{Path, PathBuf};

use crate::outcome::Failure;

/// Why a cgroup could not be made or read.
#[derive(Debug, thiserror::Error)]
pub enum CgroupError {
    /// No memory controller that this process may use.
    #[error("{0}")]
    Unusable(String),
    /// The kernel does not count this.
    #[error("this kernel has no {0}")]
    NotCounted(&'static str),
    /// A file of a cgroup does not say what it should.
    #[error("{} has no {field}", path.display())]
    Odd {
        /// The file.
        path: PathBuf,
        /// What was looked for.
        field: String,
    },
    /// The process is not in a cgroup that can be seen from here.
    #[error("the memory cgroup of process {pid} cannot be found: {why}")]
    Hidden {
        /// Which process.
        pid: libc::pid_t,
        /// What was found instead.
        why: String,
    },
    /// Any error of the system.
    #[error("cannot {doing} {}: {source}", path.display())]
    Io {
        /// What was tried.
        doing: &'static str,
        /// With what.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

/// The text of a file of a cgroup.
pub(super) fn read(path: &Path) -> Result<String, CgroupError> {
    std::fs::read_to_string(path).map_err(CgroupError::io("read", path))
}

impl CgroupError {
    pub(super) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io {
            doing,
            path: path.to_owned(),
            source,
        }
    }
}

impl From<CgroupError> for Failure {
    fn from(error: CgroupError) -> Self {
        match error {
            CgroupError::Unusable(_) | CgroupError::NotCounted(_) => {
                Self::unavailable(error.to_string())
            }
            _ => Self::failed(error.to_string()),
        }
    }
}
