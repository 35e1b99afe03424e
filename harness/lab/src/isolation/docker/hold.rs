//! Images that a daemon is to hold, from an archive; and those that it holds, saved into one.

use std::fs::File;
use std::io;
use std::path::Path;

use super::daemon::DockerHost;
use super::image::Image;
use crate::inspect::KeptImage;
use crate::interrupt::Interrupt;
use crate::outcome::Failure;

impl DockerHost {
    /// Has the daemon hold an image of the user's own under the lab's name of it, unless it does.
    pub(crate) fn hold(&self, kept: &KeptImage, interrupt: &Interrupt) -> Result<Image, Failure> {
        let tag = kept.tag();
        // By its layers: the id depends on how a daemon stores images.
        let is_it = |image: &Image| {
            let layers = kept.facts.layers.iter().map(|layer| &layer.sha256);
            image.layers.iter().eq(layers)
        };
        if let Some(image) = self.image(&tag)?.filter(&is_it) {
            return Ok(image);
        }
        self.load(&kept.archive, interrupt)?;
        self.image(&tag)?.filter(is_it).ok_or_else(|| {
            Failure::failed(format!(
                "the Docker daemon loaded {tag} as another image than the archive holds"
            ))
        })
    }

    /// Writes what `docker save` would of an image that the daemon holds. It is never pulled.
    pub(crate) fn save_into(
        &self,
        reference: &str,
        file: &Path,
        interrupt: &Interrupt,
    ) -> Result<(), Failure> {
        self.save(reference, interrupt, |saved| {
            io::copy(saved, &mut File::create(file)?).map(drop)
        })
    }
}
