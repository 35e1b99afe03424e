//! What a process prints: waiting for it, holding it against what is expected, and telling it
//! in reasons.

use std::os::fd::AsRawFd as _;

use super::held::Process;
use super::source::{LIMIT, Stream};
use crate::clock::now_ns;
use crate::outcome::Failure;
use crate::site::Site;
use crate::wait::{poll, readable};

/// Lines of stderr that a reason ends with at most.
const ENDING_LINES: usize = 3;

impl Process {
    /// What is kept of a stream.
    pub fn kept(&self, stream: Stream) -> &[u8] {
        self.sources
            .iter()
            .find(|source| source.stream == stream)
            .map_or(&[], |source| &source.kept)
    }

    /// Forgets what is kept of a stream, up to `bytes`.
    pub fn discard(&mut self, stream: Stream, bytes: usize) {
        if let Some(source) = self
            .sources
            .iter_mut()
            .find(|source| source.stream == stream)
        {
            source.kept.drain(..bytes.min(source.kept.len()));
        }
    }

    /// Reads a stream no more.
    pub fn give_up(&mut self, stream: Stream) {
        self.sources.retain(|source| source.stream != stream);
    }

    /// Whether a stream has ended.
    pub fn is_closed(&self, stream: Stream) -> bool {
        self.sources
            .iter()
            .all(|source| source.stream != stream || source.pipe.is_none())
    }

    /// Whether a stream has more to read, or its end.
    pub fn has_more(&self, stream: Stream) -> bool {
        let mut sources = self.sources.iter();
        sources.any(|source| source.stream == stream && source.has_more())
    }

    /// Waits until something was read, a stream ended, or `deadline_ns` passed;
    /// gives the instant right after.
    pub fn wait(&mut self, site: &Site, deadline_ns: u64) -> Result<u64, Failure> {
        let mut fds: Vec<libc::pollfd> = Vec::with_capacity(5);
        let mut polled: Vec<usize> = Vec::with_capacity(3);
        for (index, source) in self.sources.iter().enumerate() {
            if let Some(pipe) = &source.pipe {
                fds.push(readable(pipe.as_raw_fd()));
                polled.push(index);
            }
        }
        let streams = fds.len();
        if streams == 0 {
            return Ok(now_ns());
        }
        fds.push(readable(site.interrupt.fd()));
        poll(&mut fds, deadline_ns)?;
        let mut at_ns = now_ns();
        if fds[streams].revents != 0 {
            return Err(Failure::Interrupted);
        }
        if fds[..streams].iter().all(|fd| fd.revents == 0) {
            return Err(Failure::timeout("the time limit of a launch passed"));
        }
        for (fd, &index) in fds.iter().zip(&polled) {
            if fd.revents != 0 {
                self.sources[index]
                    .fill()
                    .map_err(|error| Failure::failed(format!("cannot read its output: {error}")))?;
                at_ns = now_ns();
            }
        }
        if let Some(source) = self
            .sources
            .iter()
            .find(|s| s.kept.len() > LIMIT && s.stream != Stream::Stderr)
        {
            let stream = source.stream;
            let reason = format!("it printed more than {} KiB on {stream:?}", LIMIT / 1024);
            // Beside a guest's own pipe, stdout is no output of the workload.
            return Err(if stream == self.output {
                Failure::mismatch(reason)
            } else {
                Failure::failed(reason)
            });
        }
        Ok(at_ns)
    }

    /// Reads until `stream` begins with `expected`; gives the instant at which the
    /// lab held it. Other output, or its end, is a failure at once.
    pub fn expect(
        &mut self,
        site: &Site,
        stream: Stream,
        expected: &[u8],
        deadline_ns: u64,
    ) -> Result<u64, Failure> {
        loop {
            // It may have come while something else was waited for.
            let kept = self.kept(stream);
            if kept.len() >= expected.len() && kept.starts_with(expected) {
                return Ok(self.read_ns(stream));
            }
            let common = kept.len().min(expected.len());
            if kept[..common] != expected[..common] {
                // The rest of a wrong line makes a better reason than its first bytes.
                let shown = shown(kept);
                return Err(Failure::mismatch(format!(
                    "expected {:?}, got {shown:?}",
                    self::shown(expected)
                )));
            }
            if self.is_closed(stream) {
                let printed = shown(kept);
                let exit = self.end(site, deadline_ns)?;
                let reason = format!("it {exit} before its output was whole: got {printed:?}");
                return Err(if exit.is_success() {
                    Failure::mismatch(reason)
                } else {
                    self.explain(Failure::failed(reason), stream)
                });
            }
            self.wait(site, deadline_ns)
                .map_err(|failure| self.explain(failure, stream))?;
        }
    }

    /// When the last of what is kept of a stream was read.
    fn read_ns(&self, stream: Stream) -> u64 {
        let mut sources = self.sources.iter();
        let source = sources.find(|source| source.stream == stream);
        source.map_or(0, |source| source.at_ns)
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

    /// Adds to a reason what the process said on stderr.
    pub fn explain(&self, failure: Failure, stream: Stream) -> Failure {
        let said = self.kept(Stream::Stderr);
        match failure {
            Failure::Outcome(outcome, mut reason) => {
                if outcome == labrun_record::Outcome::Timeout {
                    let printed = shown(self.kept(stream));
                    reason = format!("{reason}; its output so far: {printed:?}");
                }
                let said = String::from_utf8_lossy(said);
                Failure::Outcome(
                    outcome,
                    match ending(&said) {
                        Some(ending) => format!("{reason}; its stderr ends: {ending}"),
                        None => reason,
                    },
                )
            }
            Failure::Interrupted => Failure::Interrupted,
        }
    }
}

/// The last lines of what was said, as one: the very last is often no more than advice.
fn ending(said: &str) -> Option<String> {
    let lines: Vec<&str> = said
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let from = lines.len().saturating_sub(ENDING_LINES);
    let cut = |line: &&str| line.chars().take(300).collect::<String>();
    let last: Vec<String> = lines[from..].iter().map(cut).collect();
    (!last.is_empty()).then(|| last.join(" / "))
}

/// The beginning of some output, for a reason.
fn shown(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(160)]).into_owned();
    if bytes.len() > 160 {
        format!("{text}... ({} bytes)", bytes.len())
    } else {
        text
    }
}
