//! A narrower place for labrun and what it starts alone: resource limits, refused system calls, a
//! cgroup, other mounts.

use std::ffi::{CStr, CString};
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::skip;

/// An error of the last system call, where it failed.
fn checked(result: libc::c_int) -> io::Result<()> {
    if result == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

/// Gives it a resource limit: what it has, and what it may raise that to.
pub(crate) fn limit(
    command: &mut Command,
    resource: libc::__rlimit_resource_t,
    soft: u64,
    hard: u64,
) -> &mut Command {
    let limit = libc::rlimit {
        rlim_cur: soft,
        rlim_max: hard,
    };
    // SAFETY: one system call, on a value that outlives it.
    unsafe { command.pre_exec(move || checked(libc::setrlimit(resource, &raw const limit))) }
}

/// Has each of these system calls answered with an error, as an old kernel or a container runtime's
/// filter does.
pub(crate) fn refuse<'a>(
    command: &'a mut Command,
    calls: &[libc::c_long],
    error: libc::c_int,
) -> &'a mut Command {
    let step = |code: u32, jump: usize, k: u32| libc::sock_filter {
        code: code as u16,
        jt: jump as u8,
        jf: 0,
        k,
    };
    // The number of the call is the first word of what a filter sees.
    let mut filter = vec![step(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0)];
    for (place, call) in calls.iter().enumerate() {
        let is_it = libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K;
        filter.push(step(is_it, calls.len() - place, *call as u32));
    }
    let answer = libc::BPF_RET | libc::BPF_K;
    filter.push(step(answer, 0, libc::SECCOMP_RET_ALLOW));
    filter.push(step(answer, 0, libc::SECCOMP_RET_ERRNO | error as u32));
    let install = move || {
        let program = libc::sock_fprog {
            len: filter.len() as u16,
            filter: filter.as_ptr().cast_mut(),
        };
        // SAFETY: two system calls, on values that outlive them.
        unsafe {
            let (one, none): (libc::c_ulong, libc::c_ulong) = (1, 0);
            let set = libc::prctl(libc::PR_SET_NO_NEW_PRIVS, one, none, none, none);
            checked(set)?;
            let mode = libc::c_ulong::from(libc::SECCOMP_MODE_FILTER);
            checked(libc::prctl(libc::PR_SET_SECCOMP, mode, &raw const program))
        }
    };
    // SAFETY: system calls alone, and nothing is allocated.
    unsafe { command.pre_exec(install) }
}

/// Has it use the first processor alone.
pub(crate) fn on_one_processor(command: &mut Command) -> &mut Command {
    let bind = || {
        // SAFETY: one system call, on a set that is filled before and outlives it.
        unsafe {
            let mut set = std::mem::zeroed::<libc::cpu_set_t>();
            libc::CPU_SET(0, &mut set);
            let size = size_of::<libc::cpu_set_t>();
            checked(libc::sched_setaffinity(0, size, &raw const set))
        }
    };
    // SAFETY: a system call alone.
    unsafe { command.pre_exec(bind) }
}

/// What is laid over a folder.
#[derive(Clone, Copy)]
pub(crate) enum Over<'a> {
    /// An empty file system in memory, with these flags of mount(2) and options.
    Tmpfs(libc::c_ulong, &'a CStr),
    /// Another folder.
    Folder(&'a Path),
}

/// Lays something over a folder.
pub(crate) fn lay<'a>(
    command: &'a mut Command,
    over: &'static CStr,
    what: Over<'_>,
) -> &'a mut Command {
    let (source, kind, flags, options) = match what {
        Over::Tmpfs(flags, options) => (None, c"tmpfs", flags, options.to_owned()),
        Over::Folder(folder) => {
            let folder = CString::new(folder.as_os_str().as_bytes()).expect("a path");
            (Some(folder), c"none", libc::MS_BIND, CString::default())
        }
    };
    let lay = move || {
        let none = std::ptr::null();
        let source = source.as_deref().unwrap_or(c"none").as_ptr();
        // SAFETY: strings end with NUL, and nothing but this process's own mounts change.
        unsafe {
            checked(libc::unshare(libc::CLONE_NEWNS))?;
            let private = libc::MS_REC | libc::MS_PRIVATE;
            checked(libc::mount(none, c"/".as_ptr(), none, private, none.cast()))?;
            let options = options.as_ptr().cast();
            checked(libc::mount(
                source,
                over.as_ptr(),
                kind.as_ptr(),
                flags,
                options,
            ))
        }
    };
    // SAFETY: system calls alone, on what was made before.
    unsafe { command.pre_exec(lay) }
}

