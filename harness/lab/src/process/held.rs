//! A process that the lab started: its streams, its end.

use std::io::{self, PipeReader, PipeWriter, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use labrun_record::Outcome;
use rustix::io::retry_on_intr;
use rustix::process::{Signal, WaitOptions, waitpid};

use super::exit::Exit;
use super::isolate::Isolate;
use super::left::{self, Left};
use super::outlived::Holder;
use super::reaper::{Subreaper, awaited};
use super::source::{Source, Stream};
use crate::clock::now_ns;
use crate::outcome::Failure;
use crate::proc::{self, Pid};
use crate::site::Site;
use crate::wait::{is_ready, pidfd, poll, readable};

/// A process that the lab started. Dropping it ends it and all of its group.
#[derive(Debug)]
pub struct Process {
    pub(super) pid: Pid,
    pub(super) stdin: Option<PipeWriter>,
    pub(super) sources: Vec<Source>,
    /// The stream that the workload writes its output to.
    pub(super) output: Stream,
    pub(super) ended: Option<Exit>,
    /// What can be read once it has ended; opened when its end is first waited for beside its streams.
    pub(super) end: Option<OwnedFd>,
    /// Who holds its streams.
    pub(super) holder: Holder,
    /// By which what it leaves behind is found.
    pub(super) mark: Option<Mark>,
    /// By which that becomes the lab's own child.
    #[expect(dead_code, reason = "held until it is dropped")]
    pub(super) reaper: Option<Subreaper>,
}

/// The name of a launch, which is in the environment of all that it starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The name.
    pub name: String,
    /// Whether what is left of its process group is ended with it and no failure; only what
    /// has left the group is.
    pub group_goes: bool,
}

impl Process {
    /// One that somebody else has started, with what it has printed until `at_ns`.
    pub(crate) fn begun(
        pid: Pid,
        mark: Mark,
        reaper: Subreaper,
        streams: [(Stream, PipeReader, Vec<u8>); 2],
        at_ns: u64,
    ) -> Self {
        let sources = streams.map(|(stream, pipe, kept)| Source {
            kept,
            at_ns,
            ..Source::new(stream, pipe)
        });
        Self {
            pid,
            stdin: None,
            sources: sources.into(),
            output: Stream::Stdout,
            ended: None,
            end: None,
            holder: Holder::default(),
            mark: Some(mark),
            reaper: Some(reaper),
        }
    }

    /// Its id; another process's once this one was reaped.
    pub fn pid(&self) -> Pid {
        self.pid
    }

    /// Writes to its stdin.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.stdin {
            Some(pipe) => pipe.write_all(bytes),
            None => Err(io::Error::new(io::ErrorKind::BrokenPipe, "stdin is closed")),
        }
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
    pub fn follow(&mut self, pid: Pid) {
        awaited().insert(pid);
        self.pid = pid;
        self.ended = None;
        self.end = None;
    }

    /// Waits until it has ended, and gives how; or until `other` has written something.
    pub fn end_unless(
        &mut self,
        other: &Self,
        site: &Site,
        deadline_ns: u64,
    ) -> Result<Option<Exit>, Failure> {
        let output = other.source(Stream::Stdout);
        let output = output.and_then(|source| source.pipe.as_ref());
        let output = output.map(AsFd::as_fd);
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
        or: Option<BorrowedFd<'_>>,
    ) -> Result<bool, Failure> {
        let opened;
        let end = if let Some(end) = &self.end {
            end.as_fd()
        } else {
            opened = self.open_end()?;
            opened.as_fd()
        };
        let mut fds = vec![readable(end), readable(site.interrupt.fd())];
        fds.extend(or.map(readable));
        poll(&mut fds, deadline_ns)?;
        if is_ready(&fds[0]) {
            return Ok(true);
        }
        if is_ready(&fds[1]) {
            return Err(Failure::Interrupted);
        }
        if fds.get(2).is_some_and(is_ready) {
            return Ok(false);
        }
        Err(Failure::timeout(
            "it did not end within the time limit of a launch",
        ))
    }

    /// What can be read once it has ended.
    pub(super) fn open_end(&self) -> Result<OwnedFd, Failure> {
        pidfd(self.pid).map_err(|error| Failure::failed(format!("pidfd_open: {error}")))
    }

    /// Reaps it; it has ended, or is being killed.
    fn reap(&mut self) -> Exit {
        // Ending a group that is empty but for a zombie does nothing.
        proc::kill_group(self.pid);
        let _ = proc::kill(self.pid, Signal::KILL);
        self.wait_for_status()
    }

    /// Waits for how it ended; it has, or is being killed.
    fn wait_for_status(&mut self) -> Exit {
        let wait = || waitpid(Some(proc::id(self.pid)?), WaitOptions::empty());
        let ended = retry_on_intr(wait).ok().flatten();
        awaited().remove(&self.pid);
        let exit = Exit {
            at_ns: now_ns(),
            status: ended.map_or(0, |(_, status)| status.as_raw()),
        };
        self.ended = Some(exit);
        exit
    }

    /// What it left, where it ended at `ended_ns` and has a mark.
    fn left(&self, ended_ns: u64) -> Option<Left> {
        let mark = self.mark.as_ref()?;
        Some(left::after(&mark.name, self.pid, ended_ns))
    }

    /// Reaps it, and ends what it has started wherever that is.
    fn end_whole(&mut self) -> Exit {
        let exit = self.reap();
        if let Some(mark) = &self.mark {
            left::end_all(&mark.name, self.pid);
        }
        exit
    }
}

