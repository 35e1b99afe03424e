//! Where the daemon should be.

use std::path::PathBuf;

use crate::isolation::daemon_socket::DaemonSocket;
use crate::outcome::Failure;

/// Where Docker listens unless `DOCKER_HOST` says otherwise.
const DEFAULT: &str = "/var/run/docker.sock";

/// How it comes to answer there.
pub(super) const DOCKER: DaemonSocket = DaemonSocket {
    daemon: "Docker daemon",
    program: "dockerd",
    permit: "join the group that may use it: sudo usermod -aG docker $USER, then log in again",
    start: "start it: sudo systemctl start docker (or: sudo dockerd &)",
    install: "install it: sudo apt-get install docker.io",
};

/// The daemon's socket, from what `DOCKER_HOST` says, or the default.
pub(super) fn socket(host: Option<&str>) -> Result<PathBuf, Failure> {
    let Some(host) = host.filter(|host| !host.is_empty()) else {
        return Ok(PathBuf::from(DEFAULT));
    };
    let path = host.strip_prefix("unix://").map(PathBuf::from);
    path.ok_or_else(|| {
        Failure::unavailable(format!(
            "DOCKER_HOST is {host}: the lab's clock, folders and networks need a daemon on this machine; \
             unset DOCKER_HOST, or set it to unix:///path/of/the/socket"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn docker_host_names_a_socket_of_this_machine() {
        assert_eq!(socket(None), Ok(PathBuf::from(DEFAULT)));
        assert_eq!(socket(Some("")), Ok(PathBuf::from(DEFAULT)));
        assert_eq!(
            socket(Some("unix:///x/y.sock")),
            Ok(PathBuf::from("/x/y.sock"))
        );
        let failure = socket(Some("tcp://build:2375")).expect_err("another machine");
        let reason = failure.into_reason();
        assert!(
            reason.contains("tcp://build:2375") && reason.contains("unset DOCKER_HOST"),
            "{reason}"
        );
    }
}
