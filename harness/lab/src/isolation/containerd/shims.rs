//! Shims that a killed lab has left: containerd may be making a task in the very moment in which
//! its container is removed, and then nobody remembers the shim.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use crate::owner::{Life, Owner};
use crate::proc::{self, Pid};
use crate::wait::kill_if;

/// Ends the shims that labs which have ended have in the containerd at `address`, with all that they
/// have started; gives how many. Their containers have to be gone. Those of another containerd stay:
/// their containers are still known there.
pub(super) fn sweep(address: &Path) -> u32 {
    let mut ended = 0;
    for pid in proc::every() {
        let Some(owner) =
            owner_of(pid, address).filter(|owner| owner.life_by_what_runs() == Life::Ended)
        else {
            continue;
        };
        let started: Vec<(Pid, Option<u64>)> = proc::descendants(pid)
            .into_iter()
            .map(|below| (below, proc::started(below)))
            .collect();
        if kill_if(pid, || owner_of(pid, address).as_ref() == Some(&owner)) {
            ended += 1;
            for (below, since) in started {
                kill_if(below, || proc::started(below) == since);
            }
        }
    }
    ended
}

/// Whose container a process is the shim of in the containerd at `address`:
/// `containerd-shim-NAME ... -id labrun-OWNER-NUMBER -address ADDRESS`.
fn owner_of(pid: Pid, address: &Path) -> Option<Owner> {
    let line = proc::command_line(pid);
    let name = Path::new(OsStr::from_bytes(line.first()?)).file_name()?;
    if !name.as_bytes().starts_with(b"containerd-shim") {
        return None;
    }
    let value = |flag: &[u8]| {
        let place = line.iter().position(|word| &**word == flag)?;
        line.get(place + 1)
    };
    let its = Path::new(OsStr::from_bytes(value(b"-address")?));
    // One may be told through a link, such as /var/run.
    let is_same = || Some(its.canonicalize().ok()? == address.canonicalize().ok()?);
    if its != address && is_same() != Some(true) {
        return None;
    }
    let id = str::from_utf8(value(b"-id")?).ok()?;
    let (owner, _) = id.strip_prefix("labrun-")?.rsplit_once('-')?;
    Owner::parse(owner)
}

#[cfg(test)]
mod tests {
    use std::process::{Child, Command, Stdio};

    use super::*;

    const ADDRESS: &str = "/run/labrun-test/containerd.sock";

    /// Something that looks like a shim of a lab in the containerd at `address`.
    fn shim(owner: &str, address: &str) -> Child {
        let shell = "exec -a /usr/bin/containerd-shim-runc-v2 sh -c 'read end' \
            -namespace labrun -id \"$0\" -address \"$1\"";
        let child = Command::new("bash")
            .args(["-c", shell, &format!("labrun-{owner}-3"), address])
            .stdin(Stdio::piped())
            .spawn()
            .expect("bash is there");
        // It is bash until it has become the other.
        while owner_of(child.id().cast_signed(), Path::new(address)).is_none() {
            std::thread::yield_now();
        }
        child
    }

    #[test]
    fn one_of_a_lab_that_has_ended_is_ended_and_no_other() {
        let this = Owner::this().to_string();
        let mut parts: Vec<&str> = this.split('-').collect();
        parts[1] = "1";
        let ended = parts.join("-");
        let mut gone = shim(&ended, ADDRESS);
        let stay = [
            shim(&this, ADDRESS),
            shim(&ended, "/run/labrun-test/another.sock"),
        ];
        assert_eq!(sweep(Path::new(ADDRESS)), 1);
        assert!(!gone.wait().expect("is reaped").success());
        for mut one in stay {
            assert_eq!(one.try_wait().expect("is there"), None);
            one.kill().expect("is there");
            one.wait().expect("is reaped");
        }
    }
}
