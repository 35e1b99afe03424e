//! A program with nothing of the lab's around it, from its start to its end.

use std::io;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use super::reaper::awaited;
use super::spawn::awaited_from;

/// Starts a program without arguments, environment and streams, and waits until it has ended.
pub(crate) fn run_bare(program: &Path) -> io::Result<ExitStatus> {
    let mut command = Command::new(program);
    command.env_clear();
    command.stdin(Stdio::null());
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut started = None;
    awaited_from(|| {
        let child = started.insert(command.spawn()?);
        Ok(child.id().cast_signed())
    })?;
    let mut child = started.ok_or_else(|| io::Error::other("it was not started"))?;
    let ended = child.wait();
    awaited().remove(&child.id().cast_signed());
    ended
}
