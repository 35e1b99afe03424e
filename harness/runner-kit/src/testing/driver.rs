//! A runner's program under test: commands in, events and guest output out.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};

use anyhow::{Context as _, Result, bail};
use labrun_protocol::{Command as Order, Event, GUEST_STDOUT_FD, GuestTarget, Load};

use super::Subject;

/// A running `job`, and a folder for its files.
pub struct Driver {
    child: Child,
    commands: Option<ChildStdin>,
    events: BufReader<ChildStdout>,
    guest_output: File,
    folder: tempfile::TempDir,
}

/// What a command was answered with, the guest's output beside it.
#[derive(Debug)]
pub struct Answer {
    /// The answer itself.
    pub event: Event,
    /// All that guests printed until then, since the last answer.
    pub printed: String,
}

impl Driver {
    /// Starts `program job`. A guest's output goes to a file, as labrun gives it a
    /// pipe; its stderr is that of the test.
    pub fn start(program: &str) -> Result<Self> {
        let guest_output = tempfile::tempfile()?;
        let output = guest_output.as_raw_fd();
        let mut command = Command::new(program);
        command
            .arg("job")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        // SAFETY: dup2 and fcntl may be called between fork and exec.
        unsafe {
            command.pre_exec(move || {
                // Where both are the same number already, dup2 would leave CLOEXEC set.
                if output == GUEST_STDOUT_FD {
                    libc::fcntl(output, libc::F_SETFD, 0);
                } else if libc::dup2(output, GUEST_STDOUT_FD) < 0 {
                    return Err(std::io::Error::last_os_error());
                }
                Ok(())
            });
        }
        let mut child = command
            .spawn()
            .with_context(|| format!("cannot start {program}"))?;
        let commands = child.stdin.take();
        let events = BufReader::new(child.stdout.take().context("no stdout")?);
        Ok(Self {
            child,
            commands,
            events,
            guest_output,
            folder: tempfile::tempdir()?,
        })
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Writes `bytes` into a file of the test's folder.
    pub fn file(&self, name: &str, bytes: &[u8]) -> Result<PathBuf> {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes)?;
        Ok(path)
    }

    /// Sends one line and returns its answer.
    pub fn line(&mut self, line: &str) -> Result<Answer> {
        let commands = self.commands.as_mut().context("stdin is closed")?;
        writeln!(commands, "{line}")?;
        let event = self.event()?;
        let mut printed = String::new();
        self.guest_output.rewind()?;
        self.guest_output.read_to_string(&mut printed)?;
        self.guest_output.set_len(0)?;
        self.guest_output.rewind()?;
        Ok(Answer { event, printed })
    }

    /// The next event.
    pub fn event(&mut self) -> Result<Event> {
        let mut line = String::new();
        if self.events.read_line(&mut line)? == 0 {
            bail!("the runner ended: {:?}", self.child.wait()?);
        }
        serde_json::from_str(&line).with_context(|| format!("no event: {line}"))
    }

    /// Sends one command and returns its answer.
    pub fn send(&mut self, order: &Order) -> Result<Answer> {
        self.line(&serde_json::to_string(order)?)
    }

    /// Loads the wasip1 module `wat`.
    pub(super) fn load(&mut self, subject: &Subject, wat: &str) -> Result<Answer> {
        self.load_as(GuestTarget::Wasip1, subject, wat, None)
    }

    /// Loads `wat`, precompiling it where the configuration does; `instances` will be
    /// alive at once.
    pub(super) fn load_as(
        &mut self,
        target: GuestTarget,
        subject: &Subject,
        wat: &str,
        instances: Option<u32>,
    ) -> Result<Answer> {
        let artifact = self.file("guest.wasm", &wat::parse_str(wat)?)?;
        let mut precompiled = None;
        if subject.precompile {
            let output = self.folder.path().join("guest.precompiled");
            let answer = self.send(&Order::Precompile {
                configuration: subject.configuration.clone(),
                target,
                artifact: artifact.clone(),
                output: output.clone(),
            })?;
            if !matches!(answer.event, Event::Done { .. }) {
                return Ok(answer);
            }
            precompiled = Some(output);
        }
        self.send(&Order::Load(Load {
            configuration: subject.configuration.clone(),
            target,
            artifact,
            precompiled,
            instances,
        }))
    }

    /// Closes stdin and waits for the end.
    pub fn finish(mut self) -> Result<ExitStatus> {
        drop(self.commands.take());
        Ok(self.child.wait()?)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // A check that failed must not leave its runner behind. It may be gone.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
