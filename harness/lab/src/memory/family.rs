//! Which processes exist because of an isolate.

use std::collections::BTreeSet;
use std::fs;
use std::net::IpAddr;

use super::Pid;

/// Processes, each once.
pub type Processes = BTreeSet<Pid>;

/// A process and all that it started, and they in turn. One that left the family, since
/// the process between has ended (a daemon), is not found: a cgroup of its own
/// ([`crate::cgroup`]) holds that one too.
pub fn descendants(pid: Pid) -> Processes {
    let parents: Vec<(Pid, Pid)> = processes()
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

/// The shim that holds a container: the parent of the container's first process, if its
/// name is that of containerd's shims.
pub fn shim(init: Pid) -> Option<Pid> {
    parent(init).filter(|pid| {
        // The kernel keeps 15 bytes of a name.
        fs::read(format!("/proc/{pid}/comm")).is_ok_and(|name| name.starts_with(b"containerd-shim"))
    })
}

/// Docker's proxies for the published ports of a container: one for each port and each
/// address of the host.
pub fn docker_proxies(container: IpAddr) -> Processes {
    let address = container.to_string();
    processes()
        .filter(|pid| {
            let command = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            is_proxy_of(&command, &address)
        })
        .collect()
}

/// Whether a command line, its words ended by NUL, is that of a proxy for an address.
fn is_proxy_of(command: &[u8], address: &str) -> bool {
    let words: Vec<&[u8]> = command.split(|byte| *byte == 0).collect();
    words[0].rsplit(|byte| *byte == b'/').next() == Some(b"docker-proxy")
        && words
            .windows(2)
            .any(|pair| pair == [&b"-container-ip"[..], address.as_bytes()])
}

/// Every process on the machine.
fn processes() -> impl Iterator<Item = Pid> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

/// The parent of a process: field 4 of `/proc/PID/stat` (proc(5)).
fn parent(pid: Pid) -> Option<Pid> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name, field 2, may hold spaces and brackets; the fields after it cannot.
    let after_name = stat.rsplit_once(')')?.1;
    after_name.split_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_known_by_its_container() {
        let is_proxy =
            |line: &str, address| is_proxy_of(line.replace(' ', "\0").as_bytes(), address);
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
