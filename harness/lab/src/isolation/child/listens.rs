//! Where a server listens that nobody could reach: what the kernel says of that, for the reason.

use std::collections::BTreeSet;
use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::proc::{self, Pid};

/// `TCP_LISTEN` of `net/tcp_states.h`, as `/proc/net/tcp` writes it.
const LISTENS: &str = "0A";

/// A socket on which somebody listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Socket {
    at: SocketAddr,
    inode: u64,
}

/// Why a server cannot be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unreached {
    /// Why, as a part of a sentence.
    pub(super) told: String,
    /// Whether it listens somewhere else, which no longer wait would change.
    pub(super) is_elsewhere: bool,
}

impl Unreached {
    fn elsewhere(told: String) -> Self {
        Self {
            told,
            is_elsewhere: true,
        }
    }
}

/// Why a server cannot be reached, as far as that is to be seen; nothing of one that listens as it should. In
/// a network of its own it is to listen on `port`, on all addresses; on the host's it is asked at `asked`.
pub(super) fn unreached(pid: Pid, port: u16, asked: SocketAddr) -> Option<Unreached> {
    let network = |pid: &str| fs::read_link(format!("/proc/{pid}/ns/net")).ok();
    let is_shared = network("self")? == network(&pid.to_string())?;
    let text = |name: &str| fs::read_to_string(format!("/proc/{pid}/net/{name}"));
    let tables = text("tcp").ok()? + &text("tcp6").unwrap_or_default();
    let sockets = sockets(&tables);
    if !is_shared {
        return told(&sockets, port);
    }
    // Others listen there too.
    let own = inodes(pid)?;
    let own: Vec<Socket> = sockets
        .into_iter()
        .filter(|socket| own.contains(&socket.inode))
        .collect();
    told_on_host(&own, asked)
}

/// The sockets that a process and those that it has started hold; none where that may not be seen.
fn inodes(pid: Pid) -> Option<BTreeSet<u64>> {
    let fds = |pid: Pid| fs::read_dir(proc::folder(pid).join("fd"));
    let mut inodes = BTreeSet::new();
    let first = fds(pid).ok()?;
    let others = proc::descendants(pid).into_iter();
    let others = others.filter(|other| *other != pid).map(fds);
    for folder in [Ok(first)].into_iter().chain(others).flatten() {
        for entry in folder {
            let to = entry
                .ok()
                .and_then(|entry| fs::read_link(entry.path()).ok());
            let to = to.unwrap_or_default();
            let inode = to.to_str().and_then(|to| to.strip_prefix("socket:["));
            inodes.extend(inode.and_then(|rest| rest.strip_suffix(']')?.parse::<u64>().ok()));
        }
    }
    Some(inodes)
}

fn told(listens: &[Socket], port: u16) -> Option<Unreached> {
    let on_port = || listens.iter().filter(|socket| socket.at.port() == port);
    if on_port().any(|socket| !socket.at.ip().is_loopback()) {
        return None;
    }
    match on_port().next() {
        Some(socket) => Some(Unreached::elsewhere(format!(
            "it listens on {} alone, the loopback of its own network: have it listen on 0.0.0.0",
            socket.at.ip()
        ))),
        None => Some(elsewhere(listens, port)),
    }
}

/// The same of one on the host's network, where its loopback is ours.
fn told_on_host(listens: &[Socket], asked: SocketAddr) -> Option<Unreached> {
    let on_port = || listens.iter().filter(|one| one.at.port() == asked.port());
    let is_reached = |socket: &Socket| socket.at.ip().is_unspecified() || socket.at == asked;
    if on_port().any(is_reached) {
        return None;
    }
    match on_port().next() {
        Some(socket) => Some(Unreached::elsewhere(format!(
            "it listens on {} alone, and is asked on {}: have it listen there, or on 0.0.0.0",
            socket.at.ip(),
            asked.ip()
        ))),
        None => Some(elsewhere(listens, asked.port())),
    }
}

/// Where one listens that does not on this port.
fn elsewhere(listens: &[Socket], port: u16) -> Unreached {
    let mut others: Vec<String> = listens
        .iter()
        .map(|socket| format!("{} port {}", socket.at.ip(), socket.at.port()))
        .collect();
    others.dedup();
    if others.is_empty() {
        // It may yet.
        return Unreached {
            told: "it listens nowhere".to_owned(),
            is_elsewhere: false,
        };
    }
    Unreached::elsewhere(format!(
        "it listens on {}, and not on port {port}",
        others.join(", ")
    ))
}

