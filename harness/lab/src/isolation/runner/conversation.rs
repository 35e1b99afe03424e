//! Talking to a runner's process: commands in, events out, guest output apart.

use std::collections::VecDeque;
use std::io::Write;
use std::time::Duration;

use labrun_protocol::{Command, Event, GUEST_STDOUT_FD, Mark};
use labrun_record::Outcome;

use super::executable::Executable;
use crate::isolation::child::{Held, tell};
use crate::isolation::{EachLine, More};
use crate::outcome::Failure;
use crate::process::{Exit, Isolate as _, Prepared, Process, Program, Stream};
use crate::site::Site;

/// What a command was answered with, and when the lab held the answer.
#[derive(Debug, Clone, Default)]
pub struct Reply {
    /// Phases, in order.
    pub marks: Vec<Mark>,
    /// Lengths of repeated spans, nanoseconds.
    pub spans_ns: Vec<u64>,
    /// When the lab held it.
    pub at_ns: u64,
}

/// A runner's process that is being talked to.
#[derive(Debug)]
pub struct Conversation {
    process: Process,
    /// Reports of requests that came before the answer to a command: a server
    /// answers requests in a thread of its own.
    served: VecDeque<Reply>,
}

/// The lines of some commands.
pub(crate) fn lines(commands: &[Command]) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::with_capacity(512);
    for command in commands {
        serde_json::to_writer(&mut bytes, command)
            .map_err(|error| Failure::failed(format!("cannot write a command: {error}")))?;
        bytes.push(b'\n');
    }
    Ok(bytes)
}

/// A runner's process, ready to be started, with `commands` already in its stdin.
pub(crate) fn prepare(
    site: &Site,
    executable: &Executable,
    commands: &[u8],
) -> Result<Prepared, Failure> {
    let program = Program {
        stdin: true,
        guest: Some(GUEST_STDOUT_FD),
        ..executable.program("job")
    };
    let failed =
        |error: std::io::Error| Failure::failed(format!("cannot start the runner: {error}"));
    let mut prepared = program.prepare(site).map_err(failed)?;
    if let Some(stdin) = prepared.stdin() {
        stdin.write_all(commands).map_err(failed)?;
    }
    Ok(prepared)
}

impl Conversation {
    /// Starts a prepared runner.
    pub fn start(prepared: Prepared) -> Result<Self, Failure> {
        Self::start_in(prepared, None)
    }

    /// Starts a prepared runner, in a cgroup of its own where one is given.
    pub(in crate::isolation) fn start_in(
        prepared: Prepared,
        held: Option<&Held>,
    ) -> Result<Self, Failure> {
        let process = Held::spawn_after(held, prepared, || Ok(()))
            .map_err(|error| Failure::failed(format!("cannot start the runner: {error}")))?;
        Ok(Self {
            process,
            served: VecDeque::new(),
        })
    }

    /// Starts a runner that waits for commands.
    pub fn open(site: &Site, executable: &Executable) -> Result<Self, Failure> {
        Self::start(prepare(site, executable, &[])?)
    }

