//! Handing the daemon an image from a file, as `docker load` does.

use std::fs::File;
use std::path::Path;

use bollard::query_parameters::ImportImageOptions;
use futures_util::stream;

use super::daemon::DockerHost;
use super::import::Chunks;
use crate::interrupt::Interrupt;
use crate::outcome::{Failure, chain};

impl DockerHost {
    /// Has the daemon take every image of an archive, under the names that it has there.
    pub fn load(&self, archive: &Path, interrupt: &Interrupt) -> Result<(), Failure> {
        let live = self.live()?;
        let file = File::open(archive).map_err(Failure::cannot("open an image"))?;
        let body = bollard::body_try_stream(stream::iter(Chunks(file)));
        let options = ImportImageOptions::default();
        let mut steps = live.docker.import_image(options, body, None);
        while let Some(step) = live.next(interrupt, &mut steps)? {
            let error = match step {
                Ok(step) => step.error_detail.and_then(|detail| detail.message),
                Err(error) => Some(chain(&error)),
            };
            if let Some(error) = error {
                let archive = archive.display();
                let reason = format!("the Docker daemon cannot load {archive}: {error}");
                return Err(Failure::failed(reason));
            }
        }
        Ok(())
    }
}
