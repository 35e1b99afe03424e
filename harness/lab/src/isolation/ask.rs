//! Asking a program of somebody else's something, and which program has answered: a script, or one that
//! only starts another, is not what it is called.

use std::fs;
use std::io::{self, Read as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::limits::NO_HOME;
use crate::owner::{LAUNCH, Owner, VARIABLE};
use crate::process::{Followed, end_all, ends_until, stops_at_first};
use crate::site::folder;

/// How long a program may take to answer.
const LIMIT: Duration = Duration::from_secs(10);

/// What is read of what it says.
const MOST: u64 = 64 * 1024;

/// What a program has answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    /// What it said on stdout and stderr.
    pub(super) text: String,
    /// The program that it only started, where that was seen.
    pub(super) other: Option<PathBuf>,
}

impl Answer {
    /// Its first line that says something.
    pub(super) fn first_line(&self) -> &str {
        first_line(&self.text)
    }

    /// What is said beside the version of `program`, which has answered this: what starts it, if that is
    /// another.
    pub(super) fn started(&self, program: &Path) -> &'static str {
        if is_script(program) {
            " (started by a script)"
        } else if self.other.is_some() {
            " (started by another program)"
        } else {
            ""
        }
    }

    /// The program that it starts, where it is not itself what has answered; a script's is what reads it.
    pub(super) fn other_of(self, program: &Path) -> Option<PathBuf> {
        self.other.filter(|_| !is_script(program))
    }
}

/// Whether a file is no program itself: another is started, which reads it (execve(2)).
pub(crate) fn is_script(file: &Path) -> bool {
    begins_with(file, *b"#!")
}

fn begins_with<const N: usize>(file: &Path, these: [u8; N]) -> bool {
    let mut beginning = [0; N];
    let read = fs::File::open(file).and_then(|mut file| file.read_exact(&mut beginning));
    read.is_ok() && beginning == these
}

/// What a program says on stdout and stderr, if it ends well.
pub(super) fn ask(program: &Path, args: &[String]) -> Result<Answer, String> {
    let owner = Owner::this();
    let name = program.file_name().unwrap_or_default().to_string_lossy();
    let mark = format!("{owner}-probe-{name}");
    let home = folder().map_err(|error| format!("{NO_HOME}: {error}"))?;
    let cannot = |error: io::Error| format!("cannot be started: {error}");
    let no_thread = |error: io::Error| format!("cannot be read: a thread does not start: {error}");
    let (mut reader, writer) = io::pipe().map_err(cannot)?;
    let mut command = Command::new(program);
    command
        .args(args)
        .env_clear()
        .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
        .env("HOME", home.path())
        .env("TMPDIR", home.path())
        .env(VARIABLE, owner.to_string())
        .env(LAUNCH, &mark)
        .stdin(Stdio::null())
        .stdout(writer.try_clone().map_err(cannot)?)
        .stderr(writer)
        .process_group(0);
    // What is no program the C library would hand to a shell, where a child is prepared so.
    if begins_with(program, *b"\x7fELF") {
        stops_at_first(&mut command);
    }
    let (send, said) = mpsc::channel();
    let read = move || {
        let mut text = Vec::new();
        let _ = reader.by_ref().take(MOST).read_to_end(&mut text);
        let _ = send.send(String::from_utf8_lossy(&text).into_owned());
    };
    thread::Builder::new().spawn(read).map_err(no_thread)?;
    // Whoever follows a process has to be the thread that began to, before it can have ended.
    let (send, spawned) = mpsc::channel();
    let file = program.to_owned();
    let follow = move || {
        let child = command.spawn();
        // The lab's copies of the pipe's end go, or it would never be read to the end.
        drop(command);
        let pid = child.as_ref().ok().map(|child| child.id().cast_signed());
        let followed = pid.and_then(Followed::begin);
        let _ = send.send(child);
        followed.and_then(|followed| followed.ends_as_another(&file))
    };
    let followed = thread::Builder::new().spawn(follow).map_err(no_thread)?;
    let child = spawned.recv().map_err(|error| error.to_string())?;
    let mut child = child.map_err(cannot)?;
    let ended = ends_until(child.id().cast_signed(), LIMIT);
    crate::proc::kill_group(child.id().cast_signed());
    let other = followed.join().unwrap_or_default();
    let status = child.wait().map_err(cannot)?;
    end_all(&mark, child.id().cast_signed());
    // What holds the pipe and hides from the lab is not waited for.
    let text = said
        .recv_timeout(Duration::from_secs(1))
        .unwrap_or_default();
    if !ended {
        return Err(format!("gave no answer within {} s", LIMIT.as_secs()));
    }
    if !status.success() {
        return Err(format!("failed ({status}): {:?}", first_line(&text)));
    }
    Ok(Answer { text, other })
}

fn first_line(said: &str) -> &str {
    said.lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_told_from_a_program() {
        let folder = tempfile::tempdir().expect("a folder");
        let (script, link) = (folder.path().join("a"), folder.path().join("b"));
        fs::write(&script, "#!/bin/sh\n").expect("writes");
        std::os::unix::fs::symlink(&script, &link).expect("links");
        assert!(is_script(&script) && is_script(&link));
        let own = std::env::current_exe().expect("this program");
        assert!(!is_script(&own) && !is_script(Path::new("/nonexistent")));
    }

    #[test]
    fn a_program_that_only_starts_another_is_told() {
        // env(1) is such a program, when it is asked to start one. It is followed once it has begun, so that
        // the other has to stay for a moment.
        let (env, sleep) = (
            Path::new("/usr/bin/env"),
            ["sleep".to_owned(), "1".to_owned()],
        );
        let answer = ask(env, &sleep).expect("starts it");
        let real = fs::canonicalize("/bin/sleep").expect("a program");
        assert_eq!(answer.other.as_deref(), Some(&*real));
        assert_eq!(answer.started(env), " (started by another program)");
        let itself = ask(env, &["--version".to_owned()]).expect("says it");
        assert_eq!(itself.other, None, "{}", itself.text);
        assert!(itself.first_line().starts_with("env "), "{}", itself.text);
    }

    #[test]
    fn what_gives_no_answer_is_ended() {
        let failed = ask(
            Path::new("/bin/sh"),
            &["-c".to_owned(), "echo why; exit 3".to_owned()],
        );
        assert_eq!(
            failed.expect_err("ends with 3"),
            "failed (exit status: 3): \"why\""
        );
    }
}
