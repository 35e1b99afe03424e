//! From a program to a process: all preparation first, then one system call.

use std::ffi::CString;
use std::fs::{File, OpenOptions};
use std::io::{self, PipeReader, PipeWriter};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd, OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::ptr;

use rustix::fs::{CWD, Mode, OFlags, fcntl_setfl, mkfifoat};
use rustix::io::fcntl_dupfd_cloexec;

use super::clone_into::clone_into;
use super::held::{Mark, Process};
use super::isolate::Isolate as _;
use super::outlived::Holder;
use super::reaper::{Subreaper, awaited};
use super::source::{Source, Stream};
use crate::cgroup::{Cgroup, Entrance};
use crate::outcome::Failure;
use crate::owner;
use crate::proc::Pid;
use crate::site::Site;

/// A program to be started.
#[derive(Debug, Clone, Default)]
pub struct Program {
    /// The file.
    pub path: PathBuf,
    /// Arguments after its name.
    pub args: Vec<String>,
    /// Environment, beside the owner's mark, and `PATH` unless it is among these; nothing is inherited.
    pub env: Vec<(String, String)>,
    /// Whether stdin is a pipe that the lab writes; `/dev/null` if not.
    pub stdin: bool,
    /// Whether the process gets a second output pipe as this descriptor.
    pub guest: Option<RawFd>,
    /// The name of its launch, by which what it leaves behind is found: for programs that
    /// are not the lab's own. One that leaves a process behind has failed.
    pub mark: Option<Mark>,
    /// A folder in which stdout and stderr have the names `stdout` and `stderr`, for others that
    /// write to them.
    pub outputs: Option<PathBuf>,
}

/// A program with its pipes, arguments and attributes ready.
pub struct Prepared {
    path: CString,
    argv: Vec<CString>,
    envp: Vec<CString>,
    child_ends: Vec<(OwnedFd, RawFd)>,
    stdin: Option<PipeWriter>,
    stdout: PipeReader,
    stderr: PipeReader,
    guest: Option<PipeReader>,
    mark: Option<Mark>,
    reaper: Option<Subreaper>,
    /// Whether others write to its stdout, which is then the workload's.
    named: bool,
}

impl Program {
    /// Starts it; `what` it is, a failure says.
    pub(crate) fn start(&self, site: &Site, what: &str) -> Result<Process, Failure> {
        let started = self.prepare(site).and_then(Prepared::spawn);
        started.map_err(|error| Failure::failed(format!("cannot start {what}: {error}")))
    }

    /// Starts it, and waits until it has ended well.
    pub(crate) fn run(&self, site: &Site, deadline_ns: u64) -> Result<Process, Failure> {
        let mut process = self.start(site, "it")?;
        let exit = process.finish(site, deadline_ns)?;
        if exit.is_success() {
            return Ok(process);
        }
        Err(process.explain(Failure::failed(format!("it {exit}")), Stream::Stdout))
    }

    /// Makes everything that the start needs.
    pub fn prepare(&self, site: &Site) -> io::Result<Prepared> {
        let mut child_ends: Vec<(OwnedFd, RawFd)> = Vec::with_capacity(4);
        let stdin = if self.stdin {
            let (reader, writer) = io::pipe()?;
            child_ends.push((reader.into(), 0));
            Some(writer)
        } else {
            child_ends.push((File::open("/dev/null")?.into(), 0));
            None
        };
        let (stdout, writer) = self.output("stdout")?;
        child_ends.push((writer.into(), 1));
        let (stderr, writer) = self.output("stderr")?;
        child_ends.push((writer.into(), 2));
        let guest = if let Some(fd) = self.guest {
            let (reader, writer) = io::pipe()?;
            child_ends.push((writer.into(), fd));
            Some(reader)
        } else {
            None
        };
        // A pipe's own number may be one that the child is to get: dup2 in the
        // child would then overwrite it before it is used, so all are moved up.
        let child_ends = child_ends
            .into_iter()
            .map(|(end, number)| Ok((above_targets(end)?, number)))
            .collect::<io::Result<_>>()?;

        let path = c_string(self.path.as_os_str().as_bytes())?;
        let words = self.args.iter().map(|word| c_string(word.as_bytes()));
        let argv = [Ok(path.clone())].into_iter().chain(words);
        let search = std::env::var("PATH").unwrap_or_else(|_| "/usr/bin:/bin".to_owned());
        let owner = site.owner.to_string();
        let mark = self.mark.as_ref();
        let mark = mark.map(|mark| (owner::LAUNCH, mark.name.as_str()));
        let given = self.env.iter();
        let given = given.map(|(name, value)| (name.as_str(), value.as_str()));
        // Of two variables of one name the first would count.
        let has_path = self.env.iter().any(|(name, _)| name == "PATH");
        let search = (!has_path).then_some(("PATH", search.as_str()));
        let envp = search
            .into_iter()
            .chain([(owner::VARIABLE, owner.as_str())])
            .chain(mark)
            .chain(given)
            .map(|(name, value)| c_string(format!("{name}={value}").as_bytes()));
        Ok(Prepared {
            path,
            argv: argv.collect::<io::Result<_>>()?,
            envp: envp.collect::<io::Result<_>>()?,
            child_ends,
            stdin,
            stdout,
            stderr,
            guest,
            mark: self.mark.clone(),
            reaper: self.mark.as_ref().map(|_| Subreaper::begin()),
            named: self.outputs.is_some(),
        })
    }

