//! Images of the workloads, built through the API from `Dockerfile.baseline`.
//!
//! A tag ends with the digest of all that goes into the image (the Dockerfile, the
//! base, the binary), so that an image that is there is never stale.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use bollard::errors::Error;
use bollard::models::BuildInfo;
use bollard::query_parameters::BuildImageOptionsBuilder;

use super::base;
use super::body::WORKLOAD_LABEL;
use super::context::{context, digest};
use super::daemon::{ANSWER_LIMIT, DockerHost, Live, refused};
use crate::arch::Arch;
use crate::inspect::tcp_ports;
use crate::interrupt::Interrupt;
use crate::isolation::Base;
use crate::outcome::{Failure, chain};
use crate::progress::Progress;

/// Steps of `Dockerfile.baseline`, and one for the labels: how far a build is.
const STEPS: u64 = 5;

/// What an image is built from.
#[derive(Clone, Copy)]
pub struct ImageRequest<'a> {
    /// `Dockerfile.baseline`.
    pub dockerfile: &'a Path,
    /// Name of the workload.
    pub workload: &'a str,
    /// Its binary.
    pub binary: &'a Path,
    /// SHA-256 of the binary.
    pub binary_sha256: &'a str,
    /// What is under it.
    pub base: Base,
    /// The architecture of the binary, where it is another than this machine's.
    pub platform: Option<Arch>,
    /// Whether the run was asked to end.
    pub interrupt: &'a Interrupt,
    /// Who is told how far it is.
    pub progress: &'a dyn Progress,
}

/// An image that the daemon has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// Its own digest, 64 hex digits: Docker's id of it after `sha256:`.
    pub sha256: String,
    /// Name and tag, for example `labrun/add:0123456789ab`.
    pub tag: String,
    /// Bytes of all its layers.
    pub bytes: u64,
    /// Digests of its uncompressed layers, 64 hex digits each, the lowest first.
    pub layers: Vec<String>,
    /// What is started, with its first arguments.
    pub entrypoint: Vec<String>,
    /// What follows it, where nothing else is given.
    pub command: Vec<String>,
    /// The TCP ports that it says it listens on, in order.
    pub ports: Vec<u16>,
}

impl DockerHost {
    /// The image of a name and tag, if the daemon has it.
    pub fn image(&self, tag: &str) -> Result<Option<Image>, Failure> {
        inspect(&*self.live()?, tag)
    }

    /// The same; that there is none is a failure.
    pub(crate) fn image_that_is_there(&self, tag: &str) -> Result<Image, Failure> {
        let none = || Failure::failed(format!("the Docker daemon has no image {tag}"));
        self.image(tag)?.ok_or_else(none)
    }

    /// The image that is asked for; built if the daemon does not have it.
    pub fn build_image(&self, request: &ImageRequest<'_>) -> Result<Image, Failure> {
        let live = &*self.live()?;
        let ImageRequest {
            workload,
            interrupt,
            progress,
            ..
        } = *request;
        // A build argument takes a name, not the digest of an image.
        let (base, base_sha256, suffix) = match request.base {
            Base::Scratch => ("scratch".to_owned(), String::new(), ""),
            Base::Debian => (
                base::tag(),
                base::ensure(live, interrupt, progress)?.sha256,
                "-debian",
            ),
        };
        let unread = Failure::cannot("build the image");
        let dockerfile = fs::read(request.dockerfile).map_err(unread)?;
        let digest = digest(&[
            &dockerfile,
            base_sha256.as_bytes(),
            request.binary_sha256.as_bytes(),
        ]);
        let tag = format!("labrun/{workload}{suffix}:{}", &digest[..12]);
        if let Some(image) = inspect(live, &tag)? {
            return Ok(image);
        }
        let binary = fs::read(request.binary).map_err(unread)?;
        let context = context(&dockerfile, &binary).map_err(unread)?;
        let mut options = BuildImageOptionsBuilder::new()
            .t(&tag)
            .rm(true)
            .forcerm(true)
            .buildargs(&HashMap::from([("BASE", base.as_str())]))
            .labels(&HashMap::from([(WORKLOAD_LABEL, workload)]));
        if let Some(arch) = request.platform {
            options = options.platform(&format!("linux/{}", arch.of_images()));
        }
        let options = options.build();
        let body = bollard::body_full(context.into());
        let mut steps = live.docker.build_image(options, None, Some(body));
        let failed =
            |reason: &str| Failure::failed(format!("cannot build the image {tag}: {reason}"));
        let what = format!("image {tag}");
        let mut done = 0;
        let mut take = || -> Result<(), Failure> {
            while let Some(step) = live.next(interrupt, &mut steps)? {
                done += u64::from(is_step(step).map_err(|reason| failed(&reason))?);
                progress.step(&what, done, STEPS);
            }
            Ok(())
        };
        let built = take();
        progress.finish(&what);
        built?;
        inspect(live, &tag)?.ok_or_else(|| failed("it is not there afterwards"))
    }
}

/// The image with this name, where the daemon has it.
pub(super) fn inspect(live: &Live, tag: &str) -> Result<Option<Image>, Failure> {
    let digits = |digest: &str| digest.trim_start_matches("sha256:").to_owned();
    let silent = || {
        let limit_s = ANSWER_LIMIT.as_secs();
        let reason = format!("the Docker daemon did not answer within {limit_s} s");
        Failure::unavailable(reason)
    };
    let seen = live.within(ANSWER_LIMIT, live.docker.inspect_image(tag));
    match seen.ok_or_else(silent)? {
        Ok(image) => {
            let start = image.config.unwrap_or_default();
            let exposed = start.exposed_ports.unwrap_or_default();
            Ok(Some(Image {
                sha256: digits(&image.id.unwrap_or_default()),
                tag: tag.to_owned(),
                bytes: image
                    .size
                    .and_then(|size| u64::try_from(size).ok())
                    .unwrap_or_default(),
                layers: image
                    .root_fs
                    .and_then(|root| root.layers)
                    .unwrap_or_default()
                    .iter()
                    .map(|id| digits(id))
                    .collect(),
                entrypoint: start.entrypoint.unwrap_or_default(),
                command: start.cmd.unwrap_or_default(),
                ports: tcp_ports(exposed.iter().map(String::as_str)),
            }))
        }
        Err(Error::DockerResponseServerError {
            status_code: 404, ..
        }) => Ok(None),
        Err(error) => Err(refused(&format!("inspect the image {tag}"), &error)),
    }
}

/// Whether a piece of the builder's answer begins a step.
fn is_step(piece: Result<BuildInfo, Error>) -> Result<bool, String> {
    let piece = piece.map_err(|error| chain(&error))?;
    if let Some(message) = piece.error_detail.and_then(|detail| detail.message) {
        return Err(message);
    }
    Ok(piece.stream.is_some_and(|text| text.starts_with("Step ")))
}
