//! A process that the lab started: its streams, its end.

use std::io::{self, PipeReader, PipeWriter, Write};
use std::os::fd::{AsRawFd, RawFd};

use super::exit::Exit;
use super::left;
use super::poll::{pidfd, poll, readable};
use super::source::{LIMIT, Source, Stream};
use crate::clock::now_ns;
use crate::isolation::Failure;
use crate::site::Site;

/// Lines of stderr that a reason ends with at most.
const ENDING_LINES: usize = 3;

/// A process that the lab started. Dropping it ends it and all of its group.
#[derive(Debug)]
pub struct Process {
    pid: libc::pid_t,
    stdin: Option<PipeWriter>,
    sources: Vec<Source>,
    /// The stream that the workload writes its output to.
    output: Stream,
    ended: Option<Exit>,
    /// By which what it leaves behind is found.
    mark: Option<String>,
}

impl Process {
    pub(super) fn new(
        pid: libc::pid_t,
        stdin: Option<PipeWriter>,
        stdout: PipeReader,
        stderr: PipeReader,
        guest: Option<PipeReader>,
    ) -> Self {
        let source = |stream, pipe| Source {
            stream,
            pipe: Some(pipe),
            kept: Vec::new(),
            at_ns: 0,
        };
        let mut sources = vec![
            source(Stream::Stdout, stdout),
            source(Stream::Stderr, stderr),
        ];
        let mut output = Stream::Stdout;
        if let Some(guest) = guest {
            sources.push(source(Stream::Guest, guest));
            output = Stream::Guest;
        }
        Self {
            pid,
            stdin,
            sources,
            output,
            ended: None,
            mark: None,
        }
    }

    /// The same, whose descendants carry a mark.
    pub(super) fn marked(mut self, mark: Option<String>) -> Self {
        self.mark = mark;
        self
    }

    /// The same, whose workload writes to stdout even where there is a guest's pipe.
    pub(super) fn with_output_on_stdout(mut self) -> Self {
        self.output = Stream::Stdout;
        self
    }

    /// Its id; another process's once this one was reaped.
    pub fn pid(&self) -> libc::pid_t {
        self.pid
    }

    /// Writes to its stdin.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.stdin {
            Some(pipe) => pipe.write_all(bytes),
            None => Err(io::Error::new(io::ErrorKind::BrokenPipe, "stdin is closed")),
        }
    }

    /// Closes its stdin.
    pub fn close_stdin(&mut self) {
        self.stdin = None;
    }

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

    /// Waits until it is gone, and ends what is left of its process group. One with a mark
    /// that leaves processes behind has failed: they are named, and ended.
    pub fn end(&mut self, site: &Site, deadline_ns: u64) -> Result<Exit, Failure> {
        if let Some(exit) = self.ended {
            return Ok(exit);
        }
        self.wait_for_end(site, deadline_ns, None)?;
        let left = self.mark.as_deref().map(|mark| left::after(mark, self.pid));
        let mut exit = self.reap();
        self.fill();
        if let Some(left) = left {
            exit.at_ns = left.gone_ns;
            self.ended = Some(exit);
            if let Some(reason) = left.reason {
                return Err(Failure::failed(reason));
            }
        }
        Ok(exit)
    }

    /// Waits until it has ended, and leaves alone whom it has started, who have its streams.
    pub fn leave(&mut self, site: &Site, deadline_ns: u64) -> Result<Exit, Failure> {
        self.wait_for_end(site, deadline_ns, None)?;
        let exit = self.wait_for_status();
        self.fill();
        Ok(exit)
    }

    /// From here on this is process `pid`, which the one that has ended left in its place:
    /// a child of the lab's, with the same streams.
    pub fn follow(&mut self, pid: libc::pid_t) {
        self.pid = pid;
        self.ended = None;
    }

    /// Waits until it has ended, and gives how; or until `other` has written something.
    pub fn end_unless(
        &mut self,
        other: &Self,
        site: &Site,
        deadline_ns: u64,
    ) -> Result<Option<Exit>, Failure> {
        let outputs = other.sources.iter();
        let mut output = outputs.filter(|source| source.stream == Stream::Stdout);
        let output = output.find_map(|source| source.pipe.as_ref());
        let output = output.map(AsRawFd::as_raw_fd);
        if self.wait_for_end(site, deadline_ns, output)? {
            self.end(site, deadline_ns).map(Some)
        } else {
            Ok(None)
        }
    }

    /// Waits until it has ended, or `or` can be read; gives whether it has ended.
    fn wait_for_end(
        &self,
        site: &Site,
        deadline_ns: u64,
        or: Option<RawFd>,
    ) -> Result<bool, Failure> {
        let pidfd =
            pidfd(self.pid).map_err(|error| Failure::failed(format!("pidfd_open: {error}")))?;
        let mut fds = vec![readable(pidfd.as_raw_fd()), readable(site.interrupt.fd())];
        fds.extend(or.map(readable));
        poll(&mut fds, deadline_ns)?;
        if fds[0].revents != 0 {
            return Ok(true);
        }
        if fds[1].revents != 0 {
            return Err(Failure::Interrupted);
        }
        if fds.get(2).is_some_and(|fd| fd.revents != 0) {
            return Ok(false);
        }
        Err(Failure::timeout(
            "it did not end within the time limit of a launch",
        ))
    }

    /// Takes what there is to read: what it printed last explains how it ended.
    fn fill(&mut self) {
        for source in &mut self.sources {
            while source.pipe.is_some() && source.kept.len() <= LIMIT && source.has_more() {
                if source.fill().is_err() {
                    break;
                }
            }
        }
    }

    /// Sends a signal to it.
    pub fn signal(&self, signal: libc::c_int) {
        if self.ended.is_none() {
            // SAFETY: the process is ours and not yet reaped, so the id is its own.
            unsafe { libc::kill(self.pid, signal) };
        }
    }

    /// Ends it and all of its group at once, and waits until it is gone.
    pub fn kill(&mut self) -> Exit {
        self.ended.unwrap_or_else(|| self.reap())
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

    /// Reaps it; it has ended, or is being killed.
    fn reap(&mut self) -> Exit {
        // SAFETY: the leader is not yet reaped, so the group's number is still its
        // own; ending a group that is empty but for a zombie does nothing.
        unsafe { libc::kill(-self.pid, libc::SIGKILL) };
        self.signal(libc::SIGKILL);
        self.wait_for_status()
    }

    /// Waits for how it ended; it has, or is being killed.
    fn wait_for_status(&mut self) -> Exit {
        let mut status = 0;
        // SAFETY: it is the lab's own child, not yet reaped.
        unsafe {
            while libc::waitpid(self.pid, &raw mut status, 0) < 0
                && io::Error::last_os_error().kind() == io::ErrorKind::Interrupted
            {}
        }
        let exit = Exit {
            at_ns: now_ns(),
            status,
        };
        if let Some(mark) = &self.mark {
            left::end_all(mark);
        }
        self.ended = Some(exit);
        exit
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

impl Drop for Process {
    fn drop(&mut self) {
        if self.ended.is_none() {
            self.reap();
        }
    }
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
