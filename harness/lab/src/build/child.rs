//! A child whose lines are read as they come, and which ends with the run.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt as _;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use labrun_record::plain;

use crate::interrupt::Interrupt;
use crate::proc::kill_group;

/// Runs `command` to its end, and tells `each` line of its stdout. Gives how it ended, and what
/// it said on stderr, without colours and other control characters.
pub(super) fn run(
    mut command: Command,
    interrupt: &Interrupt,
    mut each: impl FnMut(&str),
) -> Result<(ExitStatus, String), String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // A group of its own, so that all that it started ends with it.
        .process_group(0)
        .spawn()
        .map_err(|error| format!("{program} does not start: {error}"))?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    // stderr is read beside stdout, or the child would stop at a full pipe.
    let hear = move || {
        let mut bytes = Vec::new();
        if let Some(mut stderr) = stderr {
            let _ = stderr.read_to_end(&mut bytes);
        }
        plain(&String::from_utf8_lossy(&bytes)).into_owned()
    };
    // A crate may compile for minutes without a line: lines are waited for beside
    // an interruption.
    let (send, lines) = mpsc::channel();
    let read = move || {
        let lines = stdout
            .into_iter()
            .flat_map(|stdout| BufReader::new(stdout).lines());
        lines
            .map_while(Result::ok)
            .try_for_each(|line| send.send(line))
    };
    let said = thread::Builder::new().spawn(hear);
    let said = said.and_then(|said| thread::Builder::new().spawn(read).map(|_| said));
    let said = said.map_err(|error| {
        kill_group(child.id().cast_signed());
        let _ = child.wait();
        format!("{program} cannot be read: a thread does not start: {error}")
    })?;
    loop {
        if interrupt.raised() {
            kill_group(child.id().cast_signed());
            break;
        }
        match lines.recv_timeout(Duration::from_millis(50)) {
            Ok(line) => each(&line),
            Err(mpsc::RecvTimeoutError::Timeout) => {}
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
        }
    }
    let status = child
        .wait()
        .map_err(|error| format!("{program}: {error}"))?;
    Ok((status, said.join().unwrap_or_default()))
}
