//! Handing the daemon an image from a file, as `docker load` does.

use std::fs::File;
use std::path::Path;

use bollard::query_parameters::ImportImageOptions;
use futures_util::{StreamExt, stream};

use super::daemon::{Live, chain};
use super::image::{ImageError, unless};
use super::import::Chunks;
use crate::interrupt::Interrupt;

/// Loads every image of an archive, under the names that it has there.
pub(super) fn load(live: &Live, archive: &Path, interrupt: &Interrupt) -> Result<(), ImageError> {
    let body = bollard::body_try_stream(stream::iter(Chunks(File::open(archive)?)));
    let options = ImportImageOptions::default();
    let mut steps = live.docker.import_image(options, body, None);
    live.runtime.block_on(async {
        while let Some(step) = unless(interrupt, steps.next()).await? {
            let failed = |said: String| {
                let archive = archive.display();
                ImageError::Failed(format!("the Docker daemon cannot load {archive}: {said}"))
            };
            let step = step.map_err(|error| failed(chain(&error)))?;
            if let Some(error) = step.error_detail.and_then(|detail| detail.message) {
                return Err(failed(error));
            }
        }
        Ok(())
    })
}
