//! What has to be there already for a container: the programs of the daemon's side. The
//! docker client is not among them; the lab runs containers without it.

use std::fs;
use std::path::{Path, PathBuf};

use super::Needed;
use crate::isolation::docker::DockerHost;
use crate::isolation::listener::{listener, search_path};
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
    let socket = &version.socket;
    let dockerd = listener("dockerd", socket)
        .map_err(|why| hidden("Docker daemon", socket, "dockerd", &why))?;
    let is_called = |pid: &Pid, name: &str| proc::name(*pid) == name;
    let containerds = || proc::every().filter(|pid| is_called(pid, "containerd"));
    let own = containerds().find(|pid| proc::parent(*pid) == Some(dockerd));
    let containerd = own.or_else(|| containerds().next());
    let folders = search_path(Some(dockerd));
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
    let daemon =
        listener("containerd", socket).map_err(|why| hidden("containerd", socket, "it", &why))?;
    let folders = search_path(Some(daemon));
    let started = started.iter().map(|name| (*name, None));
    [("containerd", Some(daemon))]
        .into_iter()
        .chain(started)
        .map(|(name, running)| Needed::at(name, &file(name, running, &folders)?))
        .collect()
}

fn hidden(daemon: &str, socket: &Path, what: &str, why: &str) -> Failure {
    Failure::unavailable(format!(
        "the programs of the {daemon} on {} cannot be seen: {why}; run the lab on the machine, and \
         in the PID namespace, in which {what} runs",
        socket.display()
    ))
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
