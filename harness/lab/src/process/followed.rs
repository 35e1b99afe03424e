//! Which program a child was when it ended: one that only starts another (execve(2)) has become that. One that
//! starts a copy of itself, as youki does from memory, has not.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::proc::{self, Pid};

/// A child that is followed to its end (ptrace(2)), by the thread that began to.
pub(crate) struct Followed(Pid);

/// Has a child stop as soon as it is its program, until whoever starts it follows it: it may end sooner
/// than that on a busy machine. Where that is not allowed, it runs as any other.
pub(crate) fn stops_at_first(command: &mut Command) {
    let asks = || {
        // SAFETY: plain numbers; what is refused changes nothing.
        unsafe { libc::ptrace(libc::PTRACE_TRACEME, 0, 0_usize, 0_usize) };
        Ok(())
    };
    // SAFETY: a system call alone, which is safe after a fork.
    unsafe { command.pre_exec(asks) };
}

impl Followed {
    /// Begins, as soon as it is started. Where it may not be followed or has ended, nothing is known of it.
    pub(crate) fn begin(child: Pid) -> Option<Self> {
        if is_followed_by_this_thread(child) {
            return Self::of_stopped(child);
        }
        let stops_at_its_end = libc::PTRACE_O_TRACEEXIT as usize;
        // SAFETY: two plain numbers; a process that is no child, or has ended, is refused.
        let seized = unsafe { libc::ptrace(libc::PTRACE_SEIZE, child, 0_usize, stops_at_its_end) };
        (seized == 0).then_some(Self(child))
    }

    /// One that [`stops_at_first`]: it goes on, and stops at its end.
    fn of_stopped(child: Pid) -> Option<Self> {
        next_stop(child)?;
        let stops = (libc::PTRACE_O_TRACEEXIT | libc::PTRACE_O_TRACEEXEC) as usize;
        // SAFETY: plain numbers, and the child is stopped.
        let set = unsafe { libc::ptrace(libc::PTRACE_SETOPTIONS, child, 0_usize, stops) };
        // SAFETY: the same. What stopped it was for this alone, and no signal of its own.
        let goes_on = unsafe { libc::ptrace(libc::PTRACE_CONT, child, 0_usize, 0_usize) };
        (set == 0 && goes_on == 0).then_some(Self(child))
    }

    /// Waits for its end, and does not reap it; gives the program that it was then, where that is to be seen
    /// and another than `program`.
    pub(crate) fn ends_as_another(self, program: &Path) -> Option<PathBuf> {
        ends_as_another(self.0, program)
    }
}

/// Whether this very thread follows it already.
fn is_followed_by_this_thread(child: Pid) -> bool {
    let status = fs::read_to_string(proc::folder(child).join("status"));
    let status = status.unwrap_or_default();
    let by = status
        .lines()
        .find_map(|line| line.strip_prefix("TracerPid:"));
    // SAFETY: it takes nothing, and cannot fail.
    let own = unsafe { libc::gettid() };
    by.is_some_and(|by| by.trim().parse() == Ok(own))
}

fn ends_as_another(child: Pid, program: &Path) -> Option<PathBuf> {
    let mut last = None;
    while let Some(stopped) = next_stop(child) {
        let (signal, event) = (stopped & 0xff, stopped >> 8);
        // A signal goes on to it; what stopped it for this alone does not.
        let passed_on = if event == 0 { signal as usize } else { 0 };
        if event == libc::PTRACE_EVENT_EXIT {
            last = another(child, program);
        }
        // SAFETY: two plain numbers, and the child is stopped.
        if unsafe { libc::ptrace(libc::PTRACE_CONT, child, 0_usize, passed_on) } != 0 {
            break;
        }
    }
    last
}

/// What it is stopped by; none once it has ended.
fn next_stop(child: Pid) -> Option<i32> {
    // SAFETY: all zeroes are a valid value.
    let mut told: libc::siginfo_t = unsafe { std::mem::zeroed() };
    // What is told stays to be told: its end is somebody else's to take.
    let wanted = libc::WEXITED | libc::WSTOPPED | libc::WNOWAIT | libc::__WALL;
    loop {
        let id = libc::id_t::try_from(child).ok()?;
        // SAFETY: `told` outlives the call.
        let result = unsafe { libc::waitid(libc::P_PID, id, &raw mut told, wanted) };
        if result == 0 {
            break;
        }
        if std::io::Error::last_os_error().kind() != std::io::ErrorKind::Interrupted {
            return None;
        }
    }
    let is_stopped = matches!(told.si_code, libc::CLD_STOPPED | libc::CLD_TRAPPED);
    // SAFETY: waitid(2) has filled it.
    is_stopped.then(|| unsafe { told.si_status() })
}