    /// Writes lines made by [`lines`].
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let written = match self.process.write(bytes) {
            // How a runner that is gone ended is said where its answer is waited for.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
            written => written,
        };
        written.map_err(|error| {
            self.process.explain(
                Failure::failed(format!("the runner takes no command: {error}")),
                Stream::Stdout,
            )
        })
    }

    /// One command, and its answer.
    pub fn ask(
        &mut self,
        site: &Site,
        command: &Command,
        deadline_ns: u64,
    ) -> Result<Reply, Failure> {
        self.write(&lines(std::slice::from_ref(command))?)?;
        self.reply(site, deadline_ns)
    }

    /// Waits for guest output that begins with `expected`; gives the instant at
    /// which the lab held it. Where the runner itself reports a failure first, that
    /// is the reason.
    pub fn expect_guest(
        &mut self,
        site: &Site,
        expected: &[u8],
        deadline_ns: u64,
    ) -> Result<u64, Failure> {
        loop {
            let at_ns = self
                .process
                .wait(site, deadline_ns)
                .map_err(|failure| self.process.explain(failure, Stream::Guest))?;
            let guest = self.process.kept(Stream::Guest);
            if guest.len() >= expected.len() && guest.starts_with(expected) {
                return Ok(at_ns);
            }
            // One read takes less than a pipe can hold: a runner may be done, or gone,
            // while the rest of the output is still to be read.
            if expected.starts_with(guest) && self.process.has_more(Stream::Guest) {
                continue;
            }
            // A failure that the runner reports explains missing output better than
            // the missing output does.
            self.failure_so_far()?;
            let guest = self.process.kept(Stream::Guest);
            let ended = self.process.is_closed(Stream::Stdout);
            let common = guest.len().min(expected.len());
            if guest[..common] != expected[..common] || (!guest.is_empty() && ended) {
                return Err(Failure::mismatch(format!(
                    "expected {:?}, got {:?}",
                    String::from_utf8_lossy(&expected[..expected.len().min(160)]),
                    String::from_utf8_lossy(&guest[..guest.len().min(160)]),
                )));
            }
            if ended {
                return Err(self.ended(site, deadline_ns));
            }
        }
    }

    /// Tells each line of the guest until enough of them came; a failure that the runner
    /// reports, or its end, comes before. The limit is that of one line.
    pub fn lines(
        &mut self,
        site: &Site,
        patience: Duration,
        each: &mut EachLine<'_>,
    ) -> Result<(), Failure> {
        loop {
            let deadline_ns = crate::clock::now_ns() + patience.as_nanos() as u64;
            self.process
                .wait(site, deadline_ns)
                .map_err(|failure| self.process.explain(failure, Stream::Guest))?;
            if tell(&mut self.process, Stream::Guest, each)? == More::Enough {
                return Ok(());
            }
            // The guest may have printed and ended since: what it printed counts first.
            if self.process.has_more(Stream::Guest) {
                continue;
            }
            self.failure_so_far()?;
            if self.process.is_closed(Stream::Stdout) {
                return Err(self.ended(site, deadline_ns));
            }
        }
    }

    /// Number of the runner's process.
    pub fn pid(&self) -> libc::pid_t {
        self.process.pid()
    }

    /// Forgets the guest output that was expected; more than that is an error.
    pub fn discard_guest(&mut self, expected: &[u8]) -> Result<(), Failure> {
        self.process.discard(Stream::Guest, expected.len());
        let more = self.process.kept(Stream::Guest);
        if more.is_empty() {
            return Ok(());
        }
        Err(Failure::mismatch(format!(
            "it printed more than its expected output: {:?}",
            String::from_utf8_lossy(&more[..more.len().min(160)])
        )))
    }

    /// Waits for the answer to a command.
    pub fn reply(&mut self, site: &Site, deadline_ns: u64) -> Result<Reply, Failure> {
        loop {
            if let Some(reply) = self.next(site, deadline_ns)? {
                return Ok(reply);
            }
        }
    }

    /// Waits for the report of a traced request.
    pub fn served(&mut self, site: &Site, deadline_ns: u64) -> Result<Reply, Failure> {
        loop {
            if let Some(reply) = self.served.pop_front() {
                return Ok(reply);
            }
            if self.next(site, deadline_ns)?.is_some() {
                return Err(Failure::failed(
                    "the runner broke its protocol: it answered a command that nobody gave",
                ));
            }
        }
    }

    /// The next event: the answer to a command, or nothing where it was a report,
    /// which is kept.
    fn next(&mut self, site: &Site, deadline_ns: u64) -> Result<Option<Reply>, Failure> {
        let (event, at_ns) = self.event(site, deadline_ns)?;
        match event {
            Event::Done {
                marks,
                exit_code: None | Some(0),
                spans_ns,
            } => Ok(Some(Reply {
                marks,
                spans_ns,
                at_ns,
            })),
            Event::Done {
                exit_code: Some(code),
                ..
            } => Err(self.process.explain(
                Failure::failed(format!("the guest exited with code {code}")),
                Stream::Guest,
            )),
            Event::Failed { reason } => Err(Failure::failed(reason)),
            Event::Unsupported { reason } => Err(Failure::Outcome(Outcome::Unsupported, reason)),
            Event::Served { marks } => {
                self.served.push_back(Reply {
                    marks,
                    spans_ns: Vec::new(),
                    at_ns,
                });
                Ok(None)
            }
        }
    }

    /// The next event, and the instant at which the lab held its line.
    fn event(&mut self, site: &Site, deadline_ns: u64) -> Result<(Event, u64), Failure> {
        let mut at_ns = crate::clock::now_ns();
        loop {
            if let Some(end) = self
                .process
                .kept(Stream::Stdout)
                .iter()
                .position(|byte| *byte == b'\n')
            {
                let line = self.process.kept(Stream::Stdout)[..end].to_vec();
                self.process.discard(Stream::Stdout, end + 1);
                return parse(&line).map(|event| (event, at_ns));
            }
            if self.process.is_closed(Stream::Stdout) {
                return Err(self.ended(site, deadline_ns));
            }
            at_ns = self
                .process
                .wait(site, deadline_ns)
                .map_err(|failure| self.process.explain(failure, Stream::Guest))?;
        }
    }

    /// A failure among the lines that are here already; they are left in place.
    fn failure_so_far(&self) -> Result<(), Failure> {
        let kept = self.process.kept(Stream::Stdout);
        for line in kept
            .split_inclusive(|byte| *byte == b'\n')
            .filter(|line| line.ends_with(b"\n"))
        {
            match parse(&line[..line.len() - 1])? {
                Event::Failed { reason } => {
                    return Err(self.process.explain(Failure::failed(reason), Stream::Guest));
                }
                Event::Unsupported { reason } => {
                    return Err(Failure::Outcome(Outcome::Unsupported, reason));
                }
                Event::Done {
                    exit_code: Some(code),
                    ..
                } if code != 0 => {
                    return Err(self.process.explain(
                        Failure::failed(format!("the guest exited with code {code}")),
                        Stream::Guest,
                    ));
                }
                // Asked only while the output is not whole.
                Event::Done {
                    exit_code: Some(_), ..
                } => {
                    let guest = self.process.kept(Stream::Guest);
                    let got = String::from_utf8_lossy(&guest[..guest.len().min(160)]);
                    return Err(Failure::mismatch(format!(
                        "the guest ended before its output was whole: got {got:?}"
                    )));
                }
                Event::Done { .. } | Event::Served { .. } => {}
            }
        }
        Ok(())
    }

    /// The failure that a runner which ended on its own is.
    fn ended(&mut self, site: &Site, deadline_ns: u64) -> Failure {
        match self.process.end(site, deadline_ns) {
            Ok(exit) => self.process.explain(
                Failure::failed(format!("the runner {exit} before it had answered")),
                Stream::Guest,
            ),
            Err(failure) => failure,
        }
    }

    /// Ends it as its users would, by the end of its stdin; gives how it ended.
    pub fn close(&mut self, site: &Site, deadline_ns: u64) -> Result<Exit, Failure> {
        self.process.close_stdin();
        let exit = self.process.end(site, deadline_ns)?;
        if exit.is_success() {
            Ok(exit)
        } else {
            Err(self.process.explain(
                Failure::failed(format!("at its end the runner {exit}")),
                Stream::Guest,
            ))
        }
    }

    /// Adds to a reason what the runner said on stderr.
    pub fn explain(&self, failure: Failure) -> Failure {
        self.process.explain(failure, Stream::Guest)
    }

    /// A failure when the runner has ended, or has reported one.
    pub fn still_runs(&mut self, site: &Site) -> Result<(), Failure> {
        // Whatever is there is read; a passed deadline only says that nothing is.
        match self.process.wait(site, 0) {
            Ok(_) => {}
            Err(Failure::Outcome(Outcome::Timeout, _)) => return Ok(()),
            Err(failure) => return Err(failure),
        }
        self.failure_so_far()?;
        if self.process.is_closed(Stream::Stdout) {
            return Err(self.ended(site, crate::clock::now_ns() + 1_000_000_000));
        }
        Ok(())
    }
}

fn parse(line: &[u8]) -> Result<Event, Failure> {
    serde_json::from_slice(line).map_err(|_| {
        Failure::failed(format!(
            "the runner broke its protocol: it printed {:?}",
            String::from_utf8_lossy(&line[..line.len().min(160)])
        ))
    })
}

#[cfg(test)]
mod tests;