/// A cgroup of a controller, below the highest; removed when dropped.
pub(crate) struct Cgroup(PathBuf);

impl Cgroup {
    /// Makes one with these files, each with the words of version 1 and of version 2; else the test is
    /// skipped.
    pub(crate) fn make(
        test: &str,
        controller: &str,
        files: &[([&str; 2], [&str; 2])],
    ) -> Option<Self> {
        let made = Self::try_make(test, controller, files);
        made.inspect_err(|error| {
            skip(
                test,
                &format!("no {controller} cgroup can be made: {error}"),
            );
        })
        .ok()
    }

    fn try_make(
        test: &str,
        controller: &str,
        files: &[([&str; 2], [&str; 2])],
    ) -> io::Result<Self> {
        let name = format!("test-{test}-{}", std::process::id());
        let first = Path::new("/sys/fs/cgroup").join(controller);
        let (version, parent) = if first.is_dir() {
            (0, first)
        } else {
            (1, PathBuf::from("/sys/fs/cgroup"))
        };
        let folder = parent.join(name);
        fs::create_dir(&folder)?;
        let cgroup = Self(folder);
        for (names, texts) in files {
            fs::write(cgroup.0.join(names[version]), texts[version])?;
        }
        Ok(cgroup)
    }

    /// Has it begin in there.
    pub(crate) fn enter<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        let path = self.0.join("cgroup.procs");
        let path = CString::new(path.as_os_str().as_bytes()).expect("a path");
        let enter = move || {
            // SAFETY: system calls alone; the path ends with NUL, and the byte outlives the call.
            unsafe {
                let file = libc::open(path.as_ptr(), libc::O_WRONLY | libc::O_CLOEXEC);
                let written = libc::write(file, c"0".as_ptr().cast(), 1);
                checked(if written == 1 { 0 } else { -1 })
            }
        };
        // SAFETY: system calls alone, on what was made before.
        unsafe { command.pre_exec(enter) }
    }

    /// Has it see this cgroup as the highest of its controller, as in a container. With version 2 that
    /// would take the others away, and all is left as it is. In one that is sealed nobody may make
    /// another. `by` is an empty folder.
    pub(crate) fn alone<'a>(
        &self,
        command: &'a mut Command,
        by: &Path,
        sealed: bool,
    ) -> &'a mut Command {
        let parent = self.0.parent().expect("a parent");
        if parent == Path::new("/sys/fs/cgroup") {
            return command;
        }
        let c = |path: &Path| CString::new(path.as_os_str().as_bytes()).expect("a path");
        let (own, parent, by) = (c(&self.0), c(parent), c(by));
        let move_over = move || {
            let none = std::ptr::null();
            // SAFETY: strings end with NUL, and nothing but this process's own mounts change.
            unsafe {
                checked(libc::unshare(libc::CLONE_NEWNS))?;
                let private = libc::MS_REC | libc::MS_PRIVATE;
                checked(libc::mount(none, c"/".as_ptr(), none, private, none.cast()))?;
                let bind = libc::MS_BIND;
                checked(libc::mount(
                    own.as_ptr(),
                    by.as_ptr(),
                    none,
                    bind,
                    none.cast(),
                ))?;
                checked(libc::umount2(parent.as_ptr(), libc::MNT_DETACH))?;
                let over = libc::MS_MOVE;
                checked(libc::mount(
                    by.as_ptr(),
                    parent.as_ptr(),
                    none,
                    over,
                    none.cast(),
                ))?;
                if !sealed {
                    return Ok(());
                }
                let seal = libc::MS_REMOUNT | libc::MS_BIND | libc::MS_RDONLY;
                checked(libc::mount(none, parent.as_ptr(), none, seal, none.cast()))
            }
        };
        // SAFETY: system calls alone, on what was made before.
        unsafe { command.pre_exec(move_over) }
    }
}

impl Drop for Cgroup {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let _ = fs::remove_dir(&self.0);
            return;
        }
        let gone = super::until("the cgroup is empty", || match fs::remove_dir(&self.0) {
            Err(error) if error.kind() == io::ErrorKind::ResourceBusy => None,
            gone => Some(gone),
        });
        if let Err(error) = gone {
            eprintln!("{}: {error}", self.0.display());
        }
    }
}
