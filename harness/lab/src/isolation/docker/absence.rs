//! Where the daemon should be, and what to do when it is not there.

use std::io;
use std::path::{Path, PathBuf};

/// Where Docker listens unless `DOCKER_HOST` says otherwise.
const DEFAULT_SOCKET: &str = "/var/run/docker.sock";

/// The daemon's socket, from what `DOCKER_HOST` says, or the default.
pub(super) fn socket(host: Option<&str>) -> Result<PathBuf, String> {
    let Some(host) = host.filter(|host| !host.is_empty()) else {
        return Ok(PathBuf::from(DEFAULT_SOCKET));
    };
    host.strip_prefix("unix://").map(PathBuf::from).ok_or_else(|| {
        format!(
            "DOCKER_HOST is {host}: the lab's clock, folders and networks need a daemon on this machine; \
             unset DOCKER_HOST, or set it to unix:///path/of/the/socket"
        )
    })
}

/// Why nobody answers on `socket`, and what to do.
pub(super) fn absent(socket: &Path, error: &io::Error) -> String {
    let mend = match error.kind() {
        io::ErrorKind::PermissionDenied => {
            "join the group that may use it: sudo usermod -aG docker $USER, then log in again"
        }
        _ if installed("dockerd") => "start it: sudo systemctl start docker (or: sudo dockerd &)",
        _ => "install it: sudo apt-get install docker.io",
    };
    format!(
        "no Docker daemon answers on {} ({error}); {mend}",
        socket.display()
    )
}

/// Whether a program is on `PATH`, or where a daemon is installed.
pub(crate) fn installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin", "/sbin", "/usr/bin"].map(PathBuf::from))
        .any(|folder| folder.join(program).is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn docker_host_names_a_socket_of_this_machine() {
        assert_eq!(socket(None), Ok(PathBuf::from(DEFAULT_SOCKET)));
        assert_eq!(socket(Some("")), Ok(PathBuf::from(DEFAULT_SOCKET)));
        assert_eq!(
            socket(Some("unix:///x/y.sock")),
            Ok(PathBuf::from("/x/y.sock"))
        );
        let reason = socket(Some("tcp://build:2375")).expect_err("another machine");
        assert!(
            reason.contains("tcp://build:2375") && reason.contains("unset DOCKER_HOST"),
            "{reason}"
        );
    }

    #[test]
    fn each_kind_of_absence_has_its_own_way_to_mend_it() {
        let reason = |kind: io::ErrorKind| absent(Path::new("/x.sock"), &io::Error::from(kind));
        assert!(reason(io::ErrorKind::PermissionDenied).contains("usermod -aG docker"));
        let gone = reason(io::ErrorKind::NotFound);
        assert!(
            gone.contains("start docker") || gone.contains("install docker.io"),
            "{gone}"
        );
    }
}
