//! HOMEs: an empty one for each launch, or, for a product with a compile cache, one that a
//! discarded launch has warmed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use labrun_record::Outcome;

use super::Product;
use crate::isolation::child::{self, LaunchRequest};
use crate::isolation::{Job, More};
use crate::outcome::Failure;
use crate::site::{Grant, Site};
use crate::task::Task;

/// Launches of which one fills a compile cache.
const LAUNCHES: u32 = 5;

/// HOMEs by what was run in them.
pub(super) type Warm = BTreeMap<PathBuf, Rc<Grant>>;

impl Product {
    /// The HOME of a launch, outside of every clock.
    pub(super) fn home(&self, order: &LaunchRequest<'_>) -> Result<Rc<Grant>, Failure> {
        let Some(cache) = &self.configuration.cache else {
            return fresh(order.site);
        };
        let module = &order.job.artifact;
        if let Some(home) = self.warm.borrow().get(module) {
            return Ok(Rc::clone(home));
        }
        let home = fresh(order.site)?;
        // Before the launch that warms it: that one is to find it here.
        self.warm
            .borrow_mut()
            .insert(module.clone(), Rc::clone(&home));
        if let Err(failure) = self.fill(order, &home.path().join(cache)) {
            self.warm.borrow_mut().remove(module);
            return Err(failure);
        }
        Ok(home)
    }

    /// Launches until the cache holds something: where it is written by a thread of its own, a
    /// short program may end first on a busy machine.
    fn fill(&self, order: &LaunchRequest<'_>, cache: &Path) -> Result<(), Failure> {
        for _ in 0..LAUNCHES {
            match self.run_discarded(order.site, order.job) {
                // One that is to stay says other things when it is not told to. What counts is checked.
                Ok(()) | Err(Failure::Outcome(Outcome::Mismatch, _)) => {}
                Err(failure) => return Err(failure),
            }
            if holds_a_file(cache) {
                return Ok(());
            }
        }
        Err(Failure::unavailable(format!(
            "{} keeps no compile cache here: ~/{} is empty after {LAUNCHES} launches. A build that \
             has one: {}",
            self.definition.find.programs[0],
            self.configuration
                .cache
                .as_deref()
                .unwrap_or(cache)
                .display(),
            self.definition.find.install
        )))
    }

    fn run_discarded(&self, site: &Site, job: &Job) -> Result<(), Failure> {
        match job.task {
            Task::Batches { .. } => child::stream(self, site, job, &mut |_| Ok(More::Enough)),
            _ => child::launch(self, site, job).map(drop),
        }
    }
}

fn fresh(site: &Site) -> Result<Rc<Grant>, Failure> {
    let folder = site.folder();
    folder.map(Rc::new).map_err(Failure::cannot("make a HOME"))
}

/// Whether there is a file in a folder, at any depth.
fn holds_a_file(folder: &Path) -> bool {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.into_iter().any(|entry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => holds_a_file(&entry.path()),
        Ok(kind) => kind.is_file(),
        Err(_) => false,
    })
}
