//! What the daemon saves of an image, as a stream.

use std::io::{self, Read};
use std::pin::Pin;

use bollard::errors::Error;
use bytes::Bytes;
use futures_util::Stream;

use super::daemon::{DockerHost, Live, refused};
use crate::interrupt::Interrupt;
use crate::outcome::Failure;

impl DockerHost {
    /// Lets `read` read what `docker save` would write of an image, until the run is asked
    /// to end. Nothing is kept of it.
    pub fn save<T>(
        &self,
        image: &str,
        interrupt: &Interrupt,
        read: impl FnOnce(&mut dyn Read) -> io::Result<T>,
    ) -> Result<T, Failure> {
        let live = &*self.live()?;
        let mut saving = Saving {
            live,
            interrupt,
            stream: Box::pin(live.docker.export_image(image)),
            piece: Bytes::new(),
            failure: None,
        };
        let outcome = read(&mut saving);
        match saving.failure {
            Some(failure) => Err(failure),
            None => outcome.map_err(|error| Failure::failed(format!("{image}: {error}"))),
        }
    }
}

/// The daemon's answer as a reader, on the lab's one thread.
struct Saving<'a, S> {
    live: &'a Live,
    interrupt: &'a Interrupt,
    stream: Pin<Box<S>>,
    piece: Bytes,
    /// Why the stream ended early: a reader's error says less.
    failure: Option<Failure>,
}

impl<S: Stream<Item = Result<Bytes, Error>>> Saving<'_, S> {
    /// The next piece; none at the end.
    fn next(&mut self) -> Result<Option<Bytes>, Failure> {
        // It is often there already, so that no wait would notice.
        if self.interrupt.raised() {
            return Err(Failure::Interrupted);
        }
        let piece = self.live.next(self.interrupt, &mut self.stream)?;
        piece
            .transpose()
            .map_err(|error| refused("save the image", &error))
    }
}

impl<S: Stream<Item = Result<Bytes, Error>>> Read for Saving<'_, S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() {
            match self.next() {
                Ok(Some(piece)) => self.piece = piece,
                Ok(None) => return Ok(0),
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
