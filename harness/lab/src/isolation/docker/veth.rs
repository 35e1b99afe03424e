//! The network of a server whose container has none: a veth pair, as an operator's
//! own plumbing would make it, between the host and the container's namespace.

use std::fs::{self, File};
use std::net::Ipv4Addr;
use std::os::fd::AsRawFd;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::{io, thread};

use super::netlink::{Netlink, index};
use crate::owner::Owner;

/// Beginning of the name of every link of the lab; the owner's process id and a count
/// follow, 15 characters in all, which is as long as a name can be.
pub(super) const PREFIX: &str = "labrun";

/// Name of the guest's end: what a container's link is always called.
const GUEST_LINK: &str = "eth0";

/// 198.18.0.0/15: reserved for measuring networks (RFC 2544), so that nothing that
/// a machine talks to is there.
const POOL: u32 = 0xc612_0000;
/// How many networks of four addresses the pool holds.
const NETWORKS: u32 = 1 << 15;
/// Prefix length of such a network.
const PREFIX_LENGTH: u8 = 30;

/// A pair that is planned, then made; removed with its namespace, at the latest when
/// this is dropped.
#[derive(Debug)]
pub(super) struct Veth {
    name: String,
    alias: String,
    host: Ipv4Addr,
    /// Address inside the container.
    pub(super) guest: Ipv4Addr,
}

impl Veth {
    /// Chooses a name and addresses that no route of this machine knows.
    pub(super) fn plan(owner: &Owner) -> Result<Self, String> {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let routes = fs::read_to_string("/proc/net/route").unwrap_or_default();
        let first = std::process::id().wrapping_mul(61).wrapping_add(number);
        let network = free_network(first, &routes)
            .ok_or("no free network in 198.18.0.0/15: this machine has routes to all of it")?;
        Ok(Self {
            name: format!("{PREFIX}{:06x}{:03x}", std::process::id(), number & 0xfff),
            alias: owner.to_string(),
            host: Ipv4Addr::from(network + 1),
            guest: Ipv4Addr::from(network + 2),
        })
    }

    /// Makes the pair between this namespace and that of process `pid`.
    pub(super) fn make(&self, pid: i64) -> Result<(), String> {
        self.make_here(pid)
            .map_err(|error| format!("cannot make the veth pair: {error}"))?;
        // A thread of its own: a namespace belongs to a thread, and this one goes with it.
        thread::scope(|scope| scope.spawn(|| self.make_inside(pid)).join())
            .map_err(|_| "the thread in the container's network panicked".to_owned())?
            .map_err(|error| format!("cannot set up the container's end of the veth pair: {error}"))
    }

    fn make_here(&self, pid: i64) -> io::Result<()> {
        let mut netlink = Netlink::open()?;
        netlink.make_pair(&self.name, GUEST_LINK, pid)?;
        let index = index(&self.name)?;
        netlink.address(index, self.host, PREFIX_LENGTH)?;
        netlink.raise(index, Some(&self.alias))
    }

    fn make_inside(&self, pid: i64) -> io::Result<()> {
        let namespace = File::open(format!("/proc/{pid}/ns/net"))?;
        // SAFETY: the descriptor is open through the call, which takes no pointer; only
        // the calling thread moves, and it ends with this function.
        if unsafe { libc::setns(namespace.as_raw_fd(), libc::CLONE_NEWNET) } != 0 {
            return Err(io::Error::last_os_error());
        }
        let mut netlink = Netlink::open()?;
        let index = index(GUEST_LINK)?;
        netlink.address(index, self.guest, PREFIX_LENGTH)?;
        netlink.raise(index, None)
    }

    /// Whether the host's end is no longer there.
    pub(super) fn is_gone(&self) -> bool {
        !Path::new("/sys/class/net").join(&self.name).exists()
    }
}

impl Drop for Veth {
    fn drop(&mut self) {
        if !self.is_gone() {
            let _ = Netlink::open().and_then(|mut netlink| netlink.remove(&self.name));
        }
    }
}

/// Removes the links of owners that no longer run; gives how many.
pub(super) fn sweep() -> u32 {
    let mut removed = 0;
    for entry in fs::read_dir("/sys/class/net")
        .into_iter()
        .flatten()
        .flatten()
    {
        let name = entry.file_name().to_string_lossy().into_owned();
        let alias = fs::read_to_string(entry.path().join("ifalias")).unwrap_or_default();
        let dead = name.starts_with(PREFIX)
            && Owner::parse(alias.trim()).is_some_and(|owner| !owner.is_alive());
        if dead
            && Netlink::open()
                .and_then(|mut netlink| netlink.remove(&name))
                .is_ok()
        {
            removed += 1;
        }
    }
    removed
}

/// What keeps this process from making links, if anything does.
pub(super) fn not_permitted() -> Option<String> {
    const NET_ADMIN: u32 = 12;
    const SYS_ADMIN: u32 = 21;
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let effective = status
        .lines()
        .find_map(|line| line.strip_prefix("CapEff:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or_default();
    let has = |capability: u32| effective & (1 << capability) != 0;
    (!has(NET_ADMIN) || !has(SYS_ADMIN)).then(|| {
        "a server with no network needs a veth pair, and making one needs root (CAP_NET_ADMIN and CAP_SYS_ADMIN): \
         run labrun with sudo"
            .to_owned()
    })
}

/// The first network from number `first` on that no line of `/proc/net/route` covers.
fn free_network(first: u32, routes: &str) -> Option<u32> {
    let hex = |field: Option<&str>| u32::from_str_radix(field?, 16).ok().map(u32::from_be);
    let known: Vec<(u32, u32)> = routes
        .lines()
        .skip(1)
        .filter_map(|line| {
            let mut fields = line.split_whitespace();
            Some((hex(fields.nth(1))?, hex(fields.nth(5))?))
        })
        // The default route covers everything, and yields to anything narrower.
        .filter(|(_, mask)| *mask != 0)
        .collect();
    let narrow = u32::MAX << (32 - PREFIX_LENGTH);
    (0..NETWORKS)
        .map(|step| POOL + (first.wrapping_add(step) % NETWORKS) * 4)
        .find(|network| {
            known
                .iter()
                .all(|(to, mask)| (to ^ network) & mask & narrow != 0)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str =
        "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n";

    #[test]
    fn a_network_that_a_route_covers_is_left_alone() {
        let default = format!("{HEAD}eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n");
        assert_eq!(free_network(3, &default), Some(POOL + 12));
        // 198.18.0.12/30 is taken, in the little-endian hex of /proc.
        let taken = format!("{default}x\t0C0012C6\t00000000\t0001\t0\t0\t0\tFCFFFFFF\t0\t0\t0\n");
        assert_eq!(free_network(3, &taken), Some(POOL + 16));
        let all = format!("{default}x\t000012C6\t00000000\t0001\t0\t0\t0\t0000FEFF\t0\t0\t0\n");
        assert_eq!(free_network(3, &all), None);
    }

    #[test]
    fn a_name_is_as_long_as_a_link_can_have() {
        let veth = Veth::plan(&Owner::this()).expect("a free network");
        assert_eq!(veth.name.len(), libc::IFNAMSIZ - 1);
        assert!(veth.is_gone());
    }
}
