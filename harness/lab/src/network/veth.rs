//! A veth pair, as an operator's own plumbing would make it, between the host and the
//! network namespace of a server.

use std::collections::BTreeSet;
use std::fs;
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use std::{io, thread};

use super::namespace::Namespace;
use super::netlink::{Netlink, index};
use super::subnet::{self, Fence, PREFIX_LENGTH};
use crate::clock::now_ns;
use crate::outcome::Failure;
use crate::owner::{Life, Owner, Unknown};
use crate::proc::{Pid, own_mask};
use crate::site::Site;
use crate::wait::until_gone;

/// Beginning of the name of every link of the lab; some bits of its owner's name and a count
/// follow, 15 characters in all, which is as long as a name can be.
const PREFIX: &str = "labrun";

/// How long the kernel may take to learn that both ends are up.
const UP_LIMIT: Duration = Duration::from_secs(5);

/// Time between two looks whether it has.
const UP_INTERVAL: Duration = Duration::from_micros(20);

/// Name of the guest's end: what a container's link is always called.
const GUEST_LINK: &str = "eth0";

/// A pair that is planned, then made; removed with its namespace, at the latest when
/// this is dropped.
#[derive(Debug)]
pub(crate) struct Veth {
    name: String,
    alias: String,
    network: u32,
    fence: Option<Fence>,
    /// Address inside the namespace.
    pub(crate) guest: Ipv4Addr,
}

impl Veth {
    /// Chooses a name and addresses that no route of this machine knows.
    pub(crate) fn plan(owner: &Owner) -> Result<Self, String> {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let hash = owner.hash();
        let first = hash.wrapping_mul(61).wrapping_add(number);
        let network = subnet::free(first)
            .ok_or("no free network in 198.18.0.0/15: this machine has routes to all of it")?;
        Ok(Self {
            name: format!("{PREFIX}{hash:06x}{:03x}", number & 0xfff),
            alias: owner.to_string(),
            network,
            fence: None,
            guest: Ipv4Addr::from(network + 2),
        })
    }

    /// Keeps what is meant for the server on this machine once the pair is gone.
    pub(crate) fn fenced(mut self) -> Result<Self, String> {
        let fence = Fence::raise(self.network)
            .map_err(|error| format!("cannot fence the server's network: {error}"))?;
        self.fence = Some(fence);
        Ok(self)
    }

    /// Makes the pair between this namespace and that of process `pid`.
    pub(crate) fn connect(&self, pid: Pid) -> Result<(), String> {
        let namespace = Namespace::of(pid);
        let cannot = |error| format!("cannot open the network of process {pid}: {error}");
        self.make(&namespace.map_err(cannot)?)
    }

    /// Makes the pair between this namespace and `namespace`.
    pub(crate) fn make(&self, namespace: &Namespace) -> Result<(), String> {
        self.make_here(namespace)
            .map_err(|error| format!("cannot make the veth pair: {error}"))?;
        // A thread of its own: a namespace belongs to a thread, and this one goes with it.
        let made = thread::scope(|scope| {
            let inside = || self.make_inside(namespace);
            let made = thread::Builder::new().spawn_scoped(scope, inside);
            made.map(thread::ScopedJoinHandle::join)
        });
        made.map_err(|error| format!("a thread does not start: {error}"))?
            .map_err(|_| "the thread in the server's network panicked".to_owned())?
            .map_err(|error| format!("cannot set up the server's end of the veth pair: {error}"))?;
        self.wait_until_up()
            .map_err(|error| format!("the veth pair did not come up: {error}"))
    }

    /// Waits until the kernel sends through the host's end. It learns from a work queue that
    /// the other end is up, and drops whatever is sent before: the next try of a dropped
    /// SYN comes after a whole second.
    fn wait_until_up(&self) -> io::Result<()> {
        let state = Path::new("/sys/class/net")
            .join(&self.name)
            .join("operstate");
        let deadline_ns = now_ns() + UP_LIMIT.as_nanos() as u64;
        while fs::read_to_string(&state)?.trim() != "up" {
            if now_ns() >= deadline_ns {
                return Err(io::ErrorKind::TimedOut.into());
            }
            thread::sleep(UP_INTERVAL);
        }
        // The state is set before the queue is: this waits for the lock that both are under.
        Netlink::open()?.raise(index(&self.name)?, None)
    }

    fn make_here(&self, namespace: &Namespace) -> io::Result<()> {
        let mut netlink = Netlink::open()?;
        netlink.make_pair(&self.name, GUEST_LINK, namespace.fd())?;
        let index = index(&self.name)?;
        netlink.address(index, Ipv4Addr::from(self.network + 1), PREFIX_LENGTH)?;
        netlink.raise(index, Some(&self.alias))
    }

