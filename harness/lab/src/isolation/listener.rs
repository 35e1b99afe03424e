//! The process behind a daemon's socket, and where it looks for programs: what a daemon starts by a
//! name is the program that *it* finds.

use std::ffi::OsStr;
use std::os::fd::AsRawFd as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use crate::proc::{self, Pid};

/// The process of the program `name` that listens on a socket; if that is systemd, which listens
/// for others, the only process of that name.
///
/// # Errors
/// With why it cannot be seen.
pub(crate) fn listener(name: &str, socket: &Path) -> Result<Pid, String> {
    let stream = UnixStream::connect(socket).map_err(|error| error.to_string())?;
    let listener = peer(&stream).ok_or_else(|| "who listens is not known".to_owned())?;
    let found = proc::name(listener);
    if found == name {
        return Ok(listener);
    }
    if found != "systemd" {
        return Err(format!("what listens there is not {name}"));
    }
    let mut daemons = proc::every().filter(|pid| proc::name(*pid) == name);
    match (daemons.next(), daemons.next()) {
        (Some(only), None) => Ok(only),
        (None, _) => Err(format!("no {name} runs here")),
        _ => Err("several run, and systemd listens for one of them".to_owned()),
    }
}

/// The process that listens at the other end; none where this one cannot see it: 0, which
/// rustix's `socket_peercred` takes for a process.
fn peer(stream: &UnixStream) -> Option<Pid> {
    let mut peer = libc::ucred {
        pid: 0,
        uid: 0,
        gid: 0,
    };
    let mut length = size_of::<libc::ucred>() as libc::socklen_t;
    // SAFETY: `peer` is a valid ucred, `length` is its size, and the descriptor is open.
    let asked = unsafe {
        libc::getsockopt(
            stream.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_PEERCRED,
            (&raw mut peer).cast(),
            &raw mut length,
        )
    };
    (asked == 0 && peer.pid > 0).then_some(peer.pid)
}

/// Where a daemon looks for programs, as far as there is one and this process may see it; then
/// where this one does.
pub(crate) fn search_path(daemon: Option<Pid>) -> Vec<PathBuf> {
    let of_daemon = daemon.and_then(|daemon| proc::variable(daemon, "PATH"));
    let of_daemon = of_daemon.unwrap_or_default();
    let own = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(OsStr::from_bytes(&of_daemon))
        .chain(std::env::split_paths(&own))
        .chain(["/usr/sbin", "/sbin", "/usr/bin"].map(PathBuf::from))
        .filter(|folder| folder.is_absolute())
        .collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener;

    use super::*;

    #[test]
    fn who_listens_is_this_process_under_its_own_name_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let socket = folder.path().join("socket");
        let _listens = UnixListener::bind(&socket).expect("listens");
        let own = std::process::id().cast_signed();
        assert_eq!(listener(&proc::name(own), &socket), Ok(own));
        let other = listener("dockerd", &socket).expect_err("it is not");
        assert_eq!(other, "what listens there is not dockerd");
        listener("dockerd", &folder.path().join("none")).expect_err("nobody listens");
    }

    #[test]
    fn a_daemon_s_folders_come_before_one_s_own() {
        let own = search_path(None);
        let mut daemon = std::process::Command::new("sleep")
            .arg("1000")
            .env("PATH", "/of/the/daemon:relative:/usr/bin:/bin")
            .spawn()
            .expect("starts");
        let found = search_path(Some(daemon.id().cast_signed()));
        daemon.kill().expect("runs");
        daemon.wait().expect("ends");
        assert_eq!(
            found[..3],
            ["/of/the/daemon", "/usr/bin", "/bin"].map(PathBuf::from)
        );
        assert_eq!(found[3..], own);
    }
}
