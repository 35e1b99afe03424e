//! What is on this machine, as the kernel and the daemons say it: nothing of labrun is asked.
//!
//! A network namespace is held by a process, a mount or a name in a folder, all of which are here;
//! one that nothing holds is gone.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Folders in which something may be left.
const FOLDERS: [&str; 7] = [
    "/dev/shm",
    "/var/tmp",
    "/tmp",
    "/run",
    "/run/netns",
    "/run/runc",
    "/run/crun",
];

/// The metric of a route of labrun's, without whose it is, and the bits of that which are its
/// process id.
const METRIC: u32 = 0x4000_0000;
const PROCESS: u32 = (1 << 22) - 1;

/// Something that can be left behind: what kind of thing, and what tells it from all others.
type Thing = (&'static str, String);

/// What is there, and what is known of each thing.
pub(crate) struct Machine(BTreeMap<Thing, Known>);

struct Known {
    /// For a person, and with whatever says whose it is.
    text: String,
    /// Whether it came of this test, whatever it says.
    is_own: bool,
}

impl Machine {
    /// Looks at it. Processes that ended and that nobody else waits for are waited for before.
    pub(crate) fn look() -> Self {
        let mut machine = Self(BTreeMap::new());
        machine.containers();
        machine.cgroups();
        machine.network();
        for line in lines("/proc/self/mountinfo") {
            machine.add("mount", line.clone(), line);
        }
        for folder in FOLDERS {
            for path in entries(Path::new(folder)) {
                machine.add(
                    "folder",
                    path.display().to_string(),
                    path.display().to_string(),
                );
            }
        }
        reap();
        machine.processes();
        machine
    }

    /// What was not there `before`: of processes and, unless nothing else uses the machine
    /// (`alone`), of all things only what came of labruns with these process ids.
    pub(crate) fn new_since(&self, before: &Self, labruns: &[u32], alone: bool) -> Vec<String> {
        let new = self
            .0
            .iter()
            .filter(|(thing, _)| !before.0.contains_key(*thing));
        let counts = |(kind, _): &Thing, known: &Known| {
            let bears = |labrun: &u32| bears(&known.text, *labrun);
            known.is_own || (alone && *kind != "process") || labruns.iter().any(bears)
        };
        new.filter(|(thing, known)| counts(thing, known))
            .map(|((kind, _), known)| format!("{kind} {}", known.text))
            .collect()
    }

    fn add(&mut self, kind: &'static str, key: String, text: String) {
        let known = Known {
            text,
            is_own: false,
        };
        self.0.insert((kind, key), known);
    }

    fn containers(&mut self) {
        let format = "{{.ID}} {{.Names}} labrun.owner={{.Label \"labrun.owner\"}}";
        for line in said("docker", &["ps", "-a", "--no-trunc", "--format", format]) {
            self.add("container", line.clone(), line);
        }
        let named = std::env::var("CONTAINERD_ADDRESS").ok();
        let address = named
            .as_deref()
            .unwrap_or("/run/containerd/containerd.sock");
        if !Path::new(address).exists() {
            return;
        }
        for namespace in said("ctr", &["--address", address, "namespaces", "ls", "-q"]) {
            for what in ["containers", "tasks", "images", "leases"] {
                let args: [&str; 7] = ["--address", address, "-n", &namespace, what, "ls", "-q"];
                for line in said("ctr", &args) {
                    let text = format!("{what} of {namespace}: {line}");
                    self.add("containerd", text.clone(), text);
                }
            }
            let text = format!("namespace {namespace}");
            self.add("containerd", text.clone(), text);
        }
    }

    fn cgroups(&mut self) {
        let mut next = vec![PathBuf::from("/sys/fs/cgroup")];
        while let Some(folder) = next.pop() {
            // One of somebody else's may go meanwhile.
            for path in entries(&folder)
                .into_iter()
                .filter(|path| path.is_dir() && !path.is_symlink())
            {
                // Docker keeps the one around those of its containers.
                if path.file_name().is_some_and(|name| name != "docker") {
                    self.add(
                        "cgroup",
                        path.display().to_string(),
                        path.display().to_string(),
                    );
                }
                next.push(path);
            }
        }
    }

    fn network(&mut self) {
        for line in lines("/proc/net/route").skip(1) {
            let fields: Vec<&str> = line.split_whitespace().collect();
            // Interface, destination, gateway, flags, references, uses, metric, mask.
            let &[link, to, by, flags, _, _, metric, mask, ..] = &fields[..] else {
                continue;
            };
            let number: Option<u32> = metric.parse().ok();
            let labrun = number.filter(|number| number & METRIC != 0);
            let labrun = labrun.map(|number| number & PROCESS);
            let of = labrun.map_or_else(String::new, |pid| format!(" (of labrun {pid})"));
            let text = format!("{link} {to}/{mask} by {by} flags {flags} metric {metric}{of}");
            self.add("route", text.clone(), text);
        }
        for link in entries(Path::new("/sys/class/net")) {
            let read = |file: &str| fs::read_to_string(link.join(file)).unwrap_or_default();
            let (number, alias) = (read("ifindex"), read("ifalias"));
            let text = format!("{} {}", link.display(), alias.trim());
            self.add("link", number.trim().to_owned(), text);
        }
    }

    fn processes(&mut self) {
        let mut parents = BTreeMap::new();
        let mut found = Vec::new();
        for folder in entries(Path::new("/proc")) {
            let name = folder.file_name().and_then(|name| name.to_str());
            let Some(pid) = name.and_then(|name| name.parse::<u32>().ok()) else {
                continue;
            };
            // One that ends meanwhile is none.
            let Ok(stat) = fs::read_to_string(folder.join("stat")) else {
                continue;
            };
            let after_name = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
            let fields: Vec<&str> = after_name.split(' ').collect();
            let parent = fields.get(1).and_then(|parent| parent.parse::<u32>().ok());
            parents.insert(pid, parent.unwrap_or_default());
            let started = fields.get(19).copied().unwrap_or_default().to_owned();
            found.push((pid, started, folder));
        }
        let own = std::process::id();
        for (pid, started, folder) in found {
            let of_pid = |pid: &u32| parents.get(pid).copied().filter(|parent| *parent > 0);
            // Of an id that was given anew meanwhile the line might have no end.
            let mut above = std::iter::successors(of_pid(&pid), of_pid).take(1_000);
            let known = Known {
                text: format!("{pid} {}", about(&folder)),
                is_own: above.any(|parent| parent == own),
            };
            self.0
                .insert(("process", format!("{pid} {started}")), known);
        }
    }
}

/// The command line of a process, and the variables that say whose it is.
fn about(folder: &Path) -> String {
    let words = |file: &str| {
        let bytes = fs::read(folder.join(file)).unwrap_or_default();
        let words = bytes.split(|byte| *byte == 0);
        let words = words.map(|word| String::from_utf8_lossy(word).into_owned());
        words.collect::<Vec<_>>()
    };
    let marks = words("environ")
        .into_iter()
        .filter(|pair| pair.starts_with("LABRUN_"));
    let all: Vec<String> = words("cmdline").into_iter().chain(marks).collect();
    all.join(" ")
}

/// Whether a text names labrun, and one of its process ids.
fn bears(text: &str, labrun: u32) -> bool {
    let mut numbers = text.split(|c: char| !c.is_ascii_digit());
    let is_it = |number: &str| number.parse() == Ok(labrun);
    text.to_lowercase().contains("labrun") && numbers.any(is_it)
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}

fn lines(file: &str) -> impl Iterator<Item = String> + use<> {
    let text = fs::read_to_string(file).unwrap_or_default();
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines.into_iter()
}

/// The lines that a command prints; none where it is not here, or its daemon is not.
fn said(program: &str, args: &[&str]) -> Vec<String> {
    let mut command = Command::new(program);
    let ran = command.args(args).stdin(Stdio::null()).output();
    let text = ran.map(|ran| ran.stdout).unwrap_or_default();
    String::from_utf8_lossy(&text)
        .lines()
        .map(str::to_owned)
        .collect()
}

/// Has what a killed lab leaves become a child of this process, which is where it is found.
pub(crate) fn become_reaper() {
    // SAFETY: it takes numbers alone.
    let done = unsafe { libc::prctl(libc::PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) };
    assert_eq!(done, 0, "{}", std::io::Error::last_os_error());
}

/// Waits for children that have ended; at that time this process waits for none by itself.
fn reap() {
    // SAFETY: no status is asked for, so that the pointer may be null.
    while unsafe { libc::waitpid(-1, std::ptr::null_mut(), libc::WNOHANG) } > 0 {}
}
