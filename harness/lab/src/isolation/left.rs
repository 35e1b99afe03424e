//! What a launch could not remove from a daemon: it is told with the failure of that launch.

use std::sync::{Mutex, PoisonError};

use crate::outcome::Failure;

/// Why something of the last launch is still there.
#[derive(Debug, Default)]
pub(super) struct Left(Mutex<Option<String>>);

impl Left {
    /// Notes why.
    pub(super) fn note(&self, reason: String) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(reason);
    }

    /// Why, since this was last asked.
    pub(super) fn take(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// A failure with that told, too.
    pub(super) fn told_with(&self, failure: Failure) -> Failure {
        failure.reworded(|reason| match self.take() {
            Some(left) => format!("{reason}; {left}"),
            None => reason,
        })
    }
}
