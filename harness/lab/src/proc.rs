//! Other processes: what `/proc` shows of them (proc(5)), and a signal to them.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use labrun_record::plain;
use rustix::io::Errno;
use rustix::process::{Signal, kill_process, kill_process_group, test_kill_process};

/// A process's id.
pub type Pid = libc::pid_t;

/// Processes, each once.
pub type Processes = BTreeSet<Pid>;

/// Every process that `/proc` shows: those of its PID namespace, and those of others below that.
pub fn every() -> impl Iterator<Item = Pid> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

/// A process's id as the system calls take it; one that is none is a process that is gone.
pub(crate) fn id(pid: Pid) -> rustix::io::Result<rustix::process::Pid> {
    rustix::process::Pid::from_raw(pid).ok_or(Errno::SRCH)
}

/// Sends a signal to a process.
pub(crate) fn kill(pid: Pid, signal: Signal) -> io::Result<()> {
    Ok(kill_process(id(pid)?, signal)?)
}

/// Ends all of a process group, where it is there. Its leader may not be reaped yet, so that
/// the number is still its own.
pub(crate) fn kill_group(leader: Pid) {
    let _ = id(leader).and_then(|leader| kill_process_group(leader, Signal::KILL));
}

/// The folder of a process.
pub fn folder(pid: Pid) -> PathBuf {
    PathBuf::from(format!("/proc/{pid}"))
}

/// A process and all that it started, and they in turn. One that left the family, since
/// the process between has ended (a daemon), is not found: a cgroup of its own
/// ([`crate::cgroup`]) holds that one too.
pub fn descendants(pid: Pid) -> Processes {
    let parents: Vec<(Pid, Pid)> = every()
        .filter_map(|child| Some((child, parent(child)?)))
        .collect();
    let mut family = Processes::new();
    let mut next = vec![pid];
    while let Some(of) = next.pop() {
        if family.insert(of) {
            let children = parents.iter().filter(|(_, parent)| *parent == of);
            next.extend(children.map(|(child, _)| child));
        }
    }
    family
}

/// The parent of a process.
pub fn parent(pid: Pid) -> Option<Pid> {
    field(pid, 4)?.parse().ok()
}

/// When a process started, in clock ticks since boot; none for one that is gone or only
/// waits to be reaped.
pub fn started(pid: Pid) -> Option<u64> {
    let state = field(pid, 3)?;
    (state != "Z" && state != "X").then(|| field(pid, 22)?.parse().ok())?
}

/// What `/proc/PID/stat` tells of the work of a process, in clock ticks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Work {
    /// The kernel's name of it, made fit to be shown.
    pub(crate) name: String,
    /// Its parent.
    pub(crate) parent: Pid,
    /// Whether it is a thread of the kernel's own.
    pub(crate) is_kernel: bool,
    /// When it started, since boot: with its id, nothing else has that.
    pub(crate) started: u64,
    /// The time that it had of the processors.
    pub(crate) own: u64,
    /// The time of those that it started and waited for.
    pub(crate) children: u64,
}

/// The work of a process so far; none of one that is gone.
pub(crate) fn work(pid: Pid) -> Option<Work> {
    /// `PF_KTHREAD` of linux/sched.h.
    const KERNEL: u64 = 0x0020_0000;
    let stat = fs::read(folder(pid).join("stat")).ok()?;
    let stat = String::from_utf8_lossy(&stat);
    let (before, after) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = after.split_whitespace().collect();
    let field = |number: usize| fields.get(number - 3)?.parse::<u64>().ok();
    Some(Work {
        name: plain(before.split_once('(')?.1).into_owned(),
        parent: Pid::try_from(field(4)?).ok()?,
        is_kernel: field(9)? & KERNEL != 0,
        started: field(22)?,
        own: field(14)? + field(15)?,
        children: field(16)? + field(17)?,
    })
}

/// Whether `/proc` is that of this PID namespace: where it is not, its numbers are others'.
pub(crate) fn shows_this_namespace() -> bool {
    let own = fs::read_link("/proc/self");
    own.is_ok_and(|own| own == Path::new(&std::process::id().to_string()))
}

/// Whether a process counts the time since the boot as this one does (`time_namespaces(7)`); it is taken
/// to do so where that is not shown.
pub(crate) fn has_this_clock(pid: Pid) -> bool {
    let clock = |of: PathBuf| fs::metadata(of.join("ns/time")).map(|found| found.ino());
    match (clock(folder(pid)), clock(PathBuf::from("/proc/self"))) {
        (Ok(one), Ok(other)) => one == other,
        _ => true,
    }
}

/// When the machine booted, in seconds since 1970 by the clock that is now (`btime`, proc(5)); none where
/// the kernel does not say.
pub(crate) fn booted_s() -> Option<i64> {
    let stat = fs::read_to_string("/proc/stat").ok()?;
    let mut lines = stat.lines();
    lines.find_map(|line| line.strip_prefix("btime ")?.trim().parse().ok())
}

/// Whether a process of this number is there, whoever's it is and whatever `/proc` shows of it.
pub(crate) fn exists(pid: Pid) -> bool {
    let asked = id(pid).and_then(test_kill_process);
    asked.is_ok() || asked == Err(Errno::PERM)
}

/// Whether `/proc` shows the state of a process.
pub(crate) fn is_shown(pid: Pid) -> bool {
    field(pid, 3).is_some()
}

