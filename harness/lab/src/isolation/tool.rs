//! A program of somebody else's that an isolation stands on. It is looked for once, when it
//! is first asked for.

use std::sync::OnceLock;
use std::thread;

use super::find::look_for;
use super::runner::Ready;
use crate::define::Find;
use crate::outcome::Failure;

/// A program that has to be there.
#[derive(Debug)]
pub(super) struct Tool {
    pub(super) find: Find,
    found: OnceLock<Result<Ready, Failure>>,
}

impl Tool {
    /// A program that is found by its definition.
    pub(super) fn of(find: Find) -> Self {
        Self {
            find,
            found: OnceLock::new(),
        }
    }

    /// The program of a name, which says its version after `version_after`; the oldest that
    /// will do, and the command that installs it.
    pub(super) fn new(program: &str, version_after: &str, least: &str, install: &str) -> Self {
        Self::of(Find {
            programs: vec![program.to_owned()],
            version: vec!["--version".to_owned()],
            version_after: version_after.to_owned(),
            least: least.to_owned(),
            install: install.to_owned(),
        })
    }

    /// The program; or why it cannot be used, with the way to mend it.
    pub(super) fn found(&self) -> Result<&Ready, Failure> {
        let found = self.found.get_or_init(|| look_for(&self.find));
        found.as_ref().map_err(Clone::clone)
    }

    /// The same; where it was not looked for yet, all `others` are, too, at once.
    pub(super) fn found_with(&self, others: &[Self]) -> Result<&Ready, Failure> {
        if self.found.get().is_none() {
            thread::scope(|scope| {
                for other in others {
                    // Where a limit allows no thread, it is looked for when it is asked for.
                    let _ = thread::Builder::new().spawn_scoped(scope, || other.found());
                }
            });
        }
        self.found()
    }

    /// The program, if it is here.
    pub(super) fn ready(&self) -> Option<Ready> {
        self.found().ok().cloned()
    }
}
