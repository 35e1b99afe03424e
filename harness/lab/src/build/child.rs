//! A child whose lines are read as they come, and which ends with the run.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt as _;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use labrun_record::plain;

use crate::interrupt::Interrupt;
use crate::proc::kill_group;

/// How long what a program printed last is read after its end, where others hold its pipes.
const AFTERWARDS: Duration = Duration::from_secs(1);

/// What was heard of a child.
enum Heard {
    /// A line of its stdout.
    Line(String),
    /// Something of its stderr.
    Said(Vec<u8>),
}

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
    // stderr is read beside stdout, or the child would stop at a full pipe. A crate may compile for
    // minutes without a line: lines are waited for beside an interruption.
    let (send, heard) = mpsc::channel();
    let send_said = send.clone();
    let hear = move || {
        let (mut stderr, mut bytes) = (stderr, [0; 4096]);
        while let Some(read) = stderr.as_mut().and_then(|from| from.read(&mut bytes).ok())
            && read > 0
            && send_said.send(Heard::Said(bytes[..read].to_vec())).is_ok()
        {}
    };
    let read = move || {
        let lines = stdout
            .into_iter()
            .flat_map(|stdout| BufReader::new(stdout).lines());
        lines
            .map_while(Result::ok)
            .try_for_each(|line| send.send(Heard::Line(line)))
    };
    let begun = thread::Builder::new().spawn(hear);
    let begun = begun.and_then(|_| thread::Builder::new().spawn(read));
    if let Err(error) = begun {
        kill_group(child.id().cast_signed());
        let _ = child.wait();
        return Err(format!(
            "{program} cannot be read: a thread does not start: {error}"
        ));
    }
    let (mut said, mut ended) = (Vec::new(), None);
    loop {
        if interrupt.raised() {
            kill_group(child.id().cast_signed());
            break;
        }
        match heard.recv_timeout(Duration::from_millis(50)) {
            Ok(Heard::Line(line)) => each(&line),
            Ok(Heard::Said(bytes)) => said.extend_from_slice(&bytes),
            Err(mpsc::RecvTimeoutError::Timeout) => {}
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
        }
        // A program that it left behind (a server of a build tool) may hold its pipes without end.
        if ended.is_none() && child.try_wait().is_ok_and(|status| status.is_some()) {
            ended = Some(Instant::now());
        }
        if ended.is_some_and(|at| at.elapsed() > AFTERWARDS) {
            kill_group(child.id().cast_signed());
            break;
        }
    }
    let status = child
        .wait()
        .map_err(|error| format!("{program}: {error}"))?;
    let said = plain(&String::from_utf8_lossy(&said)).into_owned();
    Ok((status, said))
}
