//! The Docker daemon: where it is, whether it answers, and how to mend that it does not.

use std::future::Future;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bollard::{API_DEFAULT_VERSION, Docker};
use tokio::runtime::Runtime;

use super::absence::{absent, socket};

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
    /// Names of the OCI runtimes that it has.
    pub(super) runtimes: Vec<String>,
    /// Why a container of the last launch is still there.
    left: Mutex<Option<String>>,
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

    /// Why a container of the last launch is still there.
    pub(super) fn left(&self) -> Option<String> {
        let live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        live.as_ref().and_then(|live| live.left())
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
        let (docker, version, runtimes) = runtime
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
                    let runtimes = docker.info().await?.runtimes.unwrap_or_default();
                    let runtimes = runtimes.into_keys().collect();
                    Ok::<_, bollard::errors::Error>((docker, version, runtimes))
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
            runtimes,
            left: Mutex::default(),
        })
    }

    /// Whether it has an OCI runtime of this name.
    pub(super) fn has(&self, runtime: &str) -> bool {
        self.runtimes.iter().any(|known| known == runtime)
    }

    /// Whether it answers a ping.
    pub(super) fn answers(&self) -> bool {
        matches!(self.within(ANSWER_LIMIT, self.docker.ping()), Some(Ok(_)))
    }

    /// Notes why a container is still there.
    pub(super) fn leave(&self, reason: String) {
        *self.left.lock().unwrap_or_else(PoisonError::into_inner) = Some(reason);
    }

    /// Why a container is still there, since this was last asked.
    fn left(&self) -> Option<String> {
        self.left
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }

    /// Waits for `work`, at most `limit`.
    pub(super) fn within<T>(&self, limit: Duration, work: impl Future<Output = T>) -> Option<T> {
        // The timer is made inside the runtime, so inside the block.
        self.runtime
            .block_on(async { tokio::time::timeout(limit, work).await.ok() })
    }
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
