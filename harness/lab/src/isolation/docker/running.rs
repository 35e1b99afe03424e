//! A container that was created: its start, its output as the daemon hands it over, its end.

use std::future::pending;
use std::pin::pin;
use std::rc::Rc;

use bollard::container::{AttachContainerResults, LogOutput};
use bollard::query_parameters::{
    AttachContainerOptionsBuilder, StartContainerOptions, StopContainerOptionsBuilder,
};
use futures_util::StreamExt;

use super::container::Container;
use super::daemon::refused;
use crate::clock::now_ns;
use crate::outcome::Failure;
use crate::process::{Exit, Isolate, Stream};
use crate::site::Site;

/// Longest output, in bytes: a longer one is wrong.
pub(super) const LIMIT: usize = 64 * 1024;

/// How long a server has after SIGTERM until Docker kills it: that of `docker stop`.
const STOP_GRACE_S: i32 = 10;

/// A container and what the lab has read of it.
pub(super) struct Running {
    container: Rc<Container>,
    /// Its streams, until they end; none of a server's.
    attached: Option<AttachContainerResults>,
    printed: Printed,
    ended: Option<Exit>,
}

/// What a container printed.
#[derive(Debug, Default)]
struct Printed {
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    /// Bytes on both, since some of it was last taken for good.
    seen: usize,
    /// When the last of stdout was read.
    read_ns: u64,
    /// Whether only the beginning of stdout counts, however much there is.
    begins: bool,
}

impl Printed {
    fn take(&mut self, piece: &LogOutput) -> Result<(), Failure> {
        let at_ns = now_ns();
        let bytes = piece.as_ref();
        if let LogOutput::StdErr { .. } = piece {
            self.stderr.extend_from_slice(bytes);
            // Only its end explains anything.
            let surplus = self.stderr.len().saturating_sub(LIMIT);
            self.stderr.drain(..surplus);
        } else {
            self.read_ns = at_ns;
            if self.begins {
                let room = LIMIT.saturating_sub(self.stdout.len());
                self.stdout
                    .extend_from_slice(&bytes[..bytes.len().min(room)]);
                return Ok(());
            }
            self.stdout.extend_from_slice(bytes);
        }
        self.seen += bytes.len();
        if self.seen > LIMIT {
            let reason = format!("it printed more than {} KiB", LIMIT / 1024);
            return Err(Failure::mismatch(reason));
        }
        Ok(())
    }
}

impl Running {
    /// One that is yet to be started, and to whose streams nobody is attached; of what it prints only the
    /// beginning counts, or all.
    pub(super) fn new(container: &Rc<Container>, begins: bool) -> Self {
        Self {
            container: Rc::clone(container),
            attached: None,
            printed: Printed {
                begins,
                ..Printed::default()
            },
            ended: None,
        }
    }

    /// Attaches to its streams before it starts, so that none of its output is lost; to its
    /// stdin, too, where that is to stay open.
    pub(super) fn attach(&mut self, deadline_ns: u64, stdin: bool) -> Result<(), Failure> {
        let options = AttachContainerOptionsBuilder::new()
            .stdin(stdin)
            .stdout(true)
            .stderr(true)
            .stream(true)
            .build();
        let container = &self.container;
        let docker = &container.live.docker;
        let attached = docker.attach_container(&container.name, Some(options));
        self.attached = Some(container.ask(deadline_ns, "attach to the container", attached)?);
        Ok(())
    }

    /// Starts it, and takes its output while the daemon has yet to answer.
    pub(super) fn start(&mut self, deadline_ns: u64) -> Result<(), Failure> {
        let container = Rc::clone(&self.container);
        let docker = &container.live.docker;
        let start = docker.start_container(&container.name, None::<StartContainerOptions>);
        container.ask(deadline_ns, "start the container", async {
            let mut start = pin!(start);
            loop {
                tokio::select! {
                    biased;
                    // Where the streams end, or the daemon does, its answer tells which.
                    read = self.next() => if read.is_err() && self.attached.is_some() {
                        break Ok(read);
                    },
                    answer = &mut start => break answer.map(Ok),
                }
            }
        })?
    }

    /// Takes the next piece of output, or the end of it; a server's never comes.
    async fn next(&mut self) -> Result<(), Failure> {
        let Some(attached) = &mut self.attached else {
            return pending().await;
        };
        match attached.output.next().await {
            Some(Ok(piece)) => self.printed.take(&piece),
            Some(Err(error)) => {
                self.attached = None;
                Err(refused("hand over the output", &error))
            }
            None => {
                self.attached = None;
                Ok(())
            }
        }
    }
}

