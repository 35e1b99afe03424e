//! Open files, processes and threads: how many there may be.

use rustix::process::{Resource, Rlimit, prlimit};

use super::Limit;
use crate::cgroup::pids_left;
use crate::outcome::Failure;
use crate::proc::{self, Pid, Processes};

/// What `/proc/PID/limits` calls `RLIMIT_NOFILE`.
const FILES: &str = "Max open files";

/// Files that a server has open besides its connections, with some to spare.
const BESIDES: u64 = 32;

/// Fewest files that this process should be able to have open.
const FEW_FILES: u64 = 1024;

/// More threads than one program has that is asked for its version: Go and a compiler begin some.
const FEW_THREADS: u64 = 64;

/// How more processes are allowed.
const LIFT_PROCESSES: &str = "docker run --pids-limit, TasksMax= of its unit";

/// Fewest processes and threads that a run should have left.
const FEW_PROCESSES: u64 = 512;

/// Sees that a server may have so many connections: each is an open file. Its limit is raised as far
/// as it may be; where that is not enough, it is no fault of the server's.
pub(crate) fn allow_files(server: &Processes, connections: u32) -> Result<(), Failure> {
    let needed = u64::from(connections) + BESIDES;
    // Which of several serves, nobody says.
    let allowed = server.iter().filter_map(|pid| raised(*pid, needed)).max();
    match allowed {
        Some(allowed) if allowed < needed => Err(Failure::unavailable(format!(
            "its server may have {allowed} open files (RLIMIT_NOFILE), and {connections} connections \
             need {needed}: raise the hard limit, as root: `ulimit -n {needed}`, or take fewer connections"
        ))),
        _ => Ok(()),
    }
}

/// How many files a process may have open, once that is raised to `needed` where it may be.
fn raised(pid: Pid, needed: u64) -> Option<u64> {
    let [has, may] = proc::limit(pid, FILES)?;
    let has = has.unwrap_or(u64::MAX);
    if has >= needed || may.is_some_and(|may| may < needed) {
        return Some(has);
    }
    let new = Rlimit {
        current: Some(needed),
        maximum: may,
    };
    let set = prlimit(Some(proc::id(pid).ok()?), Resource::Nofile, new);
    Some(if set.is_ok() { needed } else { has })
}

/// How few more processes and threads there may be, where a program of some threads may meet that.
pub(super) fn few() -> Option<String> {
    let (left, folder) = pids_left()?;
    (left < FEW_THREADS).then(|| {
        format!(
            "{left} more processes and threads, by the cgroup {}: {LIFT_PROCESSES}",
            folder.display()
        )
    })
}

/// For a person.
pub(super) fn stated() -> Limit {
    let own = std::process::id().cast_signed();
    let [has, may] = proc::limit(own, FILES).unwrap_or_default();
    let number = |limit: Option<u64>| limit.map_or("any number".to_owned(), |n| n.to_string());
    let mut said = format!("{} open files, up to {}", number(has), number(may));
    let mut lift = Vec::new();
    if may.is_some_and(|may| may < FEW_FILES) {
        let files = "what needs more is unavailable, as a load of many connections: `ulimit -n 4096` as \
                     root, docker run --ulimit nofile=4096";
        lift.push(files.to_owned());
    }
    if let Some((left, folder)) = pids_left() {
        let folder = folder.display();
        said = format!("{said}; {left} more processes and threads, by the cgroup {folder}");
        if left < FEW_PROCESSES {
            lift.push(format!("what needs more is unavailable: {LIFT_PROCESSES}"));
        }
    }
    Limit {
        what: "files",
        said,
        lift: (!lift.is_empty()).then(|| lift.join("; ")),
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn a_limit_is_raised_as_far_as_it_may_be() {
        let limited = "ulimit -Sn 64; ulimit -Hn 512; exec sleep 600";
        let mut server = Command::new("/bin/sh")
            .args(["-c", limited])
            .spawn()
            .expect("starts");
        let pid = server.id().cast_signed();
        while proc::name(pid) != "sleep" {
            std::thread::yield_now();
        }
        let processes = Processes::from([pid]);
        let soft = || proc::limit(pid, FILES).expect("limits")[0];
        assert_eq!(allow_files(&processes, 16), Ok(()));
        assert_eq!(soft(), Some(64));
        assert_eq!(allow_files(&processes, 400), Ok(()));
        assert_eq!(soft(), Some(432));
        let refused = allow_files(&processes, 600).expect_err("too many");
        let reason = refused.into_reason();
        assert!(
            reason.contains("432 open files") && reason.contains("ulimit -n 632"),
            "{reason}"
        );
        assert_eq!(allow_files(&Processes::new(), 600), Ok(()), "nobody knows");
        server.kill().expect("is there");
        server.wait().expect("ends");
    }
}
