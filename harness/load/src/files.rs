//! Open files: each connection is one, and a process may have only so many (`RLIMIT_NOFILE`).

use std::fs;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::error::Error;

/// What a load opens besides its connections: epolls, the null server's listener and its end, what
/// the process opens meanwhile.
const BESIDES: u64 = 32;

/// That this process may open enough. The limit is as it was again when this goes: whatever the
/// process starts afterwards has it as its user has set it.
#[derive(Debug)]
pub(crate) struct Files {
    before: Option<Rlimit>,
}

impl Files {
    /// For so many connections, raising the limit as far as this process may.
    pub(crate) fn for_connections(connections: usize) -> Result<Self, Error> {
        let needed = opened() + connections as u64 + BESIDES;
        let before = getrlimit(Resource::Nofile);
        if before.current.is_none_or(|current| current >= needed) {
            return Ok(Self { before: None });
        }
        let raised = Rlimit {
            current: Some(needed),
            ..before
        };
        let may = before.maximum.is_none_or(|maximum| maximum >= needed);
        if may && setrlimit(Resource::Nofile, raised).is_ok() {
            return Ok(Self {
                before: Some(before),
            });
        }
        let limit = before.maximum.or(before.current).unwrap_or(u64::MAX);
        Err(Error::Files { needed, limit })
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        if let Some(before) = self.before {
            let _ = setrlimit(Resource::Nofile, before);
        }
    }
}

/// How many files this process has open.
fn opened() -> u64 {
    fs::read_dir("/proc/self/fd").map_or(0, |entries| entries.count() as u64)
}