    fn output(&self, name: &str) -> io::Result<(PipeReader, PipeWriter)> {
        match &self.outputs {
            Some(folder) => named_pipe(&folder.join(name)),
            None => io::pipe(),
        }
    }
}

fn c_string(bytes: &[u8]) -> io::Result<CString> {
    CString::new(bytes)
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, "an argument holds a NUL byte"))
}

/// A pipe with a name in a file system: one for those who cannot inherit an end of it.
pub(crate) fn make_named_pipe(path: &Path) -> io::Result<()> {
    Ok(mkfifoat(CWD, path, Mode::RUSR | Mode::WUSR)?)
}

/// Both ends of a fresh pipe with a name.
fn named_pipe(path: &Path) -> io::Result<(PipeReader, PipeWriter)> {
    make_named_pipe(path)?;
    // Either end would wait for the other; so this one does not wait, until both are open.
    let reader = OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NONBLOCK)
        .open(path)?;
    let writer = OpenOptions::new().write(true).open(path)?;
    fcntl_setfl(&reader, OFlags::empty())?;
    Ok((OwnedFd::from(reader).into(), OwnedFd::from(writer).into()))
}

/// Moves a descriptor above every number that a child is given, close-on-exec.
fn above_targets(end: OwnedFd) -> io::Result<OwnedFd> {
    const FIRST_FREE: RawFd = 10;
    if end.as_raw_fd() >= FIRST_FREE {
        return Ok(end);
    }
    Ok(fcntl_dupfd_cloexec(end, FIRST_FREE)?)
}

impl Prepared {
    /// The pipe to its stdin: what is written before the start is there at once.
    pub fn stdin(&mut self) -> Option<&mut PipeWriter> {
        self.stdin.as_mut()
    }

    /// Closes the lab's end of stdin: the process reads what was written, then its end.
    pub fn close_stdin(&mut self) {
        self.stdin = None;
    }

    /// Starts it, in a process group of its own. When this returns, the program
    /// has been executed (glibc's `posix_spawn` waits for that).
    pub fn spawn(self) -> io::Result<Process> {
        self.spawn_after(|| Ok(()))
    }

    /// The same; `before` is done by the calling thread right before.
    pub fn spawn_after(self, before: impl FnOnce() -> io::Result<()>) -> io::Result<Process> {
        before()?;
        let pid = awaited_from(|| self.posix_spawn())?;
        Ok(self.into_process(pid))
    }

    /// The same in a cgroup: the process is in it before its first instruction, and so
    /// is all that it allocates; `before` is done by the calling thread when it is in the group.
    /// Slower than [`spawn`](Self::spawn) by what the kernel needs to move a thread: not for
    /// launches whose time is measured.
    pub fn spawn_in_after(
        self,
        cgroup: &Cgroup,
        before: impl FnOnce() -> io::Result<()>,
    ) -> io::Result<Process> {
        match cgroup.entrance()? {
            Entrance::ThisThread(inside) => {
                let pid = before().and_then(|()| awaited_from(|| self.posix_spawn()));
                let left = inside.leave();
                // From here on it ends with the value, should leaving have failed.
                let process = self.into_process(pid?);
                left.map(|()| process)
            }
            Entrance::Clone(folder) => {
                before()?;
                let (argv, envp) = (pointers(&self.argv), pointers(&self.envp));
                let pid = awaited_from(|| {
                    let folder = folder.as_fd();
                    clone_into(folder, &self.path, &argv, &envp, &self.child_ends)
                })?;
                Ok(self.into_process(pid))
            }
        }
    }

