//! The page of a run that still goes on: a run takes minutes, and its page is there
//! before they are over.

use lab::outcome::chain;
use std::cell::Cell;
use std::time::{Duration, Instant};

use lab::progress::Progress;
use labrun_analysis::MIN_LAUNCHES;
use labrun_record::RunFolder;

use crate::report;

/// Blocks before the first page: enough for an interval.
const FIRST: u32 = MIN_LAUNCHES as u32;

/// Time between two pages at least ...
const INTERVAL: Duration = Duration::from_mins(1);

/// ... and so many times what the last one took: what lies between launches is no measuring.
const REST: u32 = 50;

/// Writes the page now and then, between two blocks, where no clock runs.
pub(crate) struct Interim<'a> {
    folder: &'a RunFolder,
    progress: &'a dyn Progress,
    /// When the last page was there, and how long after that the next one is due.
    written: Cell<Option<(Instant, Duration)>>,
}

impl<'a> Interim<'a> {
    pub(crate) fn new(folder: &'a RunFolder, progress: &'a dyn Progress) -> Self {
        Self {
            folder,
            progress,
            written: Cell::new(None),
        }
    }

    /// `blocks` were taken so far, and there is another.
    pub(crate) fn between_blocks(&self, blocks: u32) {
        let due = match self.written.get() {
            None => blocks >= FIRST,
            Some((written, rest)) => written.elapsed() >= rest,
        };
        if !due {
            return;
        }
        let began = Instant::now();
        let written =
            report::read(RunFolder::open(self.folder.path())).and_then(|read| read.write());
        let rest = INTERVAL.max(REST * began.elapsed());
        let first = self.written.replace(Some((Instant::now(), rest))).is_none();
        match written {
            Ok(()) if first => self.progress.note(&format!(
                "page so far, renewed each minute or less often: {}",
                self.folder.report_html().display()
            )),
            Ok(()) => {}
            Err(error) => self
                .progress
                .note(&format!("no page so far: {}", chain(error.as_ref()))),
        }
    }
}