/// The program of a process, where that is another than `program`, and no copy of it.
fn another(pid: Pid, program: &Path) -> Option<PathBuf> {
    let link = proc::folder(pid).join("exe");
    let (found, own) = (fs::metadata(&link).ok()?, fs::metadata(program).ok()?);
    let is_file = (found.dev(), found.ino()) == (own.dev(), own.ino());
    let is_copy = || found.len() == own.len() && same_bytes(&link, program).unwrap_or(false);
    if is_file || is_copy() {
        return None;
    }
    fs::read_link(&link).ok()
}

/// Whether two files hold the same.
fn same_bytes(one: &Path, other: &Path) -> io::Result<bool> {
    let [mut one, mut other] = [File::open(one)?, File::open(other)?];
    let (mut left, mut right) = (vec![0; 1 << 16], Vec::with_capacity(1 << 16));
    loop {
        let read = one.read(&mut left)?;
        right.clear();
        other
            .by_ref()
            .take(read.max(1) as u64)
            .read_to_end(&mut right)?;
        if left[..read] != right[..] {
            return Ok(false);
        }
        if read == 0 {
            return Ok(true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_ends_at_once_is_followed_all_the_same() {
        for _ in 0..50 {
            let mut command = Command::new("/bin/sh");
            command.args(["-c", "exec /bin/true"]);
            stops_at_first(&mut command);
            let mut child = command.spawn().expect("starts");
            let followed = Followed::begin(child.id().cast_signed()).expect("is there");
            let another = followed.ends_as_another(Path::new("/bin/sh"));
            assert_eq!(another, fs::canonicalize("/bin/true").ok());
            assert!(child.wait().expect("is there still").success());
        }
    }

    /// What a shell that runs this was at its end, and its exit code.
    fn followed(script: &str) -> (Option<PathBuf>, Option<i32>) {
        let mut child = Command::new("/bin/sh")
            .args(["-c", script])
            .spawn()
            .expect("starts");
        let followed = Followed::begin(child.id().cast_signed());
        let another = followed.and_then(|followed| followed.ends_as_another(Path::new("/bin/sh")));
        (another, child.wait().expect("is there still").code())
    }

    #[test]
    fn one_that_becomes_another_is_told_from_one_that_starts_another_beside_itself() {
        let sleep = fs::canonicalize("/bin/sleep").expect("a program");
        assert_eq!(followed("exec /bin/sleep 1"), (Some(sleep), Some(0)));
        assert_eq!(followed("/bin/sleep 0.01; exit 3"), (None, Some(3)));
    }

    #[test]
    fn one_that_starts_a_copy_of_itself_has_become_no_other() {
        let folder = tempfile::tempdir().expect("a folder");
        let copy = |name: &str| {
            let path = folder.path().join(name);
            fs::copy("/bin/sh", &path).expect("copies it");
            path
        };
        let (own, same, longer) = (copy("own"), copy("same"), copy("longer"));
        let mut bytes = fs::read(&longer).expect("reads");
        bytes.push(0);
        fs::write(&longer, bytes).expect("writes");
        let became = |to: &Path| {
            let script = format!("exec {} -c 'sleep 0.5; exit 4'", to.display());
            let mut child = Command::new(&own)
                .args(["-c", &script])
                .spawn()
                .expect("starts");
            let followed = Followed::begin(child.id().cast_signed());
            let another = followed.and_then(|followed| followed.ends_as_another(&own));
            assert_eq!(child.wait().expect("is there still").code(), Some(4));
            another
        };
        assert_eq!(became(&same), None);
        assert_eq!(became(&longer), Some(longer));
    }

    #[test]
    fn signals_come_as_if_nobody_followed() {
        let script = "trap 'exit 7' USR1; kill -USR1 $$; exit 1";
        assert_eq!(followed(script), (None, Some(7)));
        assert_eq!(followed("kill -KILL $$").1, None);
    }
}
