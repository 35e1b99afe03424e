//! A folder becomes an image: a tar stream into the daemon, with no file between them.

use std::io::{self, Read};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use bollard::query_parameters::{CreateImageOptionsBuilder, RemoveImageOptions};
use futures_util::stream;

use super::daemon::{ANSWER_LIMIT, Live};
use crate::interrupt::Interrupt;
use crate::outcome::{Failure, chain};
use crate::owner::{self, Owner};

/// Hands the folder to the daemon as a tar stream, without what only installing needs.
pub(super) fn import(
    live: &Live,
    root: &Path,
    name: &str,
    interrupt: &Interrupt,
) -> Result<(), Failure> {
    let unpacked = Failure::cannot("pack the Debian base");
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
        .spawn()
        .map_err(unpacked)?;
    let body = bollard::body_try_stream(stream::iter(
        tar.stdout.take().map(Chunks).into_iter().flatten(),
    ));
    let (repo, tag) = name.split_once(':').unwrap_or((name, "latest"));
    let options = CreateImageOptionsBuilder::new()
        .from_src("-")
        .repo(repo)
        .tag(tag)
        .build();
    let mut steps = live.docker.create_image(Some(options), Some(body), None);
    let mut take = || -> Result<(), Failure> {
        while let Some(step) = live.next(interrupt, &mut steps)? {
            step.map_err(|error| {
                Failure::failed(format!("cannot import the Debian base: {}", chain(&error)))
            })?;
        }
        Ok(())
    };
    let imported = take();
    if imported.is_err() {
        // The client may still hold its pipe, so that it would wait for ever.
        let _ = tar.kill();
    }
    let packed = tar.wait().map_err(unpacked)?;
    let made = imported.and_then(|()| {
        let failed = || Failure::failed(format!("tar of the Debian base: {packed}"));
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
