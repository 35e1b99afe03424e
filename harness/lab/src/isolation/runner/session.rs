//! Talking to a runner's process: commands in, events out, guest output apart.

use std::collections::VecDeque;
use std::io::Write;

use labrun_protocol::{Command, Event, GUEST_STDOUT_FD, Mark};
use labrun_record::Outcome;

use super::executable::Executable;
use crate::clock::now_ns;
use crate::isolation::child::{CgroupScope, tell};
use crate::isolation::{EachLine, More};
use crate::outcome::{Failure, shown};
use crate::process::{Exit, Isolate as _, Prepared, Process, Program, Stream};
use crate::site::Site;
use crate::task::{Expected, Seen};

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

impl Reply {
    /// The lengths as numbers that are counted with.
    pub(super) fn spans(&self) -> Vec<f64> {
        self.spans_ns.iter().map(|ns| *ns as f64).collect()
    }
}

/// A runner's process that is being talked to.
pub struct RunnerSession<'a> {
    site: &'a Site,
    process: Process,
    /// Reports of requests that came before the answer to a command: a server
    /// answers requests in a thread of its own.
    served: VecDeque<Reply>,
    /// Whether the guest has answered, and whatever else it prints is dropped as it comes.
    drops_output: bool,
    /// What it is that the runtime does not take the module.
    refusal: Outcome,
}

/// The lines of some commands.
pub(crate) fn lines(commands: &[Command]) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::with_capacity(512);
    for command in commands {
        serde_json::to_writer(&mut bytes, command).map_err(Failure::cannot("write a command"))?;
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
    let failed = Failure::cannot("start the runner");
    let mut prepared = program.prepare(site).map_err(failed)?;
    if let Some(stdin) = prepared.stdin() {
        stdin.write_all(commands).map_err(failed)?;
    }
    Ok(prepared)
}

impl<'a> RunnerSession<'a> {
    /// Starts a prepared runner.
    pub fn start(site: &'a Site, prepared: Prepared) -> Result<Self, Failure> {
        Self::start_in(site, prepared, None)
    }

    /// Starts a prepared runner, in a cgroup of its own where one is given.
    pub(in crate::isolation) fn start_in(
        site: &'a Site,
        prepared: Prepared,
        held: Option<&CgroupScope>,
    ) -> Result<Self, Failure> {
        let process = CgroupScope::spawn_after(held, prepared, || Ok(()));
        Ok(Self {
            site,
            process: process.map_err(Failure::cannot("start the runner"))?,
            served: VecDeque::new(),
            drops_output: false,
            refusal: Outcome::Failed,
        })
    }

    /// For a module that is none of the lab's: where the runtime does not take it, that is
    /// something that this isolation cannot do, and no fault.
    pub(super) fn given(mut self, is_given: bool) -> Self {
        if is_given {
            self.refusal = Outcome::Unsupported;
        }
        self
    }

    /// Starts a runner that waits for commands.
    pub fn open(site: &'a Site, executable: &Executable) -> Result<Self, Failure> {
        Self::start(site, prepare(site, executable, &[])?)
    }

