//! Where containerd should be, and what to do when it is not there.

use std::io;
use std::path::{Path, PathBuf};

use crate::isolation::docker::installed;

/// Where containerd listens unless `CONTAINERD_ADDRESS` says otherwise.
const DEFAULT_SOCKET: &str = "/run/containerd/containerd.sock";

/// The oldest version whose interfaces are those that the helper speaks.
const OLDEST: (u32, u32) = (1, 6);

/// Its socket, from what `CONTAINERD_ADDRESS` says, or the default.
pub(super) fn socket(address: Option<&str>) -> PathBuf {
    let address = address.filter(|address| !address.is_empty());
    let address = address.unwrap_or(DEFAULT_SOCKET);
    address.strip_prefix("unix://").unwrap_or(address).into()
}

/// Why nobody answers on `socket`, and what to do.
pub(super) fn absent(socket: &Path, error: &io::Error) -> String {
    let mend = match error.kind() {
        io::ErrorKind::PermissionDenied => {
            "only root may use it: run labrun as root: sudo env \"PATH=$PATH\" \"HOME=$HOME\" labrun ..."
        }
        _ if installed("containerd") => {
            "start it: sudo systemctl start containerd (or: sudo containerd &)"
        }
        _ => "install it: sudo apt-get install containerd",
    };
    format!(
        "no containerd answers on {} ({error}); {mend}",
        socket.display()
    )
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
        assert_eq!(socket(None), PathBuf::from(DEFAULT_SOCKET));
        assert_eq!(socket(Some("")), PathBuf::from(DEFAULT_SOCKET));
        for address in ["unix:///x/y.sock", "/x/y.sock"] {
            assert_eq!(socket(Some(address)), PathBuf::from("/x/y.sock"));
        }
    }

    #[test]
    fn each_kind_of_absence_has_its_own_way_to_mend_it() {
        let reason = |kind: io::ErrorKind| absent(Path::new("/x.sock"), &io::Error::from(kind));
        assert!(reason(io::ErrorKind::PermissionDenied).contains("as root"));
        let gone = reason(io::ErrorKind::NotFound);
        assert!(
            gone.contains("start containerd") || gone.contains("install containerd"),
            "{gone}"
        );
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