/// The sockets of a table on which somebody listens.
fn sockets(table: &str) -> Vec<Socket> {
    let lines = table.lines().filter_map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (ip, port) = words.get(1)?.split_once(':')?;
        let port = u16::from_str_radix(port, 16).ok()?;
        let socket = Socket {
            at: SocketAddr::new(address(ip)?, port),
            inode: words.get(9)?.parse().ok()?,
        };
        (*words.get(3)? == LISTENS).then_some(socket)
    });
    lines.collect()
}

/// An address as the kernel prints it: words of four bytes, each as a number of this machine.
fn address(text: &str) -> Option<IpAddr> {
    let word = |at: usize| u32::from_str_radix(text.get(at..at + 8)?, 16).ok();
    match text.len() {
        8 => Some(Ipv4Addr::from(word(0)?.to_ne_bytes()).into()),
        32 => {
            let mut bytes = [0; 16];
            for (number, part) in bytes.chunks_mut(4).enumerate() {
                part.copy_from_slice(&word(number * 8)?.to_ne_bytes());
            }
            Some(Ipv6Addr::from(bytes).into())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    const TABLE: &str = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt\n   \
        0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 41 1\n   \
        1: 0100007F:1F91 0100007F:0001 01 00000000:00000000 00:00000000 00000000     0        0 42 1\n";

    fn at(ip: impl Into<IpAddr>, port: u16) -> Socket {
        let at = SocketAddr::new(ip.into(), port);
        Socket { at, inode: 1 }
    }

    #[test]
    #[cfg(target_endian = "little")]
    fn where_a_server_listens_is_said() {
        let listens = sockets(TABLE);
        assert_eq!(listens.len(), 1);
        assert_eq!(listens[0].at, SocketAddr::from(([127, 0, 0, 1], 8080)));
        assert_eq!(listens[0].inode, 41);
        let told = |listens: &[Socket], port| told(listens, port).map(|why| why.told);
        let alone = told(&listens, 8080).expect("a reason");
        assert!(alone.contains("127.0.0.1 alone"), "{alone}");
        let other = told(&listens, 80).expect("a reason");
        assert!(
            other.contains("127.0.0.1 port 8080, and not on port 80"),
            "{other}"
        );
        assert_eq!(told(&[], 80).as_deref(), Some("it listens nowhere"));
        let everywhere = [at(Ipv4Addr::UNSPECIFIED, 80)];
        assert_eq!(told(&everywhere, 80), None);
        let six = address("00000000000000000000000001000000");
        assert_eq!(six, Some(Ipv6Addr::LOCALHOST.into()));
    }

    #[test]
    fn on_the_host_s_network_a_loopback_is_reached_and_another_address_is_not() {
        let asked = SocketAddr::from(([127, 0, 0, 1], 80));
        let told_on_host = |listens: &[Socket]| told_on_host(listens, asked).map(|why| why.told);
        for reached in [
            at(Ipv4Addr::LOCALHOST, 80),
            at(Ipv4Addr::UNSPECIFIED, 80),
            at(Ipv6Addr::UNSPECIFIED, 80),
        ] {
            assert_eq!(told_on_host(&[reached]), None, "{reached:?}");
        }
        let other = told_on_host(&[at(Ipv6Addr::LOCALHOST, 80)]).expect("a reason");
        assert!(other.contains("::1 alone"), "{other}");
        assert!(other.contains("asked on 127.0.0.1"), "{other}");
        let port = told_on_host(&[at(Ipv4Addr::LOCALHOST, 81)]).expect("a reason");
        assert!(port.contains("port 81, and not on port 80"), "{port}");
        let nowhere = told_on_host(&[]);
        assert_eq!(nowhere.as_deref(), Some("it listens nowhere"));
    }

    #[test]
    fn a_process_s_own_sockets_are_told_from_those_of_others() {
        let own = TcpListener::bind("127.0.0.1:0").expect("listens");
        let own = own.local_addr().expect("an address");
        let pid = std::process::id().cast_signed();
        assert_eq!(unreached(pid, 1, own), None);
        // It has none, and is on the same network.
        let mut child = std::process::Command::new("sleep")
            .arg("1000")
            .spawn()
            .expect("starts");
        let told = unreached(child.id().cast_signed(), 1, own);
        child.kill().expect("runs");
        child.wait().expect("ends");
        let told = told.expect("a reason");
        assert_eq!(told.told, "it listens nowhere");
        assert!(!told.is_elsewhere);
    }
}
