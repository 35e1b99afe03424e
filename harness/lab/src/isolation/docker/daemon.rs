//! The Docker daemon: where it is, whether it answers, and how to mend that it does not.

use std::collections::BTreeMap;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bollard::errors::Error;
use bollard::models::SystemVersionComponents;
use bollard::{API_DEFAULT_VERSION, Docker};
use futures_util::{Stream, StreamExt};
use tokio::runtime::Runtime;
use tokio::time::timeout;

use super::silence;
use super::socket::{DOCKER, socket};
use crate::clock::now_ns;
use crate::interrupt::Interrupt;
use crate::isolation::left::Left;
use crate::isolation::listener::{listener, search_path};
use crate::outcome::{Failure, chain};
use crate::proc;

/// Longest wait for an answer that takes a live daemon milliseconds.
pub(super) const ANSWER_LIMIT: Duration = Duration::from_secs(5);

/// Longest wait for the answer to any one request; a launch has a limit of its own.
const REQUEST_LIMIT_S: u64 = 120;

/// How often a wait looks whether the run goes on.
const LOOK_INTERVAL: Duration = Duration::from_millis(50);

/// What runs containers here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DaemonVersion {
    /// Version of the daemon, for example `20.10.24+dfsg1`.
    pub docker: String,
    /// Every component that it names with its version: `containerd 1.6.20`, `runc 1.1.5`.
    pub components: Vec<String>,
    /// The OCI runtime that it takes where none is asked for, whose version is among these.
    pub default_runtime: String,
    /// The socket that it answers on.
    pub socket: PathBuf,
}

impl DaemonVersion {
    /// The version of an OCI runtime, where the daemon says it.
    pub(super) fn of_runtime(&self, name: &str) -> Option<&str> {
        if name != self.default_runtime {
            return None;
        }
        let mut components = self.components.iter();
        components.find_map(|component| component.strip_prefix(name)?.strip_prefix(' '))
    }

    /// All versions of what runs a container by the runtime `name`, for a person.
    pub(super) fn with_runtime(&self, name: &str, version: Option<&str>) -> String {
        let mut text = format!("Docker {}", self.docker);
        for component in &self.components {
            if component.split(' ').next() != Some(&self.default_runtime) {
                text = format!("{text}, {component}");
            }
        }
        format!("{text}, {name} {}", version.unwrap_or("of unknown version"))
    }
}

/// Docker on this machine: one daemon, asked for when it is first needed. Until then this costs
/// nothing. `default()` is the one that `DOCKER_HOST` names.
#[derive(Debug, Default, Clone)]
pub struct DockerHost {
    /// Where it is, in the words of `DOCKER_HOST`; none for what that variable says.
    host: Option<String>,
    live: Arc<Mutex<Option<Arc<Live>>>>,
}

/// A daemon that has answered.
#[derive(Debug)]
pub(super) struct Live {
    /// One thread, the lab's own: the thread that waits is the thread that reads the
    /// socket, so no answer crosses from a worker to it inside the clock.
    pub(super) runtime: Runtime,
    pub(super) docker: Docker,
    pub(super) version: DaemonVersion,
    /// The OCI runtimes that it has, by name: what it starts, where it says so.
    pub(super) runtimes: BTreeMap<String, Option<String>>,
    /// Where it looks for them.
    pub(super) folders: Vec<PathBuf>,
    /// Whether it is known to see the files that this process sees.
    pub(super) sees_the_same: bool,
    /// Why a container of the last launch is still there.
    pub(super) left: Left,
}

impl DockerHost {
    /// The daemon at `host`, in the words of `DOCKER_HOST`.
    pub fn at(host: &str) -> Self {
        Self {
            host: Some(host.to_owned()),
            ..Self::default()
        }
    }

    /// The daemon's version; or why there is none, with the way to mend it.
    pub fn version(&self) -> Result<DaemonVersion, String> {
        let live = self.live().map_err(Failure::into_reason)?;
        Ok(live.version.clone())
    }

    /// The daemon, which answers as of now; or why not, with the way to mend it.
    pub(super) fn live(&self) -> Result<Arc<Live>, Failure> {
        let mut live = self.known();
        if let Some(known) = live.as_ref().filter(|known| known.answers()) {
            return Ok(Arc::clone(known));
        }
        *live = None;
        let named = std::env::var("DOCKER_HOST").ok();
        let host = self.host.as_ref().or(named.as_ref());
        let socket = socket(host.map(String::as_str))?;
        if let Some(silence) = silence::of(&socket) {
            return Err(silence);
        }
        let fresh = Arc::new(Live::connect(&socket)?);
        silence::broken(&socket);
        Ok(Arc::clone(live.insert(fresh)))
    }

