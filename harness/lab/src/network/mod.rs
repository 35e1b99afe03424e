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
    let flags = std::fs::read_to_string("/sys/class/net/lo/flags")?;
    let flags = u32::from_str_radix(flags.trim().trim_start_matches("0x"), 16);
    if flags.is_ok_and(|flags| flags & libc::IFF_UP.cast_unsigned() != 0) {
        return Ok(false);
    }
    netlink::Netlink::open()?.raise(netlink::index("lo")?, None)?;
    Ok(true)
}
