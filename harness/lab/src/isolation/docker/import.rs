//! A folder becomes an image: a tar stream into the daemon, with no file between them.

use std::io::{self, Read};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use bollard::query_parameters::{CreateImageOptionsBuilder, RemoveImageOptions};
use futures_util::{StreamExt, stream};

use super::daemon::{ANSWER_LIMIT, Live, chain};
use super::image::{ImageError, unless};
use crate::interrupt::Interrupt;
use crate::owner::{self, Owner};

/// Hands the folder to the daemon as a tar stream, without what only installing needs.
pub(super) fn import(
    live: &Live,
    root: &Path,
    name: &str,
    interrupt: &Interrupt,
) -> Result<(), ImageError> {
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
        // Ctrl-C is for the lab: an archive that ends too early would be imported.
        .process_group(0)
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
        while let Some(step) = unless(interrupt, steps.next()).await? {
            step.map_err(|error| {
                ImageError::Failed(format!("cannot import the Debian base: {}", chain(&error)))
            })?;
        }
        Ok::<_, ImageError>(())
    });
    if imported.is_err() {
        // The client may still hold its pipe, so that it would wait for ever.
        let _ = tar.kill();
    }
    let packed = tar.wait()?;
    let made = imported.and_then(|()| {
        let failed = || ImageError::Failed(format!("tar of the Debian base: {packed}"));
        packed.success().then_some(()).ok_or_else(failed)
    });
    if made.is_err() {
        // Half a base that is tagged would be taken for whole by the next run.
        let removal = live
            .docker
            .remove_image(name, None::<RemoveImageOptions>, None);
        let _ = live.within(ANSWER_LIMIT, removal);
    }
    made
}

/// What a reader gives, piece by piece.
pub(super) struct Chunks<R>(pub(super) R);

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
