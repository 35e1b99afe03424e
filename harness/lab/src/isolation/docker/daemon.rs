//! The Docker daemon: where it is, whether it answers, and how to mend that it does not.

use std::future::Future;
use std::io;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bollard::{API_DEFAULT_VERSION, Docker};
use tokio::runtime::Runtime;

/// Where Docker listens unless `DOCKER_HOST` says otherwise.
const DEFAULT_SOCKET: &str = "/var/run/docker.sock";

/// Longest wait for an answer that takes a live daemon milliseconds.
pub(super) const ANSWER_LIMIT: Duration = Duration::from_secs(5);

/// Longest wait for the answer to any one request; a launch has a limit of its own.
const REQUEST_LIMIT_S: u64 = 120;

/// What runs containers here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DaemonVersion {
    /// Version of the daemon, for example `20.10.24+dfsg1`.
    pub docker: String,
    /// Every component that it names with its version: `containerd 1.6.20`, `runc 1.1.5`.
    pub components: Vec<String>,
    /// The socket that it answers on.
    pub socket: PathBuf,
}

impl std::fmt::Display for DaemonVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Docker {}", self.docker)?;
        for component in &self.components {
            write!(f, ", {component}")?;
        }
        Ok(())
    }
}

/// The daemon, asked for when it is first needed: until then this costs nothing.
#[derive(Debug, Default)]
pub(super) struct Daemon {
    /// Where it is, in the words of `DOCKER_HOST`; none for what that variable says.
    host: Option<String>,
    live: Mutex<Option<Arc<Live>>>,
}

/// A daemon that has answered.
#[derive(Debug)]
pub(super) struct Live {
    /// One thread, the lab's own: the thread that waits is the thread that reads the
    /// socket, so no answer crosses from a worker to it inside the clock.
    pub(super) runtime: Runtime,
    pub(super) docker: Docker,
    pub(super) version: DaemonVersion,
}

impl Daemon {
    /// The daemon at `host`, in the words of `DOCKER_HOST`.
    pub(super) fn at(host: &str) -> Self {
        Self {
            host: Some(host.to_owned()),
            live: Mutex::default(),
        }
    }

    /// The daemon, which answers as of now; or why not, with the way to mend it.
    pub(super) fn live(&self) -> Result<Arc<Live>, String> {
        let mut live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = live.as_ref().filter(|known| known.answers()) {
            return Ok(Arc::clone(known));
        }
        *live = None;
        let host = self
            .host
            .clone()
            .or_else(|| std::env::var("DOCKER_HOST").ok());
        let fresh = Arc::new(Live::connect(&socket(host.as_deref())?)?);
        *live = Some(Arc::clone(&fresh));
        Ok(fresh)
    }
}

impl Live {
    /// Connects to the daemon.
    fn connect(socket: &Path) -> Result<Self, String> {
        UnixStream::connect(socket).map_err(|error| absent(socket, &error))?;
        let silent = |reason: String| {
            format!(
                "the Docker daemon on {} does not answer: {reason}; restart it: systemctl restart docker",
                socket.display()
            )
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| format!("cannot make an event loop for the Docker client: {error}"))?;
        let (docker, version) = runtime
            .block_on(async {
                tokio::time::timeout(ANSWER_LIMIT, async {
                    let docker = Docker::connect_with_unix(
                        &socket.display().to_string(),
                        REQUEST_LIMIT_S,
                        API_DEFAULT_VERSION,
                    )?
                    .negotiate_version()
                    .await?;
                    let version = docker.version().await?;
                    Ok::<_, bollard::errors::Error>((docker, version))
                })
                .await
            })
            .map_err(|_| {
                silent(format!(
                    "it accepted, then said nothing for {} s",
                    ANSWER_LIMIT.as_secs()
                ))
            })?
            .map_err(|error| silent(chain(&error)))?;
        let components = version
            .components
            .unwrap_or_default()
            .into_iter()
            .filter(|component| component.name != "Engine" && component.name != "docker-init")
            .map(|component| format!("{} {}", component.name, component.version))
            .collect();
        let docker_version = version.version.unwrap_or_else(|| "unknown".to_owned());
        Ok(Self {
            runtime,
            docker,
            version: DaemonVersion {
                docker: docker_version,
                components,
                socket: socket.to_owned(),
            },
        })
    }

    /// Whether it answers a ping.
    pub(super) fn answers(&self) -> bool {
        matches!(self.within(ANSWER_LIMIT, self.docker.ping()), Some(Ok(_)))
    }

    /// Waits for `work`, at most `limit`.
    pub(super) fn within<T>(&self, limit: Duration, work: impl Future<Output = T>) -> Option<T> {
        // The timer is made inside the runtime, so inside the block.
        self.runtime
            .block_on(async { tokio::time::timeout(limit, work).await.ok() })
    }
}

/// The daemon's socket, from what `DOCKER_HOST` says, or the default.
fn socket(host: Option<&str>) -> Result<PathBuf, String> {
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
fn absent(socket: &Path, error: &io::Error) -> String {
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
pub(super) fn installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin", "/sbin", "/usr/bin"].map(PathBuf::from))
        .any(|folder| folder.join(program).is_file())
}

/// An error with its causes, each once: a client's outermost message alone says little.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
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
