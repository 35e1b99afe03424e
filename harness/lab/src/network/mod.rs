//! The network of a server that has only a loopback: a veth pair into its namespace; and the
//! loopback itself.

mod namespace;
mod netlink;
mod subnet;
mod veth;

pub(crate) use namespace::Namespace;
pub(crate) use veth::{Veth, not_permitted, sweep};

/// Brings the loopback up where it is down, as it is in a fresh network namespace; gives whether
/// it was.
pub fn raise_loopback() -> std::io::Result<bool> {
    // Of this process's own network, which `/sys` need not show.
    let addresses = std::fs::read_to_string("/proc/self/net/fib_trie")?;
    if addresses.contains("127.0.0.1") {
        return Ok(false);
    }
    netlink::Netlink::open()?.raise(netlink::index("lo")?, None)?;
    Ok(true)
}
