//! A container of the lab: what the daemon is asked to do with it, and that it goes, however a
//! launch ends.
//!
//! No wait hangs: each ends by the daemon's answer, the launch's limit, or the run being asked
//! to end.

use std::cell::Cell;
use std::future::Future;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bollard::errors::Error;
use bollard::models::ContainerCreateBody;
use bollard::query_parameters::{
    CreateContainerOptionsBuilder, KillContainerOptionsBuilder, LogsOptionsBuilder,
    RemoveContainerOptionsBuilder, WaitContainerOptionsBuilder,
};
use futures_util::StreamExt;

use super::daemon::{ANSWER_LIMIT, Live, refused};
use super::removal;
use super::running::LIMIT;
use crate::clock::now_ns;
use crate::interrupt::Interrupt;
use crate::isolation::child::LaunchRequest;
use crate::outcome::Failure;
use crate::proc::Pid;

/// Longest wait for the answer to a request that nobody waits for any more.
const LATE_LIMIT: Duration = Duration::from_secs(20);

/// A container, from before it is asked for. Dropping it removes it; where the daemon does not,
/// `left` says so.
pub(super) struct Container {
    pub(super) live: Arc<Live>,
    interrupt: Interrupt,
    limit: Duration,
    /// Chosen by the lab, so that it can be removed even if the answer to the request
    /// that made it never came.
    pub(super) name: String,
    /// Whether the daemon may have it.
    is_there: Cell<bool>,
}

impl Container {
    /// One that is yet to be asked for.
    pub(super) fn new(live: Arc<Live>, order: &LaunchRequest<'_>) -> Self {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        Self {
            live,
            interrupt: order.site.interrupt.clone(),
            limit: order.job.timeout,
            name: format!("labrun-{}-{number}", order.site.owner),
            is_there: Cell::new(false),
        }
    }

    /// When a wait that begins now is given up, where the launch has set no deadline.
    pub(super) fn deadline_ns(&self) -> u64 {
        now_ns() + self.limit.as_nanos() as u64
    }

    /// Waits for `work` on this thread; `late` is the reason where it takes too long.
    pub(super) fn wait<T>(
        &self,
        deadline_ns: u64,
        late: &str,
        work: impl Future<Output = T>,
    ) -> Result<T, Failure> {
        self.live.wait(&self.interrupt, deadline_ns, late, work)
    }

    /// Waits for an answer of the daemon on this thread.
    pub(super) fn ask<T>(
        &self,
        deadline_ns: u64,
        asked_to: &str,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Failure> {
        let late = format!("gave up waiting for the Docker daemon to {asked_to}");
        let answer = self.wait(deadline_ns, &late, work)?;
        answer.map_err(|error| refused(asked_to, &error))
    }

    /// Asks for it; gives its id.
    pub(super) fn create(
        &self,
        deadline_ns: u64,
        body: ContainerCreateBody,
    ) -> Result<String, Failure> {
        let options = CreateContainerOptionsBuilder::new()
            .name(&self.name)
            .build();
        let mut request = pin!(self.live.docker.create_container(Some(options), body));
        self.is_there.set(true);
        let late = "gave up waiting for the Docker daemon to create the container";
        let answer = self.wait(deadline_ns, late, request.as_mut());
        if answer.is_err() {
            // A request under way cannot be taken back: what it makes is removed once it is
            // made.
            let _ = self.live.within(LATE_LIMIT, request);
        }
        let made = answer?.map_err(|error| refused("create the container", &error))?;
        Ok(made.id)
    }

    /// Its first process, while it runs, and its own address on Docker's network, if it has one.
    pub(super) fn look(&self, deadline_ns: u64) -> Result<(Option<Pid>, Option<IpAddr>), Failure> {
        let seen = self.live.docker.inspect_container(&self.name, None);
        let seen = self.ask(deadline_ns, "inspect the container", seen)?;
        let pid = seen.state.and_then(|state| state.pid);
        let networks = seen.network_settings.and_then(|settings| settings.networks);
        let own = networks
            .into_iter()
            .flatten()
            .filter_map(|(_, endpoint)| endpoint.ip_address)
            .find_map(|address| address.parse().ok());
        Ok((pid.filter(|pid| *pid > 0).map(|pid| pid as Pid), own))
    }

    /// Waits until it is not running; gives its exit code.
    pub(super) fn exit_code(&self, deadline_ns: u64) -> Result<i64, Failure> {
        let options = WaitContainerOptionsBuilder::new()
            .condition("not-running")
            .build();
        let mut answers = self.live.docker.wait_container(&self.name, Some(options));
        let late = "it did not end within the time limit of a launch";
        match self.wait(deadline_ns, late, answers.next())? {
            Some(Ok(exit)) => Ok(exit.status_code),
            Some(Err(Error::DockerContainerWaitError { code, .. })) => Ok(code),
            Some(Err(error)) => Err(refused("wait for the container", &error)),
            None => Err(Failure::unavailable(
                "the Docker daemon stopped answering: it hung up on a wait",
            )),
        }
    }

    /// The end of what it wrote on stderr, from Docker's own log.
    pub(super) fn said(&self) -> Vec<u8> {
        let options = LogsOptionsBuilder::new().stderr(true).tail("20").build();
        let mut pieces = self.live.docker.logs(&self.name, Some(options));
        let mut said = Vec::new();
        let _ = self.live.within(ANSWER_LIMIT, async {
            while let Some(Ok(piece)) = pieces.next().await {
                if said.len() < LIMIT {
                    said.extend_from_slice(piece.as_ref());
                }
            }
        });
        said
    }

    /// Ends it at once.
    pub(super) fn kill(&self) -> Result<(), Failure> {
        let options = KillContainerOptionsBuilder::new().signal("SIGKILL").build();
        let killed = self.live.docker.kill_container(&self.name, Some(options));
        self.ask(self.deadline_ns(), "kill the container", killed)
    }

    /// Removes it; it has ended.
    pub(super) fn remove(&self, deadline_ns: u64) -> Result<(), Failure> {
        if self.is_there.get() {
            let options = RemoveContainerOptionsBuilder::new().v(true).build();
            let removed = self.live.docker.remove_container(&self.name, Some(options));
            self.ask(deadline_ns, "remove the container", removed)?;
            self.is_there.set(false);
        }
        Ok(())
    }

    /// Ends and removes it, whatever state it is in.
    pub(super) fn destroy(&self) {
        if self.is_there.take()
            && let Err(reason) = removal::remove(&self.live, &self.name)
        {
            self.live.left.note(reason);
        }
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        self.destroy();
    }
}