impl Isolate for Running {
    fn kept(&self, stream: Stream) -> &[u8] {
        match stream {
            Stream::Stderr => &self.printed.stderr,
            _ => &self.printed.stdout,
        }
    }

    fn discard(&mut self, _stream: Stream, bytes: usize) {
        self.printed.stdout.drain(..bytes);
        self.printed.seen = 0;
    }

    fn is_closed(&self, _stream: Stream) -> bool {
        self.attached.is_none()
    }

    fn read_ns(&self, _stream: Stream) -> u64 {
        self.printed.read_ns
    }

    fn wait(&mut self, _site: &Site, deadline_ns: u64) -> Result<u64, Failure> {
        if self.attached.is_some() {
            let container = Rc::clone(&self.container);
            let late = "the time limit of a launch passed";
            container.wait(deadline_ns, late, self.next())??;
        }
        Ok(now_ns())
    }

    fn end(&mut self, _site: &Site, deadline_ns: u64) -> Result<Exit, Failure> {
        if let Some(exit) = self.ended {
            return Ok(exit);
        }
        let exit = Exit::with_code(self.container.exit_code(deadline_ns)?);
        if !exit.is_success() && self.printed.stderr.is_empty() {
            self.printed.stderr = self.container.said();
        }
        self.ended = Some(exit);
        Ok(exit)
    }

    fn ended(&mut self, site: &Site) -> Result<Option<Exit>, Failure> {
        let deadline_ns = self.container.deadline_ns();
        match self.container.look(deadline_ns)? {
            (Some(_), _) => Ok(None),
            (None, _) => self.end(site, deadline_ns).map(Some),
        }
    }

    /// As `docker stop` does: SIGTERM, and SIGKILL only where that is ignored.
    fn signal(&self, _signal: libc::c_int) {
        let container = &self.container;
        let docker = &container.live.docker;
        let options = StopContainerOptionsBuilder::new().t(STOP_GRACE_S).build();
        let least_ns = now_ns() + 2 * STOP_GRACE_S as u64 * 1_000_000_000;
        let deadline_ns = container.deadline_ns().max(least_ns);
        let stopped = docker.stop_container(&container.name, Some(options));
        // What was not stopped does not end: why not is then told with that.
        if let Err(Failure::Outcome(_, reason)) =
            container.ask(deadline_ns, "stop the container", stopped)
        {
            container.live.left.note(reason);
        }
    }

    /// The daemon closes it when nobody is attached to it any more.
    fn close_stdin(&mut self) {
        self.attached = None;
    }

    fn kill(&mut self) -> Exit {
        self.container.destroy();
        *self.ended.get_or_insert_with(Exit::killed)
    }
}

#[cfg(test)]
mod tests {
    use labrun_record::Outcome;

    use super::*;

    #[test]
    fn output_in_pieces_is_held_when_the_last_one_is_here() {
        let mut printed = Printed::default();
        for text in ["4", "2\n"] {
            let before_ns = now_ns();
            let message = text.as_bytes().into();
            printed
                .take(&LogOutput::StdOut { message })
                .expect("a part");
            assert!(printed.read_ns >= before_ns);
        }
        assert_eq!(printed.stdout, b"42\n");
        let read_ns = printed.read_ns;
        let message = b"beside it".as_slice().into();
        printed.take(&LogOutput::StdErr { message }).expect("more");
        assert_eq!(printed.read_ns, read_ns);
        assert_eq!(printed.stderr, b"beside it");
    }

    #[test]
    fn of_an_output_that_never_ends_the_beginning_is_kept_where_that_is_enough() {
        let mut printed = Printed {
            begins: true,
            ..Printed::default()
        };
        for _ in 0..3 {
            let message = vec![b'x'; LIMIT - 1].into();
            printed
                .take(&LogOutput::StdOut { message })
                .expect("goes on");
        }
        assert_eq!(printed.stdout.len(), LIMIT);
    }

    #[test]
    fn no_stream_is_kept_without_bound() {
        let mut printed = Printed::default();
        let piece = |bytes: usize| LogOutput::StdErr {
            message: vec![b'x'; bytes].into(),
        };
        printed.take(&piece(LIMIT)).expect("at the limit");
        assert!(matches!(
            printed.take(&piece(1)),
            Err(Failure::Outcome(Outcome::Mismatch, _))
        ));
        assert_eq!(printed.stderr.len(), LIMIT);
    }
}
