//! Shims that a killed lab has left: containerd may be making a task in the very moment in which
//! its container is removed, and then nobody remembers the shim.

use std::path::Path;

use crate::owner::{Life, Owner};
use crate::proc::{self, Pid};
use crate::wait::kill_if;

/// Ends the shims of labs that have ended, with all that they have started; gives how many. Their
/// containers have to be gone.
pub(super) fn sweep() -> u32 {
    let mut ended = 0;
    for pid in proc::every() {
        let Some(owner) = owner_of(pid).filter(|owner| owner.life() == Life::Ended) else {
            continue;
        };
        let started: Vec<(Pid, Option<u64>)> = proc::descendants(pid)
            .into_iter()
            .map(|below| (below, proc::started(below)))
            .collect();
        if kill_if(pid, || owner_of(pid).as_ref() == Some(&owner)) {
            ended += 1;
            for (below, since) in started {
                kill_if(below, || proc::started(below) == since);
            }
        }
    }
    ended
}

/// Whose container a process is the shim of: `containerd-shim-NAME ... -id labrun-OWNER-NUMBER`.
fn owner_of(pid: Pid) -> Option<Owner> {
    let line = proc::command_line(pid);
    let mut words = line.iter().map(|word| String::from_utf8_lossy(word));
    let program = words.next()?;
    let name = Path::new(&*program).file_name()?.to_str()?;
    if !name.starts_with("containerd-shim") {
        return None;
    }
    let id = words.skip_while(|word| word != "-id").nth(1)?;
    let (owner, _) = id.strip_prefix("labrun-")?.rsplit_once('-')?;
    Owner::parse(owner)
}

#[cfg(test)]
mod tests {
    use std::process::{Child, Command, Stdio};

    use super::*;

    /// Something that looks like a shim of a lab.
    fn shim(owner: &str) -> Child {
        let shell = "exec -a /usr/bin/containerd-shim-runc-v2 sh -c 'read end' \
            -namespace labrun -id \"$0\" -address /run/containerd.sock";
        let child = Command::new("bash")
            .args(["-c", shell, &format!("labrun-{owner}-3")])
            .stdin(Stdio::piped())
            .spawn()
            .expect("bash is there");
        // It is bash until it has become the other.
        while owner_of(child.id().cast_signed()).is_none() {
            std::thread::yield_now();
        }
        child
    }

    #[test]
    fn one_of_a_lab_that_has_ended_is_ended_and_no_other() {
        let this = Owner::this().to_string();
        let mut parts: Vec<&str> = this.split('-').collect();
        parts[1] = "1";
        let mut gone = shim(&parts.join("-"));
        let mut mine = shim(&this);
        assert!(sweep() >= 1);
        assert!(!gone.wait().expect("is reaped").success());
        assert_eq!(mine.try_wait().expect("is there"), None);
        mine.kill().expect("is there");
        mine.wait().expect("is reaped");
    }
}