    fn make_inside(&self, namespace: &Namespace) -> io::Result<()> {
        namespace.enter()?;
        let mut netlink = Netlink::open()?;
        let index = index(GUEST_LINK)?;
        netlink.address(index, self.guest, PREFIX_LENGTH)?;
        netlink.raise(index, None)
    }

    /// Waits until the host's end is gone, as it is once the namespace is; gives the instant,
    /// which is `known_ns` if that is so at the first look.
    pub(crate) fn wait_until_gone(
        &self,
        site: &Site,
        known_ns: u64,
        deadline_ns: u64,
    ) -> Result<u64, Failure> {
        let left = || (!self.is_gone()).then(|| "its network link".to_owned());
        until_gone(&site.interrupt, known_ns, deadline_ns, left)
    }

    /// Whether the host's end is no longer there.
    pub(crate) fn is_gone(&self) -> bool {
        index(&self.name).is_err()
    }
}

impl Drop for Veth {
    fn drop(&mut self) {
        if !self.is_gone() {
            let _ = Netlink::remove(&self.name);
        }
    }
}

/// Removes the links and fences of owners that no longer run; gives how many.
pub(crate) fn sweep(unknown: &mut Unknown) -> u32 {
    let mut removed = 0;
    let entries = fs::read_dir("/sys/class/net").into_iter().flatten();
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let alias = fs::read_to_string(entry.path().join("ifalias")).unwrap_or_default();
        let owner = Owner::parse(alias.trim()).filter(|_| name.starts_with(PREFIX));
        let Some(owner) = owner else { continue };
        match owner.life_by_what_runs() {
            Life::Runs => {}
            Life::Unknown => unknown.note(&owner, format!("network link {name}")),
            Life::Ended => removed += u32::from(Netlink::remove(&name).is_ok()),
        }
    }
    removed + subnet::sweep(unknown)
}

/// What keeps this process from making links, if anything does.
pub(crate) fn not_permitted() -> Option<String> {
    const NET_ADMIN: u32 = 12;
    const SYS_ADMIN: u32 = 21;
    let effective = own_mask("CapEff");
    let has = |capability: u32| effective & (1 << capability) != 0;
    if !has(NET_ADMIN) || !has(SYS_ADMIN) {
        return Some(
            "a server with no network needs a veth pair, and making one needs root (CAP_NET_ADMIN and CAP_SYS_ADMIN): \
             run labrun as root: sudo env \"PATH=$PATH\" \"HOME=$HOME\" labrun ..."
                .to_owned(),
        );
    }
    // Where links come and go meanwhile, one of many looks sees both alike.
    let alike = || links_of_sys().is_some_and(|links| links == links_of_this_process());
    let is_shown = (0..LOOKS).any(|_| alike());
    (!is_shown).then(|| {
        "a server with no network needs a veth pair, and /sys/class/net, which tells when one is up, is not of \
         labrun's own network namespace: mount -t sysfs sysfs /sys"
            .to_owned()
    })
}

/// Looks at the links, each of some microseconds.
const LOOKS: u32 = 1000;

/// The links that `/sys` shows: those of the network namespace in which it was mounted (sysfs(5)).
fn links_of_sys() -> Option<BTreeSet<String>> {
    let entries = fs::read_dir("/sys/class/net").ok()?;
    let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
    // A file that is no link: what bonds there are.
    let entries = entries.flatten().filter(|entry| entry.path().is_dir());
    Some(entries.map(name).collect())
}

/// The links of the network namespace of this process.
fn links_of_this_process() -> BTreeSet<String> {
    let text = fs::read_to_string("/proc/self/net/dev").unwrap_or_default();
    let names = text.lines().filter_map(|line| line.split_once(':'));
    names.map(|(name, _)| name.trim().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_of_looking_see_the_same_links() {
        let of_this_process = links_of_this_process();
        assert!(of_this_process.contains("lo"), "{of_this_process:?}");
        // Where somebody makes a link between the two looks, the next pair tells.
        let same = || links_of_sys() == Some(links_of_this_process());
        assert!((0..100).any(|_| same()));
    }

    #[test]
    fn a_name_is_as_long_as_a_link_can_have() {
        let veth = Veth::plan(&Owner::this()).expect("a free network");
        assert_eq!(veth.name.len(), libc::IFNAMSIZ - 1);
        assert!(veth.is_gone());
    }
}
