//! What a container leaves in the kernel: its cgroups, the shim that held it, the proxies of
//! its ports, and the link that the lab made for it.
//!
//! A daemon removes a container after its processes have ended, but answers before every
//! trace in the kernel is gone, so the lab looks for itself.

use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use crate::cgroup::Group;
use crate::network::Veth;
use crate::outcome::Failure;
use crate::proc::{self, Pid, Processes};
use crate::site::Site;
use crate::wait::until_gone;

/// Waits until nothing of the container `id` is left that is being removed: its shim, its link,
/// its cgroups, which have one of these `names` right below the top of a hierarchy. Gives the
/// instant, which is `known_ns` if that is so at the first look.
pub(super) fn wait_until_gone(
    site: &Site,
    id: &str,
    names: &[String],
    veth: Option<&Veth>,
    known_ns: u64,
    deadline_ns: u64,
) -> Result<u64, Failure> {
    let mut paths = cgroups(Path::new("/sys/fs/cgroup"), names);
    paths.extend(shims(id).map(proc::folder));
    until_gone(&site.interrupt, known_ns, deadline_ns, || {
        let left = paths.iter().find(|path| path.exists());
        let left = left.map(|path| path.display().to_string());
        let link = || veth.filter(|veth| !veth.is_gone());
        left.or_else(|| link().map(|_| "its network link".to_owned()))
            .map(|what| format!("the removed container ({what} is left)"))
    })
}

/// The cgroups of these names that are there, in each hierarchy.
fn cgroups(root: &Path, names: &[String]) -> Vec<PathBuf> {
    let entries = fs::read_dir(root).into_iter().flatten().flatten();
    let hierarchies = entries.map(|entry| entry.path()).chain([root.to_owned()]);
    hierarchies
        .flat_map(|hierarchy| names.iter().map(move |name| hierarchy.join(name)))
        .filter(|path| path.exists())
        .collect()
}

/// The kernel keeps 15 bytes of a process's name.
const SHIM: &str = "containerd-shim";

/// The shims that hold a container, by their command line.
pub(super) fn shims(id: &str) -> impl Iterator<Item = Pid> {
    proc::every().filter(move |pid| {
        let is_named = || {
            proc::command_line(*pid)
                .iter()
                .any(|word| word == id.as_bytes())
        };
        proc::name(*pid).starts_with(SHIM) && is_named()
    })
}

/// The shim that holds a container: the parent of the container's first process, if its
/// name is that of containerd's shims.
pub fn shim(init: Pid) -> Option<Pid> {
    proc::parent(init).filter(|pid| proc::name(*pid).starts_with(SHIM))
}

/// Every process that exists because of the container with this first process, but for proxies
/// of its ports.
pub(super) fn processes(init: Pid) -> Processes {
    // A shim may have helpers of its own, as runwasi's have.
    let mut all = proc::descendants(shim(init).unwrap_or(init));
    let group = Group::of(init).and_then(|group| group.pids());
    all.extend(group.unwrap_or_default());
    all
}

/// Docker's proxies for the published ports of a container: one for each port and each
/// address of the host.
pub fn docker_proxies(container: IpAddr) -> Processes {
    let address = container.to_string();
    proc::every()
        .filter(|pid| is_proxy_of(&proc::command_line(*pid), &address))
        .collect()
}

/// Whether a command line is that of a proxy for an address.
fn is_proxy_of(words: &[Vec<u8>], address: &str) -> bool {
    let program = words
        .first()
        .map(|program| program.rsplit(|byte| *byte == b'/').next());
    program.flatten() == Some(b"docker-proxy")
        && words
            .windows(2)
            .any(|pair| pair[0] == b"-container-ip" && pair[1] == address.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_known_by_its_container() {
        let is_proxy = |line: &str, address| {
            let words: Vec<Vec<u8>> = line.split(' ').map(Into::into).collect();
            is_proxy_of(&words, address)
        };
        let line = "/usr/bin/docker-proxy -proto tcp -host-ip 127.0.0.1 -host-port 8081 \
            -container-ip 172.17.0.2 -container-port 8080 ";
        assert!(is_proxy(line, "172.17.0.2"));
        assert!(!is_proxy(line, "172.17.0.20"));
        assert!(!is_proxy(line, "127.0.0.1"));
        assert!(!is_proxy("", "172.17.0.2"));
        let search = "grep docker-proxy -container-ip 172.17.0.2 ";
        assert!(!is_proxy(search, "172.17.0.2"));
    }

    #[test]
    fn a_process_without_a_shim_has_none() {
        assert_eq!(shim(std::process::id().cast_signed()), None);
    }
}