    /// The daemon that has answered before.
    pub(super) fn known(&self) -> MutexGuard<'_, Option<Arc<Live>>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Live {
    /// Connects to the daemon.
    fn connect(socket: &Path) -> Result<Self, Failure> {
        DOCKER.answers(socket)?;
        let silent = |reason: String| {
            Failure::unavailable(format!(
                "the Docker daemon on {} does not answer: {reason}; restart it: systemctl restart docker",
                socket.display()
            ))
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(Failure::cannot("make an event loop for the Docker client"))?;
        let asked = async {
            let path = socket.display().to_string();
            let docker = Docker::connect_with_unix(&path, REQUEST_LIMIT_S, API_DEFAULT_VERSION)?
                .negotiate_version()
                .await?;
            let version = docker.version().await?;
            let info = docker.info().await?;
            Ok::<_, Error>((docker, version, info))
        };
        let late = || {
            let limit_s = ANSWER_LIMIT.as_secs();
            let failure = silent(format!("it accepted, then said nothing for {limit_s} s"));
            silence::note(socket, failure)
        };
        let (docker, version, info) = runtime
            .block_on(async { timeout(ANSWER_LIMIT, asked).await })
            .map_err(|_| late())?
            .map_err(|error| silent(chain(&error)))?;
        let daemon = listener("dockerd", socket).ok();
        let components = version.components.unwrap_or_default();
        if let Some(other) = another(&components) {
            return Err(Failure::unavailable(format!(
                "what answers on {} is {other}, and not Docker, whose rows these are: set DOCKER_HOST to the \
                 socket of a dockerd: unix:///path/of/the/socket",
                socket.display()
            )));
        }
        let components = components
            .into_iter()
            .filter(|component| component.name != "Engine" && component.name != "docker-init")
            .map(|component| format!("{} {}", component.name, component.version));
        Ok(Self {
            runtime,
            docker,
            version: DaemonVersion {
                docker: version.version.unwrap_or_else(|| "unknown".to_owned()),
                components: components.collect(),
                default_runtime: info.default_runtime.unwrap_or_default(),
                socket: socket.to_owned(),
            },
            runtimes: info
                .runtimes
                .unwrap_or_default()
                .into_iter()
                .map(|(name, runtime)| (name, runtime.path))
                .collect(),
            folders: search_path(daemon),
            sees_the_same: daemon.is_some_and(proc::sees_the_same),
            left: Left::default(),
        })
    }

    /// Whether it answers a ping.
    fn answers(&self) -> bool {
        matches!(self.within(ANSWER_LIMIT, self.docker.ping()), Some(Ok(_)))
    }

    /// Waits for `work`, at most `limit`.
    pub(super) fn within<T>(&self, limit: Duration, work: impl Future<Output = T>) -> Option<T> {
        // The timer is made inside the runtime, so inside the block.
        self.runtime
            .block_on(async { timeout(limit, work).await.ok() })
    }

    /// Waits for `work` until the run is asked to end; `late` is the reason where it takes too
    /// long.
    pub(super) fn wait<T>(
        &self,
        interrupt: &Interrupt,
        deadline_ns: u64,
        late: &str,
        work: impl Future<Output = T>,
    ) -> Result<T, Failure> {
        self.runtime.block_on(async {
            let mut work = pin!(work);
            loop {
                match timeout(LOOK_INTERVAL, &mut work).await {
                    Ok(done) => return Ok(done),
                    Err(_) if interrupt.raised() => return Err(Failure::Interrupted),
                    Err(_) if now_ns() >= deadline_ns => return Err(Failure::timeout(late)),
                    Err(_) => {}
                }
            }
        })
    }

    /// The next piece of an answer that takes as long as it takes.
    pub(super) fn next<T>(
        &self,
        interrupt: &Interrupt,
        pieces: &mut (impl Stream<Item = T> + Unpin),
    ) -> Result<Option<T>, Failure> {
        self.wait(interrupt, u64::MAX, "", pieces.next())
    }
}

/// The name of an engine that speaks Docker's language and is not Docker's, such as Podman.
fn another(components: &[SystemVersionComponents]) -> Option<&str> {
    let first = components.first()?;
    let is_docker = components.iter().any(|one| one.name == "Engine");
    (!is_docker).then_some(first.name.as_str())
}

/// What an error of the daemon means: an answer that says no is a failure of what was asked; no
/// answer is the daemon's absence.
pub(super) fn refused(asked_to: &str, error: &Error) -> Failure {
    let said = match error {
        Error::DockerResponseServerError { message, .. } => message,
        Error::DockerStreamError { error } | Error::DockerContainerWaitError { error, .. } => error,
        _ => {
            let causes = chain(error);
            return Failure::unavailable(format!("the Docker daemon stopped answering: {causes}"));
        }
    };
    let said = said.trim();
    Failure::failed(format!("the Docker daemon could not {asked_to}: {said}"))
}
