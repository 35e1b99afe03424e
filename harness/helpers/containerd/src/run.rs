//! The verb `run`: one container, from the lab's commands to its removal.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::fd::{FromRawFd as _, OwnedFd};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use labrun_helper_protocol::{
    ABSENT, Command, ContainerSpec, Created, EVENTS_FD, Event, FAILED, Started, Stdin,
};
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use rustix::time::{ClockId, clock_gettime};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::net::unix::pipe::Receiver;
use tokio::signal::unix::{SignalKind, signal};

use crate::container;
use crate::daemon::Daemon;
use crate::fault::Fault;
use crate::image;

/// What the lab says.
type Commands = Lines<BufReader<Receiver>>;

/// Runs one container; gives the exit code of this process.
pub(crate) async fn run(address: &Path) -> Result<u8, Fault> {
    let failed = |error: io::Error| Fault::Failed(format!("this verb is for labrun: {error}"));
    // SAFETY: 0 is this process's stdin, which nothing else uses; it is open, or the receiver
    // refuses it.
    let stdin = unsafe { OwnedFd::from_raw_fd(0) };
    let receiver = Receiver::from_owned_fd(stdin).map_err(failed)?;
    let mut commands = BufReader::new(receiver).lines();
    // SAFETY: 3 is this process's alone; a write to one that is not open fails.
    let mut events = unsafe { File::from_raw_fd(EVENTS_FD) };
    let mut daemon = None;
    let mut made = None;
    let ran = carry_out(address, &mut commands, &mut events, &mut daemon, &mut made).await;
    if let Err(fault) = &ran {
        // The lab may have stopped listening; then the exit code and stderr say it.
        if tell(&mut events, &fault.event()).is_err() {
            eprintln!("{fault}");
        }
    }
    if let (Some(daemon), Some(id)) = (&daemon, &made) {
        // Where the lab is gone, or something failed, it may still run.
        let removed = match &ran {
            Ok(Some(_)) => container::remove_ended(daemon, id).await,
            _ => container::remove(daemon, id).await,
        };
        if let Err(fault) = removed {
            eprintln!("{fault}");
            return Ok(fault.exit_code());
        }
    }
    Ok(match ran {
        Ok(Some(code)) => u8::try_from(code).unwrap_or(FAILED),
        Ok(None) => FAILED,
        Err(fault) => fault.exit_code(),
    })
}

/// Gives the container's exit code; none where the lab is gone.
async fn carry_out(
    address: &Path,
    commands: &mut Commands,
    events: &mut File,
    connected: &mut Option<Daemon>,
    made: &mut Option<String>,
) -> Result<Option<u32>, Fault> {
    let Some(Command::Prepare(order)) = next(commands).await? else {
        return Ok(None);
    };
    let daemon = connected.insert(Daemon::connect(address).await?);
    daemon.make_namespace().await?;
    let image = image::ensure(daemon, &order).await?;
    // Open for writing while the lab wishes: so the container's stdin does not end.
    let stdin = match order.stdin {
        Stdin::Empty => None,
        kind => Some((kind, open_stdin(&order)?)),
    };
    tell(events, &Event::Ready)?;

    let Some(Command::Create) = next(commands).await? else {
        return Ok(None);
    };
    let id = &*made.insert(order.id.clone());
    let rootfs = container::make_snapshot(daemon, &order, &image).await?;
    let snapshot_ns = now_ns();
    container::make_record(daemon, &order, &image).await?;
    let record_ns = now_ns();
    let pid = container::make_task(daemon, &order, rootfs).await?;
    let mut process = pidfd(pid);
    let created = Created {
        pid,
        snapshot_ns,
        record_ns,
    };
    tell(events, &Event::Created(created))?;

    let Some(Command::Start) = next(commands).await? else {
        return Ok(None);
    };
    let mut asked_to_end = signal(SignalKind::terminate())
        .map_err(|error| Fault::Failed(format!("cannot catch SIGTERM: {error}")))?;
    let started = container::start(daemon, id).await?;
    if started != pid {
        process = pidfd(started);
    }
    tell(events, &Event::Started(Started { pid: started }))?;
    // From here on its output ends when the container's does.
    close_stdout();
    let ended = until_ended(daemon, id, commands, stdin, &mut asked_to_end).await;
    if let (Err(Fault::Absent(_)), Ok(process)) = (&ended, &process) {
        // Nobody else can end it now.
        let _ = pidfd_send_signal(process, Signal::KILL);
        eprintln!("containerd stopped answering");
        std::process::exit(i32::from(ABSENT));
    }
    ended
}

/// Passes on what the lab says until the container has ended.
async fn until_ended(
    daemon: &Daemon,
    id: &str,
    commands: &mut Commands,
    mut stdin: Option<(Stdin, File)>,
    asked_to_end: &mut tokio::signal::unix::Signal,
) -> Result<Option<u32>, Fault> {
    let mut wait = std::pin::pin!(container::wait(daemon, id));
    let mut listens = true;
    loop {
        tokio::select! {
            ended = &mut wait => return ended,
            Some(()) = asked_to_end.recv() => container::kill(daemon, id, libc::SIGTERM).await?,
            said = next(commands), if listens => {
                if said?.is_some() {
                    return Err(Fault::Failed("a command came after the start".to_owned()));
                }
                listens = false;
                match stdin.take() {
                    None => return Ok(None),
                    Some((Stdin::Stays, _)) => container::kill(daemon, id, libc::SIGKILL).await?,
                    Some((_, file)) => {
                        drop(file);
                        // The pipe has ended: a refusal changes nothing.
                        if let Err(fault @ Fault::Absent(_)) = container::close_stdin(daemon, id).await {
                            return Err(fault);
                        }
                    }
                }
            }
        }
    }
}

/// The next command; none at the end of stdin.
async fn next(commands: &mut Commands) -> Result<Option<Command>, Fault> {
    let line = commands.next_line().await;
    let line = line.map_err(|error| Fault::Failed(format!("cannot read a command: {error}")))?;
    let parse = |line: String| serde_json::from_str(&line);
    line.map(parse)
        .transpose()
        .map_err(|error| Fault::Failed(format!("no command: {error}")))
}

fn tell(events: &mut File, event: &Event) -> Result<(), Fault> {
    let mut line = serde_json::to_vec(event).unwrap_or_default();
    line.push(b'\n');
    events
        .write_all(&line)
        .map_err(|error| Fault::Failed(format!("cannot answer the lab: {error}")))
}

fn open_stdin(order: &ContainerSpec) -> Result<File, Fault> {
    let path = order.streams.join("stdin");
    // For reading as well: else it would wait for a reader.
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    options
        .custom_flags(libc::O_NONBLOCK)
        .open(&path)
        .map_err(|error| {
            let path = path.display();
            Fault::Failed(format!("cannot open {path}: {error}"))
        })
}

/// Gives up stdout, which is the pipe that the container writes to.
fn close_stdout() {
    if let Ok(null) = OpenOptions::new().write(true).open("/dev/null") {
        // It fails on no descriptor that is open.
        let _ = rustix::stdio::dup2_stdout(null);
    }
}

fn pidfd(pid: i32) -> io::Result<OwnedFd> {
    let pid = Pid::from_raw(pid).ok_or(io::ErrorKind::InvalidInput)?;
    Ok(pidfd_open(pid, PidfdFlags::empty())?)
}

/// Nanoseconds of `CLOCK_MONOTONIC`.
fn now_ns() -> u64 {
    let now = clock_gettime(ClockId::Monotonic);
    now.tv_sec.unsigned_abs() * 1_000_000_000 + now.tv_nsec.unsigned_abs()
}
