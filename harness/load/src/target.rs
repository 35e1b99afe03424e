//! Where the load goes: an address, the host that is named, and a path.

use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs as _};
use std::time::Duration;

use http::Uri;

use crate::error::TargetError;

/// How long a name's addresses are tried for one that accepts.
const TRY: Duration = Duration::from_millis(500);

/// Who is asked: `address`, with `host` in the `Host` header, and for which path where nothing else is
/// said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Where to connect.
    pub address: SocketAddr,
    /// What the `Host` header says.
    pub host: String,
    /// Path and query, from `/` on.
    pub path: String,
}

impl Target {
    /// `path` of a server at `address`.
    pub fn new(address: SocketAddr, path: &str) -> Self {
        Self {
            address,
            host: address.to_string(),
            path: path.to_owned(),
        }
    }

    /// The target of an `http://` URL. A name that has several addresses gives the first
    /// that accepts a connection, or else the first.
    pub fn from_url(url: &str) -> Result<Self, TargetError> {
        let no_url = |why: String| TargetError::NoUrl {
            url: url.to_owned(),
            why,
        };
        let uri: Uri = url.parse().map_err(|e| no_url(format!("{e}")))?;
        match uri.scheme_str() {
            Some("http") => {}
            Some("https") => return Err(TargetError::Tls(url.to_owned())),
            Some(other) => return Err(no_url(format!("`{other}` is not http"))),
            None => return Err(no_url("it does not begin with http://".to_owned())),
        }
        let authority = uri
            .authority()
            .ok_or_else(|| no_url("it names no host".to_owned()))?;
        if authority.as_str().contains('@') {
            return Err(no_url("user names and passwords are not sent".to_owned()));
        }
        let port = uri.port_u16().unwrap_or(80);
        if authority.port().is_none() && authority.as_str() != authority.host() || port == 0 {
            return Err(no_url("its port is none of 1 to 65535".to_owned()));
        }
        let host = authority.host().trim_matches(['[', ']']);
        let unknown = |why: String| TargetError::Unknown {
            host: host.to_owned(),
            why,
        };
        let found = (host, port).to_socket_addrs();
        let addresses: Vec<SocketAddr> = found.map_err(|e| unknown(e.to_string()))?.collect();
        let accepts = |address: &&SocketAddr| TcpStream::connect_timeout(address, TRY).is_ok();
        let address = match addresses.as_slice() {
            [] => return Err(unknown("it has no address".to_owned())),
            [only] => only,
            [first, ..] => addresses.iter().find(accepts).unwrap_or(first),
        };
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        Ok(Self {
            address: *address,
            host: authority.as_str().to_owned(),
            path: path.to_owned(),
        })
    }

    /// Whether it is this machine or in a private network: loopback, unspecified,
    /// RFC 1918, link-local, or a unique local address of IPv6 (RFC 4193).
    pub fn is_near(&self) -> bool {
        match self.address.ip().to_canonical() {
            IpAddr::V4(ip) => {
                ip.is_loopback() || ip.is_private() || ip.is_link_local() || ip.is_unspecified()
            }
            IpAddr::V6(ip) => {
                ip.is_loopback()
                    || ip.is_unique_local()
                    || ip.is_unicast_link_local()
                    || ip.is_unspecified()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_read_as_they_are_meant() {
        for (url, address, host, path) in [
            (
                "http://127.0.0.1:8080",
                "127.0.0.1:8080",
                "127.0.0.1:8080",
                "/",
            ),
            (
                "http://127.0.0.1/a?b=c",
                "127.0.0.1:80",
                "127.0.0.1",
                "/a?b=c",
            ),
            ("http://[::1]:81/x", "[::1]:81", "[::1]:81", "/x"),
        ] {
            let target = Target::from_url(url).expect(url);
            assert_eq!(target.address, address.parse().expect("is one"), "{url}");
            assert_eq!((&*target.host, &*target.path), (host, path), "{url}");
        }
    }

    #[test]
    fn what_is_no_url_is_refused() {
        for (url, why) in [
            ("https://127.0.0.1/", "plain HTTP"),
            ("ftp://127.0.0.1/", "not http"),
            ("127.0.0.1:8080", "http://"),
            ("/path", "http://"),
            ("", "http://"),
            ("http://", "http://"),
            ("http://me@127.0.0.1/", "passwords"),
            ("http://127.0.0.1:99999/", "port"),
            ("http://127.0.0.1:0/", "port"),
            ("http://nowhere.invalid/", "nowhere.invalid"),
            ("http://127.0.0.1/a b", "http://"),
        ] {
            let error = Target::from_url(url).expect_err(url).to_string();
            assert!(error.contains(why), "{url}: {error}");
        }
    }

    #[test]
    fn only_near_addresses_are_near() {
        for (ip, near) in [
            ("127.0.0.1", true),
            ("172.17.0.2", true),
            ("169.254.1.1", true),
            ("::1", true),
            ("fd00::1", true),
            ("fe80::1", true),
            ("::ffff:10.0.0.1", true),
            ("8.8.8.8", false),
            ("172.32.0.1", false),
            ("2606:4700::1111", false),
            ("::ffff:8.8.8.8", false),
        ] {
            let address = SocketAddr::new(ip.parse().expect("is one"), 80);
            assert_eq!(Target::new(address, "/").is_near(), near, "{ip}");
        }
    }
}
