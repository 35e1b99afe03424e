//! Images of the workloads, built through the API from `Dockerfile.baseline`.
//!
//! A tag ends with the digest of all that goes into the image (the Dockerfile, the
//! base, the binary), so that an image that is there is never stale.

use std::collections::HashMap;
use std::future::Future;
use std::path::Path;
use std::pin::pin;
use std::time::Duration;
use std::{fs, io};

use bollard::models::BuildInfo;
use bollard::query_parameters::BuildImageOptionsBuilder;
use futures_util::StreamExt;
use labrun_record::Outcome;
use thiserror::Error;
use tokio::time::sleep;

use super::base;
use super::body::WORKLOAD_LABEL;
use super::context::{context, digest};
use super::daemon::{Live, chain};
use crate::interrupt::Interrupt;
use crate::isolation::Base;
use crate::progress::Progress;

/// How often a wait looks whether the run goes on.
const LOOK_INTERVAL: Duration = Duration::from_millis(50);

/// Steps of `Dockerfile.baseline`, and one for the labels: how far a build is.
const STEPS: u64 = 6;

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
}

/// Why there is no image.
#[derive(Debug, Error)]
pub enum ImageError {
    /// What it needs is not here; the text says how to get it.
    #[error("{0}")]
    Unavailable(String),
    /// It went wrong.
    #[error("{0}")]
    Failed(String),
    /// A file cannot be read, or a program not be run.
    #[error("cannot build the image: {0}")]
    Io(#[from] io::Error),
    /// The run was asked to end.
    #[error("interrupted")]
    Interrupted,
}

impl ImageError {
    /// What a row that needs the image becomes.
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Unavailable(_) => Outcome::Unavailable,
            Self::Failed(_) | Self::Io(_) => Outcome::Failed,
            Self::Interrupted => Outcome::NotSelected,
        }
    }
}

/// The image that is asked for; built if the daemon does not have it.
pub(super) fn build(live: &Live, request: &ImageRequest<'_>) -> Result<Image, ImageError> {
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
    let dockerfile = fs::read(request.dockerfile)?;
    let digest = digest(&[
        &dockerfile,
        base_sha256.as_bytes(),
        request.binary_sha256.as_bytes(),
    ]);
    let tag = format!("labrun/{workload}{suffix}:{}", &digest[..12]);
    if let Some(image) = inspect(live, &tag)? {
        return Ok(image);
    }
    let context = context(&dockerfile, &fs::read(request.binary)?)?;
    let options = BuildImageOptionsBuilder::new()
        .t(&tag)
        .rm(true)
        .forcerm(true)
        .buildargs(&HashMap::from([("BASE", base.as_str())]))
        .labels(&HashMap::from([(WORKLOAD_LABEL, workload)]))
        .build();
    let mut steps =
        live.docker
            .build_image(options, None, Some(bollard::body_full(context.into())));
    let what = format!("image {tag}");
    let built = live.runtime.block_on(async {
        let mut done = 0;
        while let Some(step) = unless(interrupt, steps.next()).await? {
            done += u64::from(is_step(step).map_err(|reason| failed(&tag, &reason))?);
            progress.step(&what, done, STEPS);
        }
        Ok::<_, ImageError>(())
    });
    progress.finish(&what);
    built?;
    inspect(live, &tag)?.ok_or_else(|| failed(&tag, "it is not there afterwards"))
}

/// Waits for `work`, or until the run is asked to end.
pub(super) async fn unless<T>(
    interrupt: &Interrupt,
    work: impl Future<Output = T>,
) -> Result<T, ImageError> {
    let mut work = pin!(work);
    loop {
        tokio::select! {
            biased;
            done = &mut work => return Ok(done),
            () = sleep(LOOK_INTERVAL) => if interrupt.raised() {
                return Err(ImageError::Interrupted);
            },
        }
    }
}

fn failed(tag: &str, reason: &str) -> ImageError {
    ImageError::Failed(format!("cannot build the image {tag}: {reason}"))
}

/// The image with this name, where the daemon has it.
pub(super) fn inspect(live: &Live, tag: &str) -> Result<Option<Image>, ImageError> {
    match live.runtime.block_on(live.docker.inspect_image(tag)) {
        Ok(image) => Ok(Some(Image {
            sha256: image
                .id
                .unwrap_or_default()
                .trim_start_matches("sha256:")
                .to_owned(),
            tag: tag.to_owned(),
            bytes: image
                .size
                .and_then(|size| u64::try_from(size).ok())
                .unwrap_or_default(),
        })),
        Err(bollard::errors::Error::DockerResponseServerError {
            status_code: 404, ..
        }) => Ok(None),
        Err(error) => Err(ImageError::Unavailable(format!(
            "the Docker daemon stopped answering: {}",
            chain(&error)
        ))),
    }
}

/// Whether a piece of the builder's answer begins a step.
fn is_step(piece: Result<BuildInfo, bollard::errors::Error>) -> Result<bool, String> {
    let piece = piece.map_err(|error| chain(&error))?;
    if let Some(message) = piece.error_detail.and_then(|detail| detail.message) {
        return Err(message);
    }
    Ok(piece.stream.is_some_and(|text| text.starts_with("Step ")))
}
