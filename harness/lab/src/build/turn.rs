//! Whose turn it is to build: one lab at a time has a store's folders of cargo, from before what
//! is stale is cleaned away until what was built is kept.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::Path;
use std::time::Duration;

use crate::interrupt::Interrupt;
use crate::progress::Progress;
use crate::wait::pause;

/// Time between two looks at whether the other lab is done.
const LOOK_INTERVAL: Duration = Duration::from_millis(100);

/// A turn, which ends when this is dropped, or its process ends.
#[derive(Debug)]
pub(crate) struct Turn(#[expect(dead_code, reason = "held, since it is locked")] File);

impl Turn {
    /// Waits until no other lab builds.
    pub(super) fn take(
        path: &Path,
        interrupt: &Interrupt,
        progress: &dyn Progress,
    ) -> Result<Self, String> {
        let fault = |error: std::io::Error| format!("cannot lock {}: {error}", path.display());
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(fault)?;
        }
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path)
            .map_err(fault)?;
        let mut is_told = false;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self(file)),
                Err(TryLockError::Error(error)) => return Err(fault(error)),
                Err(TryLockError::WouldBlock) => {}
            }
            if !is_told {
                progress.note("another labrun builds into the same target folder: waiting for it");
                is_told = true;
            }
            pause(interrupt, LOOK_INTERVAL).map_err(|_| "interrupted".to_owned())?;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    /// Hands on what it is told.
    struct Told(mpsc::Sender<String>);

    impl Progress for Told {
        fn note(&self, line: &str) {
            self.0.send(line.to_owned()).expect("is heard");
        }
        fn step(&self, _what: &str, _done: u64, _total: u64) {}
        fn finish(&self, _what: &str) {}
    }

    #[test]
    fn one_waits_for_the_other_and_says_so() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("store/building");
        let (tell, told) = mpsc::channel();
        let take = |tell: mpsc::Sender<String>| {
            let interrupt = Interrupt::never().expect("an interrupt");
            Turn::take(&path, &interrupt, &Told(tell))
        };
        let first = take(tell.clone()).expect("is free");
        std::thread::scope(|scope| {
            let second = scope.spawn(|| take(tell).map(drop));
            let line = told.recv().expect("is told");
            assert!(line.starts_with("another labrun builds"), "{line}");
            assert!(!second.is_finished());
            drop(first);
            second.join().expect("ends").expect("has its turn");
        });
    }
}
