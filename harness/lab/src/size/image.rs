//! An image by its layers: which belong to the base, and which are the workload's.

use std::fs::File;
use std::path::Path;

use super::saved::{Layer, Saved, read_saved};
use crate::interrupt::Interrupt;
use crate::isolation::docker::DockerHost;
use crate::outcome::Failure;

/// An image by its layers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageSize {
    /// The layers of its base, which other images share; the lowest first.
    pub base: Vec<Layer>,
    /// Its own layers, above those.
    pub own: Vec<Layer>,
    /// Bytes of its configuration, which a pull transfers as well.
    pub config_bytes: u64,
}

impl ImageSize {
    /// Bytes of all layers' tars.
    pub fn bytes(&self) -> u64 {
        self.layers().map(|layer| layer.bytes).sum()
    }

    /// What a pull transfers where none of it is there: all layers as gzip, and the
    /// configuration.
    pub fn gzip_bytes(&self) -> u64 {
        self.layers().map(|layer| layer.gzip_bytes).sum::<u64>() + self.config_bytes
    }

    /// Every layer, the lowest first.
    pub fn layers(&self) -> impl Iterator<Item = &Layer> {
        self.base.iter().chain(&self.own)
    }
}

/// The layers of an image, streamed from its daemon. `base` is the image that it was built
/// on; none for one on `scratch`.
pub fn image_size(
    host: &DockerHost,
    image: &str,
    base: Option<&str>,
    interrupt: &Interrupt,
) -> Result<ImageSize, Failure> {
    let base_ids = match base {
        Some(base) => host.image_that_is_there(base)?.layers,
        None => Vec::new(),
    };
    // It may name an image that is there no longer: asked first, so that the error says so.
    let ids = host.image_that_is_there(image)?.layers;
    let saved = host.save(image, interrupt, |archive| read_saved(archive));
    let Saved {
        layers: mut own,
        config_bytes,
    } = saved?;
    if !own.iter().map(|layer| &layer.sha256).eq(&ids) {
        return Err(Failure::failed(format!(
            "the daemon saved other layers than {image} has"
        )));
    }
    if !ids.starts_with(&base_ids) {
        return Err(Failure::failed(format!(
            "{image} was not built on {}; remove it, and it is built again: docker rmi {image}",
            base.unwrap_or_default()
        )));
    }
    let above = own.split_off(base_ids.len());
    Ok(ImageSize {
        base: own,
        own: above,
        config_bytes,
    })
}

/// The same of an image that the lab itself has written, on nothing, from its archive.
pub fn archive_size(archive: &Path) -> Result<ImageSize, Failure> {
    let file = File::open(archive).map_err(|error| super::unreadable(archive, &error))?;
    let saved = read_saved(file).map_err(|error| super::unreadable(archive, &error))?;
    Ok(ImageSize {
        base: Vec::new(),
        own: saved.layers,
        config_bytes: saved.config_bytes,
    })
}
