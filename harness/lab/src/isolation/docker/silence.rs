//! Daemons that accept and say nothing: each of them is waited for once. All that would stand on one
//! knows from then on, and nobody waits as often as there are isolations.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::outcome::Failure;

/// What came of the daemon on a socket: none where it has ever answered this lab.
type Heard = BTreeMap<PathBuf, Option<Failure>>;

/// That the daemon on this socket was waited for in vain, and has never answered.
pub(super) fn of(socket: &Path) -> Option<Failure> {
    heard().get(socket).cloned().flatten()
}

/// Notes that it has answered: should it fall silent later, it is waited for each time.
pub(super) fn broken(socket: &Path) {
    heard().insert(socket.to_owned(), None);
}

/// Notes that it was waited for in vain; gives that back.
pub(super) fn note(socket: &Path, failure: Failure) -> Failure {
    let told = failure.clone();
    heard()
        .entry(socket.to_owned())
        .or_insert_with(|| Some(failure));
    told
}

fn heard() -> MutexGuard<'static, Heard> {
    static HEARD: Mutex<Heard> = Mutex::new(BTreeMap::new());
    HEARD.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_has_never_answered_is_not_waited_for_again() {
        let (mute, live) = (Path::new("/mute.sock"), Path::new("/live.sock"));
        let failure = Failure::unavailable("it said nothing");
        assert_eq!(of(mute), None);
        assert_eq!(note(mute, failure.clone()), failure);
        assert_eq!(of(mute), Some(failure.clone()));
        broken(live);
        note(live, failure);
        assert_eq!(of(live), None, "it may answer again");
    }
}
