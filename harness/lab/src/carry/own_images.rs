//! Images of the user's own that a bundle carries: put into what an isolation takes when the first launch
//! needs it, in a folder that goes with the bundle.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use labrun_record::Artifact;

use crate::build::{packed, root_in};
use crate::inspect::KeptImage;
use crate::interrupt::Interrupt;
use crate::isolation::Packing;
use crate::outcome::Failure;
use crate::site::{Grant, disk_folder};

/// Those of a bundle, by workload.
#[derive(Default)]
pub(super) struct OwnImages {
    /// Whether the run was asked to end.
    pub(super) interrupt: Option<Interrupt>,
    read: RefCell<BTreeMap<String, Arc<KeptImage>>>,
    /// What roots are unpacked in.
    folders: RefCell<BTreeMap<String, Grant>>,
}

impl OwnImages {
    /// That of a workload, once something was made of it.
    pub(super) fn image(&self, workload: &str) -> Option<Arc<KeptImage>> {
        self.read.borrow().get(workload).cloned()
    }

    /// What is carried, put into what an isolation takes.
    pub(super) fn packed(&self, carried: &Artifact, packing: Packing) -> Result<Artifact, Failure> {
        let workload = &carried.workload;
        let known = self.image(workload);
        let kept = if let Some(kept) = known {
            kept
        } else {
            let read = KeptImage::at(&carried.path);
            let read = read.map_err(|why| Failure::unavailable(why.to_string()))?;
            let read = Arc::new(read);
            let key = workload.clone();
            self.read.borrow_mut().insert(key, Arc::clone(&read));
            read
        };
        let interrupt = match &self.interrupt {
            Some(interrupt) => interrupt.clone(),
            None => Interrupt::never().map_err(Failure::cannot("wait"))?,
        };
        let root = |kept: &KeptImage| {
            let mut folders = self.folders.borrow_mut();
            if !folders.contains_key(workload) {
                let folder = disk_folder().map_err(Failure::cannot("unpack the image"))?;
                folders.insert(workload.clone(), folder);
            }
            root_in(folders[workload].path(), kept, &interrupt)
        };
        packed(&kept, workload, packing, root, &interrupt)
    }
}