    fn posix_spawn(&self) -> io::Result<Pid> {
        let attributes = Attributes::new()?;
        let actions = Actions::new(&self.child_ends)?;
        let argv = pointers(&self.argv);
        let envp = pointers(&self.envp);
        let mut pid = 0;
        // SAFETY: path, argv and envp are NUL-terminated and outlive the call;
        // attributes and actions are initialised.
        let error = unsafe {
            libc::posix_spawn(
                &raw mut pid,
                self.path.as_ptr(),
                actions.0.as_ptr(),
                attributes.0.as_ptr(),
                argv.as_ptr(),
                envp.as_ptr(),
            )
        };
        checked(error)?;
        Ok(pid)
    }

    /// The lab's half of the pipes; the child's ends are closed.
    fn into_process(self, pid: Pid) -> Process {
        let output = match self.guest {
            Some(_) if !self.named => Stream::Guest,
            _ => Stream::Stdout,
        };
        let mut sources = vec![
            Source::new(Stream::Stdout, self.stdout),
            Source::new(Stream::Stderr, self.stderr),
        ];
        sources.extend(self.guest.map(|pipe| Source::new(Stream::Guest, pipe)));
        Process {
            pid,
            stdin: self.stdin,
            sources,
            output,
            ended: None,
            end: None,
            holder: Holder::default(),
            mark: self.mark,
            reaper: self.reaper,
        }
    }
}

/// Starts a process that is awaited from its first instant: whoever looks for orphans meanwhile must not
/// take it for one.
pub(crate) fn awaited_from(start: impl FnOnce() -> io::Result<Pid>) -> io::Result<Pid> {
    let mut awaited = awaited();
    let pid = start()?;
    awaited.insert(pid);
    Ok(pid)
}

fn pointers(strings: &[CString]) -> Vec<*mut libc::c_char> {
    strings
        .iter()
        .map(|string| string.as_ptr().cast_mut())
        .chain([ptr::null_mut()])
        .collect()
}

fn checked(error: libc::c_int) -> io::Result<()> {
    if error == 0 {
        Ok(())
    } else {
        Err(io::Error::from_raw_os_error(error))
    }
}

struct Attributes(MaybeUninit<libc::posix_spawnattr_t>);

impl Attributes {
    /// A process group of its own, no blocked signals, and SIGPIPE as a fresh
    /// program expects it (Rust ignores it, and that would be inherited).
    fn new() -> io::Result<Self> {
        let mut attributes = Self(MaybeUninit::uninit());
        let mut signals = MaybeUninit::uninit();
        let flags = libc::POSIX_SPAWN_SETPGROUP
            | libc::POSIX_SPAWN_SETSIGDEF
            | libc::POSIX_SPAWN_SETSIGMASK;
        // SAFETY: init comes first and fills both; the pointers are valid throughout.
        unsafe {
            let attr = attributes.0.as_mut_ptr();
            checked(libc::posix_spawnattr_init(attr))?;
            libc::sigemptyset(signals.as_mut_ptr());
            checked(libc::posix_spawnattr_setsigmask(attr, signals.as_ptr()))?;
            libc::sigaddset(signals.as_mut_ptr(), libc::SIGPIPE);
            checked(libc::posix_spawnattr_setsigdefault(attr, signals.as_ptr()))?;
            checked(libc::posix_spawnattr_setpgroup(attr, 0))?;
            checked(libc::posix_spawnattr_setflags(attr, flags as libc::c_short))?;
        }
        Ok(attributes)
    }
}

impl Drop for Attributes {
    fn drop(&mut self) {
        // SAFETY: `new` initialised it.
        unsafe { libc::posix_spawnattr_destroy(self.0.as_mut_ptr()) };
    }
}

struct Actions(MaybeUninit<libc::posix_spawn_file_actions_t>);

impl Actions {
    fn new(child_ends: &[(OwnedFd, RawFd)]) -> io::Result<Self> {
        let mut actions = Self(MaybeUninit::uninit());
        // SAFETY: init comes first; every descriptor is open.
        unsafe {
            checked(libc::posix_spawn_file_actions_init(actions.0.as_mut_ptr()))?;
            for (end, number) in child_ends {
                checked(libc::posix_spawn_file_actions_adddup2(
                    actions.0.as_mut_ptr(),
                    end.as_raw_fd(),
                    *number,
                ))?;
            }
        }
        Ok(actions)
    }
}

impl Drop for Actions {
    fn drop(&mut self) {
        // SAFETY: `new` initialised it.
        unsafe { libc::posix_spawn_file_actions_destroy(self.0.as_mut_ptr()) };
    }
}

#[cfg(test)]
mod tests;