/// The processes that can have begun after process `leader` did, by their numbers, which the
/// kernel gives in order; all of them where it has begun anew since, or does not say.
pub(crate) fn since(leader: Pid) -> Vec<Pid> {
    let last = fs::read_to_string("/proc/sys/kernel/ns_last_pid");
    let last: Option<Pid> = last.ok().and_then(|text| text.trim().parse().ok());
    match last {
        Some(last) if last == leader => Vec::new(),
        Some(last) if last > leader => every().filter(|pid| *pid > leader).collect(),
        _ => every().collect(),
    }
}

/// A field of `/proc/PID/stat` by its number there, from the third on.
fn field(pid: Pid, number: usize) -> Option<String> {
    let stat = fs::read_to_string(folder(pid).join("stat")).ok()?;
    // The name, field 2, may hold spaces and brackets; the fields after it cannot.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    fields.nth(number.checked_sub(3)?).map(str::to_owned)
}

/// The kernel's name of a process: the first 15 bytes of that of its file, unless it chose
/// another. Empty for one that is gone.
pub fn name(pid: Pid) -> String {
    let name = fs::read(folder(pid).join("comm")).unwrap_or_default();
    String::from_utf8_lossy(&name).trim_end().to_owned()
}

/// The words of a process's command line.
pub fn command_line(pid: Pid) -> Vec<Vec<u8>> {
    words(fs::read(folder(pid).join("cmdline")))
}

/// The value of a variable in the environment that a process began with, as far as this one
/// may see it. One that waits to be reaped has no environment any more.
pub fn variable(pid: Pid, name: &str) -> Option<Vec<u8>> {
    let start = format!("{name}=");
    let all = words(fs::read(folder(pid).join("environ")));
    let found = all.iter().find(|one| one.starts_with(start.as_bytes()))?;
    Some(found[start.len()..].to_vec())
}

/// The bytes that a line `NAME:   123 kB` of a file in `/proc` tells.
pub(crate) fn bytes(text: &str, name: &str) -> Option<u64> {
    let value = text
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    let kibibytes: u64 = value.trim().strip_suffix("kB")?.trim_end().parse().ok()?;
    Some(kibibytes * 1024)
}

/// Whether another process is known to see the files that this one sees, under the same names: it is of
/// the same mount namespace and has the same root.
pub(crate) fn sees_the_same(pid: Pid) -> bool {
    let own = std::process::id().cast_signed();
    ["ns/mnt", "root"].iter().all(|link| {
        let of = |pid| fs::read_link(folder(pid).join(link)).ok();
        of(pid).is_some_and(|its| Some(its) == of(own))
    })
}

/// A resource limit of a process, as `/proc/PID/limits` calls it: what it has and what it may raise
/// that to, each none where there is no limit. None of a process that is gone.
pub(crate) fn limit(pid: Pid, name: &str) -> Option<[Option<u64>; 2]> {
    let limits = fs::read_to_string(folder(pid).join("limits")).ok()?;
    let mut lines = limits.lines();
    let line = lines.find_map(|line| line.strip_prefix(name))?;
    let mut words = line.split_whitespace();
    let mut next = || Some(words.next()?.parse().ok());
    Some([next()?, next()?])
}

/// A set of bits, such as signals or capabilities, that the kernel keeps of this process; none
/// where it does not say.
pub(crate) fn own_mask(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mut lines = status.lines();
    let mask = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or_default()
}

fn words(read: io::Result<Vec<u8>>) -> Vec<Vec<u8>> {
    let read = read.unwrap_or_default();
    read.split(|byte| *byte == 0).map(<[u8]>::to_vec).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_read_as_what_it_is() {
        let own = std::process::id().cast_signed();
        assert!(every().any(|pid| pid == own));
        assert!(descendants(own).contains(&own));
        assert!(started(own) > started(1));
        let asked = command_line(own).swap_remove(0);
        let program = std::env::args().next().expect("a program");
        assert_eq!(asked, program.as_bytes());
        let path = std::env::var("PATH").expect("a PATH");
        assert_eq!(variable(own, "PATH"), Some(path.into_bytes()));
        assert_eq!(variable(own, "PAT"), None);
        let work = work(own).expect("is there");
        assert_eq!((work.name, Some(work.started)), (name(own), started(own)));
        assert!(!work.is_kernel && Some(work.parent) == parent(own));
        assert!(shows_this_namespace() && exists(own) && is_shown(own));
        assert!(booted_s() > Some(1_000_000_000));
    }

    #[test]
    fn limits_are_numbers_or_none() {
        let own = std::process::id().cast_signed();
        let [files, most] = limit(own, "Max open files").expect("there are limits");
        assert!(files.is_none_or(|files| files > 2) && most >= files);
        assert_eq!(limit(own, "Max of nothing"), None);
        assert_eq!(limit(-1, "Max open files"), None);
    }

    #[test]
    fn one_that_began_later_is_among_those_since() {
        let own = std::process::id().cast_signed();
        let mut later = std::process::Command::new("sleep")
            .arg("600")
            .spawn()
            .expect("starts");
        let pid = later.id().cast_signed();
        assert!(since(own).contains(&pid));
        later.kill().expect("is there");
        later.wait().expect("ends");
        assert!(!since(pid).contains(&pid));
    }

    #[test]
    fn one_that_is_gone_is_nothing() {
        assert_eq!((parent(-1), started(-1), work(-1)), (None, None, None));
        assert!(!is_shown(-1));
        assert_eq!(name(-1), "");
        assert_eq!(command_line(-1), [b""]);
    }
}
