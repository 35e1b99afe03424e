//! Where a server listens that nobody could reach: what its network says of that, for the reason.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::proc::Pid;

/// `TCP_LISTEN` of `net/tcp_states.h`, as `/proc/net/tcp` writes it.
const LISTENS: &str = "0A";

/// Why a server in a network of its own cannot be reached on `port`, as far as that is to be seen; nothing
/// of one on the host's network, or that listens as it should.
pub(super) fn unreached(pid: Pid, port: u16) -> Option<String> {
    let network = |pid: &str| fs::read_link(format!("/proc/{pid}/ns/net")).ok();
    if network("self")? == network(&pid.to_string())? {
        return None;
    }
    let text = |name: &str| fs::read_to_string(format!("/proc/{pid}/net/{name}"));
    let tables = text("tcp").ok()? + &text("tcp6").unwrap_or_default();
    told(&addresses(&tables), port)
}

fn told(listens: &[(IpAddr, u16)], port: u16) -> Option<String> {
    let on_port = || listens.iter().filter(|(_, own)| *own == port);
    if on_port().any(|(ip, _)| !ip.is_loopback()) {
        return None;
    }
    if let Some((ip, _)) = on_port().next() {
        return Some(format!(
            "it listens on {ip} alone, the loopback of its own network: have it listen on 0.0.0.0"
        ));
    }
    let others: Vec<String> = listens
        .iter()
        .map(|(ip, port)| format!("{ip} port {port}"))
        .collect();
    Some(if others.is_empty() {
        "it listens nowhere".to_owned()
    } else {
        format!(
            "it listens on {}, and not on port {port}",
            others.join(", ")
        )
    })
}

/// The addresses of a table of sockets on which somebody listens.
fn addresses(table: &str) -> Vec<(IpAddr, u16)> {
    let lines = table.lines().filter_map(|line| {
        let mut words = line.split_whitespace().skip(1);
        let (local, _, state) = (words.next()?, words.next()?, words.next()?);
        let (ip, port) = local.split_once(':')?;
        let port = u16::from_str_radix(port, 16).ok()?;
        (state == LISTENS).then_some((address(ip)?, port))
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
    use super::*;

    const TABLE: &str = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt\n   \
        0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1\n   \
        1: 0100007F:1F91 0100007F:0001 01 00000000:00000000 00:00000000 00000000     0        0 1\n";

    #[test]
    #[cfg(target_endian = "little")]
    fn where_a_server_listens_is_said() {
        let listens = addresses(TABLE);
        assert_eq!(listens, [(Ipv4Addr::LOCALHOST.into(), 8080)]);
        let alone = told(&listens, 8080).expect("a reason");
        assert!(alone.contains("127.0.0.1 alone"), "{alone}");
        let other = told(&listens, 80).expect("a reason");
        assert!(
            other.contains("127.0.0.1 port 8080, and not on port 80"),
            "{other}"
        );
        assert_eq!(told(&[], 80).as_deref(), Some("it listens nowhere"));
        let everywhere = [(Ipv4Addr::UNSPECIFIED.into(), 80)];
        assert_eq!(told(&everywhere, 80), None);
        let six = address("00000000000000000000000001000000");
        assert_eq!(six, Some(Ipv6Addr::LOCALHOST.into()));
    }
}