    /// Writes lines made by [`lines`].
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        match self.process.write(bytes) {
            // How a runner that is gone ended is said where its answer is waited for.
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                Err(self.failed(format!("the runner takes no command: {error}")))
            }
            _ => Ok(()),
        }
    }

    /// One command, and its answer.
    pub fn ask(&mut self, command: &Command, deadline_ns: u64) -> Result<Reply, Failure> {
        self.write(&lines(std::slice::from_ref(command))?)?;
        self.reply(deadline_ns)
    }

    /// Waits until it has printed something; gives the instant right after.
    fn wait(&mut self, deadline_ns: u64) -> Result<u64, Failure> {
        let waited = self.process.wait(self.site, deadline_ns);
        if self.drops_output {
            self.drop_kept();
        }
        waited.map_err(|failure| self.explain(failure))
    }

    fn drop_kept(&mut self) {
        let kept = self.process.kept(Stream::Guest).len();
        self.process.discard(Stream::Guest, kept);
    }

    /// Waits until the guest has answered; gives the instant at which the lab held that. Where the
    /// runner itself reports a failure first, that is the reason.
    pub fn expect_guest(&mut self, expected: &Expected, deadline_ns: u64) -> Result<u64, Failure> {
        loop {
            let at_ns = self.wait(deadline_ns)?;
            let seen = expected.judge(self.process.kept(Stream::Guest), false);
            if seen == Seen::Answer {
                self.drops_output = expected.drops_rest();
                return Ok(at_ns);
            }
            // One read takes less than a pipe can hold: a runner may be done, or gone,
            // while the rest of the output is still to be read.
            if seen == Seen::NotYet && self.process.has_more(Stream::Guest) {
                continue;
            }
            // A failure that the runner reports explains missing output better than
            // the missing output does.
            let guest_ended = self.guest_ended()?;
            let guest = self.process.kept(Stream::Guest);
            if let Seen::Wrong(reason) = seen {
                return Err(Failure::mismatch(reason));
            }
            if guest_ended {
                if expected.judge(guest, true) == Seen::Answer {
                    self.drops_output = expected.drops_rest();
                    return Ok(at_ns);
                }
                let (missing, got) = (expected.missing(), shown(guest));
                return Err(Failure::mismatch(format!(
                    "the guest ended before {missing}: got {got:?}"
                )));
            }
            if self.process.is_closed(Stream::Stdout) {
                if guest.is_empty() {
                    return Err(self.ended(deadline_ns));
                }
                let (missing, got) = (expected.missing(), shown(guest));
                return Err(Failure::mismatch(format!(
                    "the runner ended before {missing}: got {got:?}"
                )));
            }
        }
    }

    /// Tells each line of the guest until enough of them came; a failure that the runner
    /// reports, or its end, comes before. The limit is that of one line.
    pub fn lines(&mut self, limit_ns: u64, each: &mut EachLine<'_>) -> Result<(), Failure> {
        loop {
            let deadline_ns = now_ns() + limit_ns;
            self.wait(deadline_ns)?;
            if tell(&mut self.process, Stream::Guest, each)? == More::Enough {
                return Ok(());
            }
            // The guest may have printed and ended since: what it printed counts first.
            if self.process.has_more(Stream::Guest) {
                continue;
            }
            self.failure_so_far()?;
            if self.process.is_closed(Stream::Stdout) {
                return Err(self.ended(deadline_ns));
            }
        }
    }

    /// Number of the runner's process.
    pub fn pid(&self) -> libc::pid_t {
        self.process.pid()
    }

    /// Forgets the output of a guest that has ended. Of a whole output more than was expected is an
    /// error.
    pub fn discard_guest(&mut self, expected: &Expected, deadline_ns: u64) -> Result<(), Failure> {
        let Expected::Whole(whole) = expected else {
            // What it printed last may still be in the pipe.
            while self.process.has_more(Stream::Guest) {
                self.wait(deadline_ns)?;
            }
            self.drop_kept();
            self.drops_output = false;
            return Ok(());
        };
        self.process.discard(Stream::Guest, whole.len());
        let more = self.process.kept(Stream::Guest);
        if more.is_empty() {
            return Ok(());
        }
        Err(Failure::mismatch(format!(
            "it printed more than its expected output: {:?}",
            shown(more)
        )))
    }

    /// Waits for the answer to a command.
    pub fn reply(&mut self, deadline_ns: u64) -> Result<Reply, Failure> {
        loop {
            if let Some(reply) = self.next(deadline_ns)? {
                return Ok(reply);
            }
        }
    }

    /// Waits for the report of a traced request.
    pub fn served(&mut self, deadline_ns: u64) -> Result<Reply, Failure> {
        loop {
            if let Some(reply) = self.served.pop_front() {
                return Ok(reply);
            }
            if self.next(deadline_ns)?.is_some() {
                return Err(Failure::failed(
                    "the runner broke its protocol: it answered a command that nobody gave",
                ));
            }
        }
    }

    /// The next event: the answer to a command, or nothing where it was a report,
    /// which is kept.
    fn next(&mut self, deadline_ns: u64) -> Result<Option<Reply>, Failure> {
        let mut at_ns = now_ns();
        let line = loop {
            if let Some(line) = self.process.take_line(Stream::Stdout) {
                break line;
            }
            if self.process.is_closed(Stream::Stdout) {
                return Err(self.ended(deadline_ns));
            }
            at_ns = self.wait(deadline_ns)?;
        };
        match self.event(&line)? {
            Event::Served { marks } => {
                self.served.push_back(Reply {
                    marks,
                    at_ns,
                    ..Reply::default()
                });
                Ok(None)
            }
            Event::Done {
                marks, spans_ns, ..
            } => Ok(Some(Reply {
                marks,
                spans_ns,
                at_ns,
            })),
            Event::Failed { .. } | Event::Refused { .. } | Event::Unsupported { .. } => Ok(None),
        }
    }

    /// What a line of the runner says, where that is no failure.
    fn event(&self, line: &[u8]) -> Result<Event, Failure> {
        let broken = |_| {
            let line = shown(line.trim_ascii_end());
            Failure::failed(format!(
                "the runner broke its protocol: it printed {line:?}"
            ))
        };
        match serde_json::from_slice(line).map_err(broken)? {
            Event::Failed { reason } => Err(self.failed(reason)),
            Event::Refused { reason } => Err(Failure::new(self.refusal, reason)),
            Event::Unsupported { reason } => Err(Failure::new(Outcome::Unsupported, reason)),
            Event::Done {
                exit_code: Some(code),
                ..
            } if code != 0 => Err(self.failed(format!("the guest exited with code {code}"))),
            event => Ok(event),
        }
    }

    /// Whether the lines that are here already say that the guest has ended, or a failure among
    /// them; they are left in place.
    fn guest_ended(&self) -> Result<bool, Failure> {
        let kept = self.process.kept(Stream::Stdout);
        let lines = kept.split_inclusive(|byte| *byte == b'\n');
        for line in lines.filter(|line| line.ends_with(b"\n")) {
            if let Event::Done {
                exit_code: Some(_), ..
            } = self.event(line)?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// A failure among the lines that are here already. Asked only while the output is not whole.
    fn failure_so_far(&self) -> Result<(), Failure> {
        if !self.guest_ended()? {
            return Ok(());
        }
        let got = shown(self.process.kept(Stream::Guest));
        Err(Failure::mismatch(format!(
            "the guest ended before its output was whole: got {got:?}"
        )))
    }

    /// The failure that a runner which ended on its own is.
    fn ended(&mut self, deadline_ns: u64) -> Failure {
        match self.process.end(self.site, deadline_ns) {
            Ok(exit) => self.failed(format!("the runner {exit} before it had answered")),
            Err(failure) => failure,
        }
    }

    /// Ends it as its users would, by the end of its stdin; gives how it ended.
    pub fn close(&mut self, deadline_ns: u64) -> Result<Exit, Failure> {
        self.process.close_stdin();
        let exit = self.process.end(self.site, deadline_ns)?;
        if exit.is_success() {
            return Ok(exit);
        }
        Err(self.failed(format!("at its end the runner {exit}")))
    }

    /// Adds to a reason what the runner said on stderr.
    pub fn explain(&self, failure: Failure) -> Failure {
        self.process.explain(failure, Stream::Guest)
    }

    fn failed(&self, reason: String) -> Failure {
        self.explain(Failure::failed(reason))
    }

    /// A failure when the runner has ended, or has reported one.
    pub fn still_runs(&mut self) -> Result<(), Failure> {
        // Whatever is there is read; a passed deadline only says that nothing is.
        match self.process.wait(self.site, 0) {
            Ok(_) => {}
            Err(Failure::Outcome(Outcome::Timeout, _)) => return Ok(()),
            Err(failure) => return Err(failure),
        }
        self.failure_so_far()?;
        if self.process.is_closed(Stream::Stdout) {
            return Err(self.ended(now_ns() + 1_000_000_000));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
