//! A network of four addresses for one veth pair, which nothing else on this machine
//! uses, and a fence around it.
//!
//! The fence is a route that refuses: as long as the pair is up its own route is better,
//! and once the server has ended and the pair is gone, a request to it fails at once.
//! Without it the request would follow the default route out of the machine, and
//! whatever answers there would be taken for the server.

use std::net::Ipv4Addr;
use std::{fs, io};

use super::netlink::Netlink;
use crate::owner::{Life, Owner, Unknown};

/// 198.18.0.0/15: reserved for measuring networks (RFC 2544), so that nothing that
/// a machine talks to is there.
const POOL: u32 = 0xc612_0000;
/// How many networks of four addresses the pool holds.
const NETWORKS: u32 = 1 << 15;
/// Prefix length of such a network.
pub(super) const PREFIX_LENGTH: u8 = 30;
/// Its mask.
const MASK: u32 = u32::MAX << (32 - PREFIX_LENGTH);

/// Metric of a fence, worse than any route in use; the bits below are its owner's
/// ([`Owner::short`]), so that a fence that a killed lab left behind is known.
const METRIC: u32 = 0x4000_0000;

/// A route that refuses, gone when dropped.
#[derive(Debug)]
pub(super) struct Fence {
    network: u32,
    metric: u32,
}

impl Fence {
    /// Raises one around `network`.
    pub(super) fn raise(network: u32) -> io::Result<Self> {
        let fence = Self {
            network,
            metric: METRIC | Owner::this().short(),
        };
        fence.refuse(true)?;
        Ok(fence)
    }

    fn refuse(&self, add: bool) -> io::Result<()> {
        Netlink::refuse(add, self.network.into(), PREFIX_LENGTH, self.metric)
    }
}

impl Drop for Fence {
    fn drop(&mut self) {
        let _ = self.refuse(false);
    }
}

/// The first network from number `first` on that no route of this machine covers.
pub(super) fn free(first: u32) -> Option<u32> {
    free_of(first, &routes())
}

/// Removes the fences of labs that no longer run; gives how many.
pub(super) fn sweep(unknown: &mut Unknown) -> u32 {
    let mut removed = 0;
    for route in routes() {
        let (short, network) = (route.metric ^ METRIC, Ipv4Addr::from(route.to));
        let in_pool = route.to.wrapping_sub(POOL) / 4 < NETWORKS;
        if route.mask != MASK || !in_pool || short >= METRIC {
            continue;
        }
        match Owner::life_of_short(short) {
            Life::Runs => {}
            Life::Unknown => {
                let what = format!("route to {network}/{PREFIX_LENGTH}");
                unknown.note_of_pid(Owner::of_short(short).0, what);
            }
            Life::Ended => {
                let gone = Netlink::refuse(false, network, PREFIX_LENGTH, route.metric);
                removed += u32::from(gone.is_ok());
            }
        }
    }
    removed
}

/// A line of `/proc/net/route`.
struct Route {
    to: u32,
    mask: u32,
    metric: u32,
}

fn routes() -> Vec<Route> {
    fs::read_to_string("/proc/net/route")
        .unwrap_or_default()
        .lines()
        .filter_map(parse)
        .collect()
}

/// Interface, destination, gateway, flags, references, use, metric, mask; the
/// addresses in hex of the kernel's own byte order. The heading has no such numbers.
fn parse(line: &str) -> Option<Route> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let address = |at: usize| {
        u32::from_str_radix(fields.get(at)?, 16)
            .ok()
            .map(u32::from_be)
    };
    Some(Route {
        to: address(1)?,
        mask: address(7)?,
        metric: fields[6].parse().ok()?,
    })
}

fn free_of(first: u32, routes: &[Route]) -> Option<u32> {
    (0..NETWORKS)
        .map(|step| POOL + (first.wrapping_add(step) % NETWORKS) * 4)
        .find(|network| {
            // The default route covers everything, and yields to anything narrower.
            routes
                .iter()
                .all(|route| route.mask == 0 || (route.to ^ network) & route.mask & MASK != 0)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(lines: &[&str]) -> Vec<Route> {
        lines.iter().filter_map(|line| parse(line)).collect()
    }

    #[test]
    fn a_network_that_a_route_covers_is_left_alone() {
        let heading =
            "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT";
        let default = "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0";
        // 198.18.0.12/30, then 198.18.0.0/15, in the little-endian hex of /proc.
        let one = "x\t0C0012C6\t00000000\t0001\t0\t0\t0\tFCFFFFFF\t0\t0\t0";
        let all = "x\t000012C6\t00000000\t0001\t0\t0\t0\t0000FEFF\t0\t0\t0";
        assert_eq!(free_of(3, &known(&[heading, default])), Some(POOL + 12));
        assert_eq!(
            free_of(3, &known(&[heading, default, one])),
            Some(POOL + 16)
        );
        assert_eq!(free_of(3, &known(&[heading, default, all])), None);
    }
}
