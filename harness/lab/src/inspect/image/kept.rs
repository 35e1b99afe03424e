//! An image in the one form in which the lab keeps it, whatever it was before.

use std::path::{Path, PathBuf};

use super::opened::OpenImage;
use super::start::ImageStart;
use super::{ImageFacts, NoImage};

/// An image that the lab keeps.
#[derive(Debug, Clone)]
pub struct KeptImage {
    /// The archive, as [`OpenImage::write`] writes it.
    pub archive: PathBuf,
    /// What it says of itself.
    pub facts: ImageFacts,
    /// How it is started; or why it cannot be.
    pub start: Result<ImageStart, String>,
}

impl KeptImage {
    /// Reads one.
    pub fn at(archive: &Path) -> Result<Self, NoImage> {
        let image = OpenImage::at(archive)?;
        Ok(Self {
            archive: archive.to_owned(),
            start: ImageStart::of(&image).map_err(|error| error.to_string()),
            facts: image.facts,
        })
    }

    /// What a Docker daemon calls it that has it of the lab.
    pub fn tag(&self) -> String {
        tag_of(&self.facts)
    }
}

/// The same of an image that is not kept yet.
pub fn tag_of(facts: &ImageFacts) -> String {
    format!("labrun/own:{:.12}", facts.id)
}