impl Isolate for Process {
    fn root(&self) -> Option<Pid> {
        Some(self.pid)
    }

    fn kept(&self, stream: Stream) -> &[u8] {
        self.source(stream).map_or(&[], |source| &source.kept)
    }

    fn discard(&mut self, stream: Stream, bytes: usize) {
        let mut sources = self.sources.iter_mut();
        if let Some(source) = sources.find(|source| source.stream == stream) {
            source.kept.drain(..bytes.min(source.kept.len()));
        }
    }

    fn is_closed(&self, stream: Stream) -> bool {
        self.source(stream)
            .is_none_or(|source| source.pipe.is_none())
    }

    fn read_ns(&self, stream: Stream) -> u64 {
        self.source(stream).map_or(0, |source| source.at_ns)
    }

    fn wait(&mut self, site: &Site, deadline_ns: u64) -> Result<u64, Failure> {
        self.read(site, deadline_ns)
    }

    /// Ends what is left of its process group, too. One with a mark that leaves other processes
    /// behind has failed: they are named, and ended.
    fn end(&mut self, site: &Site, deadline_ns: u64) -> Result<Exit, Failure> {
        if let Some(exit) = self.ended {
            return Ok(exit);
        }
        let waited = self.wait_for_end(site, deadline_ns, None);
        if waited.is_err() && deadline_ns > 0 {
            // What it says on stderr meanwhile tells why it stays.
            self.fill();
        }
        waited?;
        // What is left of its group is looked for before it goes with it.
        let group_counts = self.mark.as_ref().is_some_and(|mark| !mark.group_goes);
        let of_group = group_counts.then(now_ns);
        let of_group = of_group.and_then(|ended_ns| self.left(ended_ns));
        let mut exit = self.reap();
        self.fill();
        if let Some(left) = of_group.or_else(|| self.left(exit.at_ns)) {
            exit.at_ns = left.gone_ns;
            self.ended = Some(exit);
            if let Some(reason) = left.reason {
                return Err(Failure::failed(reason));
            }
        }
        Ok(exit)
    }

    /// That it has left processes behind is no reason to take it for one that lives.
    fn ended(&mut self, site: &Site) -> Result<Option<Exit>, Failure> {
        match self.end(site, 0) {
            Ok(exit) => Ok(Some(exit)),
            Err(Failure::Outcome(Outcome::Timeout, _)) => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    fn signal(&self, signal: libc::c_int) {
        if let (None, Some(signal)) = (self.ended, Signal::from_named_raw(signal)) {
            let _ = proc::kill(self.pid, signal);
        }
    }

    fn close_stdin(&mut self) {
        self.stdin = None;
    }

    fn kill(&mut self) -> Exit {
        self.ended.unwrap_or_else(|| self.end_whole())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if self.ended.is_none() {
            self.end_whole();
        }
    }
}
