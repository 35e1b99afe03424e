//! As much of rtnetlink(7) as one veth pair needs: make it, address it, raise it,
//! remove it. Four messages by hand are less than a client for all of netlink.

use std::fs::File;
use std::io::{self, Read, Write};
use std::net::Ipv4Addr;
use std::os::fd::{AsRawFd as _, BorrowedFd};

use rustix::net::{AddressFamily, SocketFlags, SocketType, netdevice, socket_with};

const NLM_F_REQUEST: u16 = libc::NLM_F_REQUEST as u16;
const NLM_F_ACK: u16 = libc::NLM_F_ACK as u16;
const NEW: u16 = (libc::NLM_F_CREATE | libc::NLM_F_EXCL) as u16;
/// From `linux/veth.h`, which libc does not have.
const VETH_INFO_PEER: u16 = 1;
/// Length of `struct nlmsghdr`.
const HEADER: usize = 16;

/// A socket to the kernel's network of the thread that opened it.
pub(super) struct Netlink(File);

impl Netlink {
    /// Opens one in the calling thread's network namespace.
    pub(super) fn open() -> io::Result<Self> {
        // NETLINK_ROUTE is its protocol 0, which rustix calls none.
        let (family, kind) = (AddressFamily::NETLINK, SocketType::RAW);
        let socket = socket_with(family, kind, SocketFlags::CLOEXEC, None)?;
        Ok(Self(File::from(socket)))
    }

    /// Makes a pair: `host` here, `guest` in the network namespace that `namespace` is open on.
    pub(super) fn make_pair(
        &mut self,
        host: &str,
        guest: &str,
        namespace: BorrowedFd<'_>,
    ) -> io::Result<()> {
        let mut message = Message::new(libc::RTM_NEWLINK, NEW);
        message.link(0, 0, 0);
        message.text(libc::IFLA_IFNAME, host);
        message.nest(libc::IFLA_LINKINFO, |message| {
            message.text(libc::IFLA_INFO_KIND, "veth");
            message.nest(libc::IFLA_INFO_DATA, |message| {
                message.nest(VETH_INFO_PEER, |message| {
                    message.link(0, 0, 0);
                    message.text(libc::IFLA_IFNAME, guest);
                    message.attribute(libc::IFLA_NET_NS_FD, &namespace.as_raw_fd().to_ne_bytes());
                });
            });
        });
        self.send(message)
    }

    /// Gives link `index` an address with a prefix length.
    pub(super) fn address(&mut self, index: u32, address: Ipv4Addr, prefix: u8) -> io::Result<()> {
        let mut message = Message::new(libc::RTM_NEWADDR, NEW);
        // struct ifaddrmsg: family, prefix length, flags, scope, index.
        message
            .0
            .extend_from_slice(&[libc::AF_INET as u8, prefix, 0, 0]);
        message.0.extend_from_slice(&index.to_ne_bytes());
        message.attribute(libc::IFA_LOCAL, &address.octets());
        message.attribute(libc::IFA_ADDRESS, &address.octets());
        self.send(message)
    }

    /// Raises link `index`, and notes on it whose it is.
    pub(super) fn raise(&mut self, index: u32, alias: Option<&str>) -> io::Result<()> {
        let mut message = Message::new(libc::RTM_NEWLINK, 0);
        message.link(index, libc::IFF_UP as u32, libc::IFF_UP as u32);
        if let Some(alias) = alias {
            message.text(libc::IFLA_IFALIAS, alias);
        }
        self.send(message)
    }

    /// Removes a link of this thread's network by its name, and with it the other end.
    pub(super) fn remove(name: &str) -> io::Result<()> {
        let mut message = Message::new(libc::RTM_DELLINK, 0);
        message.link(0, 0, 0);
        message.text(libc::IFLA_IFNAME, name);
        Self::open()?.send(message)
    }

