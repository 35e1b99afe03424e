//! Images of the user's own in the store: the one archive that every isolation takes, named by the image's
//! id, and the root that it is unpacked to, which no launch writes to.
//!
//! `images/own/<id>/image.tar`, `root/`, and beside that `root.sha256`, the digest of its listing.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use labrun_record::{Artifact, Target};

use super::{Builder, replace};
use crate::inspect::{ImageFacts, KeptImage, OpenImage, tag_of};
use crate::interrupt::Interrupt;
use crate::isolation::Packing;
use crate::isolation::docker::DockerHost;
use crate::outcome::Failure;
use crate::owner::Owner;
use crate::unpack::{listing, unpack};

/// What stands for the compiler of what was given.
const GIVEN: &str = "given";

impl Builder<'_> {
    /// The image of a workload, kept in the store; of one in a file, the plan was made with the id
    /// `planned`.
    pub(super) fn own_image(
        &self,
        workload: &str,
        planned: Option<&str>,
    ) -> Result<Arc<KeptImage>, Failure> {
        if let Some(known) = self.images.borrow().get(workload) {
            return known.clone();
        }
        let made = self.keep_image(workload, planned).map(Arc::new);
        let key = workload.to_owned();
        self.images.borrow_mut().insert(key, made.clone());
        made
    }

    fn keep_image(&self, workload: &str, planned: Option<&str>) -> Result<KeptImage, Failure> {
        let workload = self.workload(workload)?;
        let given = workload.artifacts.get(&Target::Image).ok_or_else(|| {
            let name = &workload.name;
            Failure::unavailable(format!("the workload {name} is given no image"))
        })?;
        let kept = match given.reference() {
            Some(reference) => self.image_of_daemon(&reference)?,
            None => self.image_of_file(&given.path)?,
        };
        if planned.is_some_and(|planned| planned != kept.facts.id) {
            let path = given.path.display();
            return Err(Failure::unavailable(format!(
                "{path} was changed since the run was planned: leave it alone meanwhile, and measure again (where the plan is a file, plan again)"
            )));
        }
        let refused = |why: &str| Failure::unavailable(format!("{}: {why}", given.name()));
        workload
            .starts(&kept.facts.entrypoint, &kept.facts.command)
            .map_err(|why| refused(&why))?;
        kept.start.as_ref().map_err(|why| refused(why))?;
        Ok(kept)
    }

    fn image_of_file(&self, path: &Path) -> Result<KeptImage, Failure> {
        let image = OpenImage::at(path).map_err(|why| Failure::unavailable(why.to_string()))?;
        if let Some(kept) = self.kept_image(&image.facts.id) {
            return Ok(kept);
        }
        let archive = self.image_folder(&image.facts).join("image.tar");
        let tag = tag_of(&image.facts);
        let written = replace(&archive, |beside| image.write(&tag, File::create(beside)?));
        written.map_err(Failure::cannot("keep the image"))?;
        KeptImage::at(&archive).map_err(|why| Failure::failed(why.to_string()))
    }

    fn image_of_daemon(&self, reference: &str) -> Result<KeptImage, Failure> {
        let host = DockerHost::default();
        let found = host.image(reference)?.ok_or_else(|| {
            Failure::unavailable(format!(
                "there is no file {reference}, and the Docker daemon has no image of that name; nothing \
                 is pulled unasked: docker pull {reference}"
            ))
        })?;
        if let Some(kept) = self.kept_image(&found.sha256) {
            return Ok(kept);
        }
        let saved = self
            .store
            .path(&format!("images/own/{}.saved", Owner::this()));
        let unmade = Failure::cannot("keep the image");
        fs::create_dir_all(self.store.path("images/own")).map_err(unmade)?;
        let kept = host
            .save_into(reference, &saved, &self.site.interrupt)
            .and_then(|()| self.image_of_file(&saved));
        let removed = fs::remove_file(&saved);
        let kept = kept?;
        removed.map_err(unmade)?;
        Ok(kept)
    }

    /// The one with an id that is in the store already, if it is whole.
    fn kept_image(&self, id: &str) -> Option<KeptImage> {
        let archive = self.store.path(&format!("images/own/{id:.12}/image.tar"));
        let kept = KeptImage::at(&archive).ok()?;
        (kept.facts.id == id).then_some(kept)
    }

    fn image_folder(&self, facts: &ImageFacts) -> PathBuf {
        self.store.path(&format!("images/own/{:.12}", facts.id))
    }

    /// The image of a workload, put into what an isolation takes.
    pub(super) fn pack_image(
        &self,
        workload: &str,
        planned: Option<&str>,
        packing: Packing,
    ) -> Result<Artifact, Failure> {
        let kept = self.own_image(workload, planned)?;
        let root =
            |kept: &KeptImage| root_in(&self.image_folder(&kept.facts), kept, &self.site.interrupt);
        packed(&kept, workload, packing, root, &self.site.interrupt)
    }
}

