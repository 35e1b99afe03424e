//! How many bytes zstd makes of something. There is no encoder in Rust alone that does what
//! zstd's own does at its higher levels, and the lab links no C: so the command is run.

use std::io::{self, Read, Write};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use super::content::{Content, Watched};
use crate::interrupt::Interrupt;
use crate::outcome::Failure;
use crate::owner::{self, Owner};

/// The level: the best that needs no `--ultra`.
pub const ZSTD_LEVEL: u32 = 19;

/// How often a wait looks whether the run goes on.
const LOOK_INTERVAL: Duration = Duration::from_millis(50);

/// The `zstd` command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zstd {
    /// Its version, for example `1.5.4`. Another may give another size.
    pub version: String,
}

impl Zstd {
    /// The command that is on `PATH`.
    pub fn find() -> Result<Self, Failure> {
        let asked = Command::new("zstd").arg("--version").output();
        let asked = asked.map_err(|error| {
            Failure::unavailable(format!(
                "cannot run zstd ({error}); install it: sudo apt-get install zstd"
            ))
        })?;
        let text = String::from_utf8_lossy(&asked.stdout);
        let version = text
            .split([' ', ','])
            .find_map(|word| word.strip_prefix('v'));
        let version = version.ok_or_else(|| {
            Failure::unavailable(format!(
                "zstd --version says no version: {}",
                text.lines().next().unwrap_or_default()
            ))
        })?;
        Ok(Self {
            version: version.to_owned(),
        })
    }

    /// Bytes of it as zstd at [`ZSTD_LEVEL`], with one worker: exactly what
    /// `zstd -19 -T1 FILE` writes.
    pub fn bytes(&self, content: Content<'_>, interrupt: &Interrupt) -> Result<u64, Failure> {
        let (reader, length) = content.open()?;
        let failed = |why: String| Failure::failed(format!("zstd {}: {why}", self.version));
        let mut running = Running::start(length).map_err(|error| failed(error.to_string()))?;
        let mut reader = Watched { reader, interrupt };
        let child = &mut running.0;
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(mut stdin), Some(mut stdout), Some(mut stderr)) = pipes else {
            return Err(failed("it has no pipes".to_owned()));
        };
        let (fed, counted) = thread::scope(|scope| {
            // A pipe is closed with the thread that was to have it: nothing waits for one that does not
            // start.
            let feeding =
                thread::Builder::new().spawn_scoped(scope, move || feed(&mut reader, &mut stdin));
            let (send, counted) = mpsc::channel();
            let counting = thread::Builder::new().spawn_scoped(scope, move || {
                // Who waits for it is gone only when it is no longer wanted.
                let _ = send.send(io::copy(&mut stdout, &mut io::sink()));
            });
            let counted = loop {
                match counted.recv_timeout(LOOK_INTERVAL) {
                    Ok(counted) => break Some(counted),
                    Err(RecvTimeoutError::Timeout) if !interrupt.raised() => {}
                    Err(_) => break None,
                }
            };
            if counted.is_none() {
                // Both threads wait for its pipes.
                running.end();
            }
            let fed = feeding.map(thread::ScopedJoinHandle::join);
            (counting.and(fed), counted)
        });
        let fed = fed.map_err(|error| failed(format!("a thread does not start: {error}")));
        if interrupt.raised() {
            return Err(Failure::Interrupted);
        }
        if let Ok(Err(error)) = fed? {
            return Err(content.unreadable(&error));
        }
        let mut complaint = String::new();
        let _ = stderr.read_to_string(&mut complaint);
        let status = running
            .0
            .wait()
            .map_err(|error| failed(error.to_string()))?;
        match counted {
            Some(Ok(bytes)) if status.success() => Ok(bytes),
            Some(Err(error)) => Err(failed(error.to_string())),
            _ => Err(failed(format!("{status}: {}", complaint.trim()))),
        }
    }
}

/// Hands everything to the command. One that no longer listens is told by its exit.
fn feed(reader: &mut impl Read, stdin: &mut impl Write) -> io::Result<()> {
    let mut piece = vec![0; 256 * 1024];
    loop {
        let read = reader.read(&mut piece)?;
        if read == 0 || stdin.write_all(&piece[..read]).is_err() {
            return Ok(());
        }
    }
}

/// The command while it runs; ended when dropped.
struct Running(Child);

impl Running {
    fn start(length: u64) -> io::Result<Self> {
        // Told the length, it chooses the same parameters as for a file.
        let child = Command::new("zstd")
            .args(["-q", "-c", "-T1", &format!("-{ZSTD_LEVEL}")])
            .arg(format!("--stream-size={length}"))
            .env(owner::VARIABLE, Owner::this().to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // Ctrl-C is for the lab.
            .process_group(0)
            .spawn()?;
        Ok(Self(child))
    }

    fn end(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}
