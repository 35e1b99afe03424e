//! What has to be there already for a container: the programs of the daemon's side. The
//! docker client is not among them; the lab runs containers without it.

use std::ffi::OsStr;
use std::fs;
use std::os::fd::AsRawFd as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use super::Needed;
use crate::isolation::docker::DockerHost;
use crate::outcome::Failure;
use crate::proc::{self, Pid};

/// What a container on the default bridge runs through, in the order in which they run.
const PROGRAMS: [&str; 5] = [
    "dockerd",
    "docker-proxy",
    "containerd",
    "containerd-shim-runc-v2",
    "runc",
];

/// The programs of the daemon that answers on this host, each with its version where the
/// daemon says it. One that runs is the file that runs; of the others, the one that the
/// daemon would find.
pub fn docker_side(host: &DockerHost) -> Result<Vec<Needed>, Failure> {
    let version = host.version().map_err(Failure::unavailable)?;
    let dockerd = daemon_process(&version.socket)?;
    let is_called = |pid: &Pid, name: &str| proc::name(*pid) == name;
    let containerds = || proc::every().filter(|pid| is_called(pid, "containerd"));
    let own = containerds().find(|pid| proc::parent(*pid) == Some(dockerd));
    let containerd = own.or_else(|| containerds().next());
    let folders = search_path(dockerd);
    let needed = PROGRAMS.map(|name| {
        let running = match name {
            "dockerd" => Some(dockerd),
            "containerd" => containerd,
            _ => None,
        };
        let mut needed = Needed::at(name, &file(name, running, &folders)?)?;
        needed.version = match name {
            "dockerd" => Some(version.docker.clone()),
            name => version.components.iter().find_map(|component| {
                let version = component.strip_prefix(name)?.strip_prefix(' ')?;
                Some(version.to_owned())
            }),
        };
        Ok(needed)
    });
    needed.into_iter().collect()
}

/// The programs behind a container by the containerd that listens on `socket`: containerd
/// itself, and those that it starts, by name, in this order.
pub fn containerd_side(socket: &Path, started: &[&str]) -> Result<Vec<Needed>, Failure> {
    let hidden = |why: &str| hidden("containerd", socket, "it", why);
    let daemon = listener(socket).map_err(|why| hidden(&why))?;
    if proc::name(daemon) != "containerd" {
        return Err(hidden("what listens there is not containerd"));
    }
    let folders = search_path(daemon);
    let started = started.iter().map(|name| (*name, None));
    [("containerd", Some(daemon))]
        .into_iter()
        .chain(started)
        .map(|(name, running)| Needed::at(name, &file(name, running, &folders)?))
        .collect()
}

/// The process that listens on the daemon's socket; if that is systemd, which listens for
/// others, the only dockerd.
fn daemon_process(socket: &Path) -> Result<Pid, Failure> {
    let hidden = |why: &str| hidden("Docker daemon", socket, "dockerd", why);
    let listener = listener(socket).map_err(|why| hidden(&why))?;
    match &*proc::name(listener) {
        "dockerd" => return Ok(listener),
        "systemd" => {}
        _ => return Err(hidden("what listens there is not dockerd")),
    }
    let mut daemons = proc::every().filter(|pid| proc::name(*pid) == "dockerd");
    match (daemons.next(), daemons.next()) {
        (Some(only), None) => Ok(only),
        (None, _) => Err(hidden("no dockerd runs here")),
        _ => Err(hidden("several run, and systemd listens for one of them")),
    }
}

fn hidden(daemon: &str, socket: &Path, what: &str, why: &str) -> Failure {
    Failure::unavailable(format!(
        "the programs of the {daemon} on {} cannot be seen: {why}; run the lab on the machine, and \
         in the PID namespace, in which {what} runs",
        socket.display()
    ))
}

/// The process that listens on a socket.
fn listener(socket: &Path) -> Result<Pid, String> {
    let stream = UnixStream::connect(socket).map_err(|error| error.to_string())?;
    peer(&stream).ok_or_else(|| "who listens is not known".to_owned())
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

/// The file of a program: that of its process, where its link may be read; otherwise the
/// first in the folders.
fn file(name: &str, running: Option<Pid>, folders: &[PathBuf]) -> Result<PathBuf, Failure> {
    let running = running.map(|pid| proc::folder(pid).join("exe"));
    running
        .filter(|link| fs::canonicalize(link).is_ok())
        .or_else(|| {
            let files = folders.iter().map(|folder| folder.join(name));
            files.into_iter().find(|file| file.is_file())
        })
        .ok_or_else(|| {
            Failure::unavailable(format!(
                "{name}, which the daemon needs, is not on its PATH; run the lab as root, \
                 which may see where the daemon has it"
            ))
        })
}

/// Where the daemon looks for programs, as far as this process may see it; then where this
/// one does.
fn search_path(daemon: Pid) -> Vec<PathBuf> {
    let of_daemon = proc::variable(daemon, "PATH").unwrap_or_default();
    let own = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(OsStr::from_bytes(&of_daemon))
        .chain(std::env::split_paths(&own))
        .chain(["/usr/sbin", "/sbin", "/usr/bin"].map(PathBuf::from))
        .filter(|folder| folder.is_absolute())
        .collect()
}