/// An image, put into what an isolation takes: held by the daemon, unpacked by `root`, or as it is.
pub(crate) fn packed(
    kept: &KeptImage,
    workload: &str,
    packing: Packing,
    root: impl FnOnce(&KeptImage) -> Result<PathBuf, Failure>,
    interrupt: &Interrupt,
) -> Result<Artifact, Failure> {
    let (path, triple) = match packing {
        Packing::Image(_) => {
            let image = DockerHost::default().hold(kept, interrupt)?;
            (PathBuf::from(&image.tag), image.tag)
        }
        Packing::Root => (root(kept)?, format!("root:{:.12}", kept.facts.id)),
        Packing::File | Packing::Archive(_) => {
            let triple = format!("oci:{:.12}", kept.facts.id);
            (kept.archive.clone(), triple)
        }
    };
    Ok(Artifact {
        workload: workload.to_owned(),
        target: Target::Image,
        triple,
        path,
        sha256: kept.facts.id.clone(),
        bytes: kept.facts.bytes,
        toolchain: GIVEN.to_owned(),
        isolation: None,
        exports: false,
    })
}

/// The root of an image in a folder: what was unpacked there before, if it is as it was, or made now.
pub(crate) fn root_in(
    folder: &Path,
    kept: &KeptImage,
    interrupt: &Interrupt,
) -> Result<PathBuf, Failure> {
    if !rustix::process::geteuid().is_root() {
        return Err(Failure::unavailable(
            "an image is unpacked with the owners that its files have, which needs root: run labrun as \
             root: sudo env \"PATH=$PATH\" \"HOME=$HOME\" labrun ...",
        ));
    }
    let (root, list) = (folder.join("root"), folder.join("root.sha256"));
    let unmade = Failure::cannot("unpack the image");
    let is_as_it_was = || {
        let found = listing(&root).ok()?;
        Some(fs::read_to_string(&list).ok()? == found)
    };
    if is_as_it_was() == Some(true) {
        return Ok(root);
    }
    let beside = folder.join(format!("root-{}.partial", Owner::this()));
    let made = OpenImage::at(&kept.archive).map_err(|why| Failure::failed(why.to_string()));
    let made = made.and_then(|image| {
        fs::create_dir_all(folder).map_err(unmade)?;
        // It may have devices and programs with rights that nobody else here is to have.
        fs::set_permissions(folder, Permissions::from_mode(0o700)).map_err(unmade)?;
        let unpacked = unpack(&image, &beside, &|| !interrupt.raised());
        unpacked.map_err(|error| match error.kind() {
            std::io::ErrorKind::Interrupted => Failure::Interrupted,
            _ => Failure::unavailable(format!("cannot unpack the image: {error}")),
        })?;
        let digest = listing(&beside).map_err(unmade)?;
        if root.exists() {
            fs::remove_dir_all(&root).map_err(unmade)?;
        }
        fs::rename(&beside, &root).map_err(unmade)?;
        replace(&list, |beside| fs::write(beside, digest)).map_err(unmade)
    });
    if made.is_err() {
        let _ = fs::remove_dir_all(&beside);
    }
    made.map(|()| root)
}
