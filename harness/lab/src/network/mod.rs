//! The network of a server that has only a loopback: a veth pair into its namespace.

mod namespace;
mod netlink;
mod subnet;
mod veth;

pub(crate) use namespace::Namespace;
pub(crate) use veth::{Veth, not_permitted, sweep};
