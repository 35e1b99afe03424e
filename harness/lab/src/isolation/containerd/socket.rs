//! Where containerd should be, and which versions of it will do.

use std::path::PathBuf;

use crate::isolation::daemon_socket::DaemonSocket;

/// Where containerd listens unless `CONTAINERD_ADDRESS` says otherwise.
const DEFAULT: &str = "/run/containerd/containerd.sock";

/// How it comes to answer there.
pub(super) const CONTAINERD: DaemonSocket = DaemonSocket {
    daemon: "containerd",
    program: "containerd",
    permit: "only root may use it: run labrun as root: sudo env \"PATH=$PATH\" \"HOME=$HOME\" labrun ...",
    start: "start it: sudo systemctl start containerd (or: sudo containerd &)",
    install: "install it: sudo apt-get install containerd",
};

/// The oldest version whose interfaces are those that the helper speaks.
const OLDEST: (u32, u32) = (1, 6);

/// Its socket, from what `CONTAINERD_ADDRESS` says, or the default.
pub(super) fn socket(address: Option<&str>) -> PathBuf {
    let address = address.filter(|address| !address.is_empty());
    let address = address.unwrap_or(DEFAULT);
    address.strip_prefix("unix://").unwrap_or(address).into()
}

/// Why a version is not one that the lab can use.
pub(super) fn too_old(version: &str) -> Option<String> {
    let mut numbers = version.trim_start_matches('v').split(['.', '-', '+', '~']);
    let mut number = || numbers.next()?.parse::<u32>().ok();
    let found = (number()?, number()?);
    (found < OLDEST).then(|| {
        format!(
            "containerd {version} is too old: the lab needs {}.{} or newer; upgrade it: sudo apt-get install containerd",
            OLDEST.0, OLDEST.1
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_a_socket_with_or_without_its_scheme() {
        assert_eq!(socket(None), PathBuf::from(DEFAULT));
        assert_eq!(socket(Some("")), PathBuf::from(DEFAULT));
        for address in ["unix:///x/y.sock", "/x/y.sock"] {
            assert_eq!(socket(Some(address)), PathBuf::from("/x/y.sock"));
        }
    }

    #[test]
    fn an_old_version_is_named() {
        assert_eq!(too_old("1.6.20~ds1"), None);
        assert_eq!(too_old("v2.1.0"), None);
        // One that cannot be read may well be right.
        assert_eq!(too_old("unknown"), None);
        assert!(too_old("1.5.9").is_some_and(|reason| reason.contains("1.5.9 is too old")));
    }
}
