//! Reading what a process prints.

use std::os::fd::AsFd as _;

use super::held::Process;
use super::source::{LIMIT, Source, Stream};
use crate::clock::now_ns;
use crate::outcome::Failure;
use crate::site::Site;
use crate::wait::{is_ready, poll, readable};

impl Process {
    /// Reads a stream no more.
    pub fn give_up(&mut self, stream: Stream) {
        self.sources.retain(|source| source.stream != stream);
    }

    /// Whether a stream has more to read, or its end.
    pub fn has_more(&self, stream: Stream) -> bool {
        let mut sources = self.sources.iter();
        sources.any(|source| source.stream == stream && source.has_more())
    }

    /// Waits until something was read, a stream ended, or `deadline_ns` passed;
    /// gives the instant right after.
    pub(super) fn read(&mut self, site: &Site, deadline_ns: u64) -> Result<u64, Failure> {
        let is_open = |source: &Source| source.pipe.is_some();
        if !self.sources.iter().any(is_open) {
            return Ok(now_ns());
        }
        let watches_end = self.watches_end();
        if watches_end && self.end.is_none() {
            self.end = Some(self.open_end()?);
        }
        let pipes = self.sources.iter();
        let pipes = pipes.filter_map(|source| source.pipe.as_ref());
        let end = self.end.iter().filter(|_| watches_end);
        let mut fds = Vec::with_capacity(4);
        fds.push(readable(site.interrupt.fd()));
        fds.extend(pipes.map(|pipe| readable(pipe.as_fd())));
        fds.extend(end.map(|end| readable(end.as_fd())));
        poll(&mut fds, self.waits_until(deadline_ns))?;
        let mut at_ns = now_ns();
        if is_ready(&fds[0]) {
            return Err(Failure::Interrupted);
        }
        let mut ready: Vec<bool> = fds[1..].iter().map(is_ready).collect();
        let has_ended = watches_end && ready.pop() == Some(true);
        let came = ready.contains(&true);
        let open = self
            .sources
            .iter_mut()
            .filter(|source| source.pipe.is_some());
        for (source, _) in open.zip(ready).filter(|(_, ready)| *ready) {
            source
                .fill()
                .map_err(|error| Failure::failed(format!("cannot read its output: {error}")))?;
            at_ns = now_ns();
        }
        // After what it has printed was held, which is what counts.
        if has_ended {
            self.outlived(at_ns);
        }
        let looked = self.looks_at_holders(at_ns, deadline_ns)?;
        if !(came || has_ended || looked) {
            return Err(Failure::timeout("the time limit of a launch passed"));
        }
        self.check_length()?;
        Ok(at_ns)
    }

    /// That no stream but stderr is longer than what is kept.
    fn check_length(&self) -> Result<(), Failure> {
        let mut sources = self.sources.iter();
        let is_long =
            |source: &&Source| source.kept.len() > LIMIT && source.stream != Stream::Stderr;
        let Some(source) = sources.find(is_long) else {
            return Ok(());
        };
        let stream = source.stream;
        let reason = format!(
            "it printed more than {} KiB on {}, of which no more is looked at",
            LIMIT / 1024,
            stream.name()
        );
        // Beside a guest's own pipe, stdout is no output of the workload.
        Err(if stream == self.output {
            Failure::mismatch(reason)
        } else {
            Failure::failed(reason)
        })
    }

    /// One of its streams, where it has that.
    pub(super) fn source(&self, stream: Stream) -> Option<&Source> {
        self.sources.iter().find(|source| source.stream == stream)
    }

    /// Takes what there is to read: what it printed last explains how it ended.
    pub(super) fn fill(&mut self) {
        for source in &mut self.sources {
            while source.pipe.is_some() && source.kept.len() <= LIMIT && source.has_more() {
                if source.fill().is_err() {
                    break;
                }
            }
        }
    }
}
