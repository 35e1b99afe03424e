//! Waiting for the daemon without ever hanging: every wait ends by its answer, the
//! launch's limit, or the run being asked to end.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use bollard::errors::Error;
use tokio::time::sleep;

use super::daemon::{Live, chain};
use crate::clock::now_ns;
use crate::isolation::traces::Traces;
use crate::network::Veth;
use crate::outcome::Failure;
use crate::site::Site;

/// How often a wait looks whether the run goes on.
const LOOK_INTERVAL: Duration = Duration::from_millis(50);

/// What ends a wait, whatever is waited for.
#[derive(Clone, Copy)]
pub(super) struct Watch<'a> {
    live: &'a Live,
    site: &'a Site,
    deadline_ns: u64,
}

impl<'a> Watch<'a> {
    /// Waits of a launch that is given up after `limit`.
    pub(super) fn new(live: &'a Live, site: &'a Site, limit: Duration) -> Self {
        Self {
            live,
            site,
            deadline_ns: now_ns() + limit.as_nanos() as u64,
        }
    }

    /// When the launch is given up.
    pub(super) fn deadline_ns(&self) -> u64 {
        self.deadline_ns
    }

    /// The run was asked to end, or the limit is over.
    pub(super) fn ended(&self, waiting_for: &str) -> Option<Failure> {
        if self.site.interrupt.raised() {
            return Some(Failure::Interrupted);
        }
        (now_ns() >= self.deadline_ns)
            .then(|| Failure::timeout(format!("gave up waiting for {waiting_for}")))
    }

    /// Waits until nothing of container `id` is left, by either of Docker's cgroup drivers;
    /// gives the instant.
    pub(super) fn until_gone(&self, id: &str, veth: Option<&Veth>) -> Result<u64, Failure> {
        let since_ns = now_ns();
        let names = [
            format!("docker/{id}"),
            format!("system.slice/docker-{id}.scope"),
        ];
        Traces::of(id, &names, veth).wait(self.site, since_ns, self.deadline_ns)
    }

    /// Waits for `work` on this thread.
    pub(super) fn wait<T>(
        &self,
        waiting_for: &str,
        work: impl Future<Output = T>,
    ) -> Result<T, Failure> {
        self.live.runtime.block_on(self.until(waiting_for, work))
    }

    /// Waits for an answer of the daemon on this thread.
    pub(super) fn ask<T>(
        &self,
        asked_to: &str,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Failure> {
        let answer = self.wait(&format!("the Docker daemon to {asked_to}"), work)?;
        answer.map_err(|error| refused(asked_to, &error))
    }

    /// Resolves as `work` does, or with what ended the wait.
    pub(super) async fn until<T>(
        &self,
        waiting_for: &str,
        work: impl Future<Output = T>,
    ) -> Result<T, Failure> {
        let mut work = pin!(work);
        loop {
            tokio::select! {
                biased;
                done = &mut work => return Ok(done),
                () = sleep(LOOK_INTERVAL) => {
                    if let Some(failure) = self.ended(waiting_for) {
                        return Err(failure);
                    }
                }
            }
        }
    }
}

/// What an error of the daemon means for a launch: an answer that says no is a
/// failure of this launch; no answer is the daemon's absence.
pub(super) fn refused(asked_to: &str, error: &Error) -> Failure {
    match error {
        Error::DockerResponseServerError { message, .. } => Failure::failed(format!(
            "the Docker daemon could not {asked_to}: {}",
            message.trim()
        )),
        Error::DockerStreamError { error } | Error::DockerContainerWaitError { error, .. } => {
            Failure::failed(format!(
                "the Docker daemon could not {asked_to}: {}",
                error.trim()
            ))
        }
        _ => Failure::unavailable(format!(
            "the Docker daemon stopped answering: {}",
            chain(error)
        )),
    }
}