    /// Refuses everything to a network (`add`), unless a better route than `metric`
    /// leads there; or no longer does.
    pub(super) fn refuse(add: bool, network: Ipv4Addr, prefix: u8, metric: u32) -> io::Result<()> {
        let (kind, flags) = if add {
            (libc::RTM_NEWROUTE, NEW)
        } else {
            (libc::RTM_DELROUTE, 0)
        };
        let mut message = Message::new(kind, flags);
        // struct rtmsg: family, lengths of destination and source, tos, table,
        // protocol, scope, type; flags.
        let table = libc::RT_TABLE_MAIN;
        let route = [
            prefix,
            0,
            0,
            table,
            libc::RTPROT_STATIC,
            0,
            libc::RTN_UNREACHABLE,
        ];
        message.0.push(libc::AF_INET as u8);
        message.0.extend_from_slice(&route);
        message.0.extend_from_slice(&[0; 4]);
        message.attribute(libc::RTA_DST, &network.octets());
        message.attribute(libc::RTA_PRIORITY, &metric.to_ne_bytes());
        Self::open()?.send(message)
    }

    /// Sends one message; its acknowledgement is an errno, 0 for done.
    fn send(&mut self, message: Message) -> io::Result<()> {
        self.0.write_all(&message.whole())?;
        let mut answer = [0_u8; 4096];
        let length = self.0.read(&mut answer)?;
        let errno = answer[..length]
            .get(HEADER..HEADER + 4)
            .and_then(|bytes| bytes.try_into().ok());
        match errno.map(i32::from_ne_bytes) {
            Some(0) => Ok(()),
            Some(errno) => Err(io::Error::from_raw_os_error(-errno)),
            None => Err(io::Error::from(io::ErrorKind::UnexpectedEof)),
        }
    }
}

/// The index of a link in the calling thread's network namespace.
pub(super) fn index(name: &str) -> io::Result<u32> {
    let (family, kind) = (AddressFamily::UNIX, SocketType::DGRAM);
    let socket = socket_with(family, kind, SocketFlags::CLOEXEC, None)?;
    Ok(netdevice::name_to_index(socket, name)?)
}

/// A request under construction: `struct nlmsghdr`, then the body.
struct Message(Vec<u8>);

impl Message {
    fn new(kind: u16, flags: u16) -> Self {
        let mut bytes = Vec::with_capacity(256);
        bytes.extend_from_slice(&[0; 4]); // the length, filled at the end
        bytes.extend_from_slice(&kind.to_ne_bytes());
        bytes.extend_from_slice(&(NLM_F_REQUEST | NLM_F_ACK | flags).to_ne_bytes());
        bytes.extend_from_slice(&[0; 8]); // sequence and port: one request at a time
        Self(bytes)
    }

    /// `struct ifinfomsg`.
    fn link(&mut self, index: u32, flags: u32, change: u32) {
        self.0.extend_from_slice(&[0; 4]);
        for field in [index, flags, change] {
            self.0.extend_from_slice(&field.to_ne_bytes());
        }
    }

    fn text(&mut self, kind: u16, text: &str) {
        let mut bytes = text.as_bytes().to_vec();
        bytes.push(0);
        self.attribute(kind, &bytes);
    }

    fn attribute(&mut self, kind: u16, value: &[u8]) {
        self.nest(kind, |message| message.0.extend_from_slice(value));
    }

    /// An attribute that holds what `fill` writes: its length and kind before it,
    /// zeros after it to a multiple of four.
    fn nest(&mut self, kind: u16, fill: impl FnOnce(&mut Self)) {
        let at = self.0.len();
        self.0.extend_from_slice(&[0; 2]);
        self.0.extend_from_slice(&kind.to_ne_bytes());
        fill(self);
        let length = (self.0.len() - at) as u16;
        self.0[at..at + 2].copy_from_slice(&length.to_ne_bytes());
        self.0.resize(self.0.len().next_multiple_of(4), 0);
    }

    fn whole(mut self) -> Vec<u8> {
        let length = self.0.len() as u32;
        self.0[..4].copy_from_slice(&length.to_ne_bytes());
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_padded_and_nests_hold_them() {
        let mut message = Message::new(libc::RTM_NEWLINK, 0);
        message.nest(18, |message| message.text(1, "veth"));
        let bytes = message.whole();
        assert_eq!(bytes.len(), HEADER + 4 + 12);
        assert_eq!(bytes[..4], 32_u32.to_ne_bytes());
        assert_eq!(bytes[HEADER..HEADER + 2], 16_u16.to_ne_bytes());
        assert_eq!(bytes[HEADER + 4..HEADER + 6], 9_u16.to_ne_bytes());
    }
}
