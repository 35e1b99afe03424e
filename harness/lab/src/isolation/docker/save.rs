//! What the daemon saves of an image, as a stream; and what it says of its layers.

use std::io::{self, Read};
use std::pin::Pin;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};

use super::daemon::{ANSWER_LIMIT, Live, chain};
use super::image::{ImageError, unless};
use crate::interrupt::Interrupt;

/// Lets `read` read what `docker save` would write of the image.
pub(super) fn save<T>(
    live: &Live,
    image: &str,
    interrupt: &Interrupt,
    read: impl FnOnce(&mut dyn Read) -> io::Result<T>,
) -> Result<T, ImageError> {
    let mut saving = Saving {
        live,
        interrupt,
        stream: Box::pin(live.docker.export_image(image)),
        piece: Bytes::new(),
        failure: None,
    };
    let outcome = read(&mut saving);
    match (outcome, saving.failure) {
        (_, Some(failure)) => Err(failure),
        (Ok(value), None) => Ok(value),
        (Err(error), None) => Err(ImageError::Failed(format!("{image}: {error}"))),
    }
}

/// Digests of the uncompressed layers of an image, 64 hex digits each, the lowest first.
pub(super) fn layers(live: &Live, image: &str) -> Result<Vec<String>, ImageError> {
    let silent = || {
        ImageError::Unavailable(format!(
            "the Docker daemon did not answer within {} s",
            ANSWER_LIMIT.as_secs()
        ))
    };
    let found = live
        .within(ANSWER_LIMIT, live.docker.inspect_image(image))
        .ok_or_else(silent)?
        .map_err(|error| ended(image, &error))?;
    let layers = found.root_fs.and_then(|root| root.layers);
    Ok(layers
        .unwrap_or_default()
        .iter()
        .map(|id| id.trim_start_matches("sha256:").to_owned())
        .collect())
}

fn ended(image: &str, error: &bollard::errors::Error) -> ImageError {
    match error {
        bollard::errors::Error::DockerResponseServerError {
            status_code: 404, ..
        } => ImageError::Failed(format!("the Docker daemon has no image {image}")),
        bollard::errors::Error::DockerResponseServerError { message, .. } => {
            ImageError::Failed(format!("the Docker daemon cannot save {image}: {message}"))
        }
        _ => ImageError::Unavailable(format!(
            "the Docker daemon stopped answering: {}",
            chain(error)
        )),
    }
}

/// The daemon's answer as a reader, on the lab's one thread.
struct Saving<'a, S> {
    live: &'a Live,
    interrupt: &'a Interrupt,
    stream: Pin<Box<S>>,
    piece: Bytes,
    /// Why the stream ended early: a reader's error says less.
    failure: Option<ImageError>,
}

impl<S> Read for Saving<'_, S>
where
    S: Stream<Item = Result<Bytes, bollard::errors::Error>>,
{
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() {
            // The next piece is often there already, so that no wait would notice.
            let next = if self.interrupt.raised() {
                Err(ImageError::Interrupted)
            } else {
                let next = unless(self.interrupt, self.stream.next());
                self.live.runtime.block_on(next)
            };
            let next = match next {
                Ok(Some(Ok(piece))) => Ok(piece),
                Ok(None) => return Ok(0),
                Ok(Some(Err(error))) => Err(ended("the image", &error)),
                Err(interrupted) => Err(interrupted),
            };
            match next {
                Ok(piece) => self.piece = piece,
                Err(failure) => {
                    let error = io::Error::other(failure.to_string());
                    self.failure = Some(failure);
                    return Err(error);
                }
            }
        }
        let length = buffer.len().min(self.piece.len());
        buffer[..length].copy_from_slice(&self.piece.split_to(length));
        Ok(length)
    }
}
