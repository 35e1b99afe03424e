//! A folder becomes an image: a tar stream into the daemon, with no file between them.

use std::io::{self, Read};
use std::path::Path;
use std::process::{Command, Stdio};

use bollard::query_parameters::CreateImageOptionsBuilder;
use futures_util::{StreamExt, stream};

use super::daemon::{Live, chain};
use super::image::ImageError;
use crate::owner::{self, Owner};

/// Hands the folder to the daemon as a tar stream, without what only installing needs.
pub(super) fn import(live: &Live, root: &Path, name: &str) -> Result<(), ImageError> {
    let mut tar = Command::new("tar")
        .args([
            "--numeric-owner",
            "--exclude=./var/cache/apt/*",
            "--exclude=./var/lib/apt/lists/*",
            "-C",
        ])
        .arg(root)
        .args(["-c", "."])
        .env(owner::VARIABLE, Owner::this().to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()?;
    let stdout = tar
        .stdout
        .take()
        .ok_or_else(|| io::Error::from(io::ErrorKind::BrokenPipe))?;
    let body = bollard::body_try_stream(stream::iter(Chunks(stdout)));
    let (repo, tag) = name.split_once(':').unwrap_or((name, "latest"));
    let options = CreateImageOptionsBuilder::new()
        .from_src("-")
        .repo(repo)
        .tag(tag)
        .build();
    let mut steps = live.docker.create_image(Some(options), Some(body), None);
    let imported = live.runtime.block_on(async {
        while let Some(step) = steps.next().await {
            step?;
        }
        Ok::<_, bollard::errors::Error>(())
    });
    // Nobody reads its pipe any more, so that it ends by itself.
    drop(steps);
    let packed = tar.wait()?;
    imported.map_err(|error| {
        ImageError::Failed(format!("cannot import the Debian base: {}", chain(&error)))
    })?;
    if packed.success() {
        Ok(())
    } else {
        Err(ImageError::Failed(format!(
            "tar of the Debian base: {packed}"
        )))
    }
}

/// What a reader gives, piece by piece.
struct Chunks<R>(R);

impl<R: Read> Iterator for Chunks<R> {
    type Item = io::Result<bytes::Bytes>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut chunk = vec![0; 256 * 1024];
        match self.0.read(&mut chunk) {
            Ok(0) => None,
            Ok(read) => {
                chunk.truncate(read);
                Some(Ok(chunk.into()))
            }
            Err(error) => Some(Err(error)),
        }
    }
}
