//! A container of the lab: how it is made, and that it goes, however a launch ends.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bollard::errors::Error;
use bollard::models::{ContainerCreateBody, ContainerCreateResponse, HostConfig, PortBinding};
use bollard::query_parameters::{
    CreateContainerOptionsBuilder, RemoveContainerOptionsBuilder, WaitContainerOptionsBuilder,
};
use futures_util::StreamExt;

use super::configuration::Configuration;
use super::daemon::Live;
use super::removal;
use super::watch::{Watch, refused};
use crate::define::GUEST_GRANT;
use crate::isolation::Job;
use crate::isolation::child::HOLD;
use crate::outcome::Failure;
use crate::owner::{self, Owner};
use crate::task::Task;

/// Label with the name of the workload.
pub(in crate::isolation) const WORKLOAD_LABEL: &str = "labrun.workload";
/// Label with the name of the isolation.
pub(in crate::isolation) const ISOLATION_LABEL: &str = "labrun.isolation";
/// Where a server listens inside a container that has a network of its own.
pub(in crate::isolation) const GUEST_PORT: u16 = 8080;

/// Longest wait for the answer to a request that nobody waits for any more.
const LATE_LIMIT: Duration = Duration::from_secs(20);

/// What a container is made from, all of it fixed before the clock starts.
pub(super) struct Order {
    pub(super) name: String,
    body: ContainerCreateBody,
}

impl Order {
    /// A container for `job`; `publish` is the host's address of its port.
    pub(super) fn new(
        configuration: Configuration,
        owner: &Owner,
        job: &Job,
        args: Vec<String>,
        grant: Option<&Path>,
        publish: Option<SocketAddr>,
    ) -> Self {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let port = format!("{GUEST_PORT}/tcp");
        let binding = |address: SocketAddr| PortBinding {
            host_ip: Some(address.ip().to_string()),
            host_port: Some(address.port().to_string()),
        };
        let reads_output = !matches!(job.task, Task::Serve { .. });
        let labels = [
            (owner::LABEL, owner.to_string()),
            (WORKLOAD_LABEL, job.workload.name.clone()),
            (ISOLATION_LABEL, configuration.name().to_owned()),
        ];
        let host = HostConfig {
            binds: grant.map(|path| vec![format!("{}:{GUEST_GRANT}", path.display())]),
            runtime: configuration.runtime().map(str::to_owned),
            network_mode: configuration.network_mode().map(str::to_owned),
            port_bindings: publish
                .map(|address| HashMap::from([(port.clone(), Some(vec![binding(address)]))])),
            ..HostConfig::default()
        };
        // Its stdin stays open, and nobody writes to it: so it stays after its output.
        let holds = job.instances > 0;
        let body = ContainerCreateBody {
            env: holds.then(|| vec![format!("{}={}", HOLD.0, HOLD.1)]),
            open_stdin: holds.then_some(true),
            image: Some(job.artifact.display().to_string()),
            cmd: Some(args),
            attach_stdout: Some(reads_output),
            attach_stderr: Some(reads_output),
            exposed_ports: publish.map(|_| vec![port]),
            labels: Some(labels.map(|(name, value)| (name.to_owned(), value)).into()),
            host_config: Some(host),
            ..ContainerCreateBody::default()
        };
        Self {
            name: format!("labrun-{owner}-{number}"),
            body,
        }
    }
}

/// A container that was asked for. Dropping it removes it; where the daemon does not,
/// [`Live::left`] says so.
pub(super) struct Container {
    live: Arc<Live>,
    /// Chosen by the lab, so that it can be removed even if the answer to the request
    /// that made it never came.
    pub(super) name: String,
    removed: bool,
}

impl Container {
    /// Asks for a container; gives its id.
    pub(super) fn create(
        live: &Arc<Live>,
        watch: &Watch<'_>,
        order: Order,
    ) -> Result<(Self, String), Failure> {
        let Order { name, body } = order;
        let options = CreateContainerOptionsBuilder::new().name(&name).build();
        let container = Self {
            live: Arc::clone(live),
            name,
            removed: false,
        };
        let asked_to = "create the container";
        let made = live.runtime.block_on(async {
            let mut request = pin!(live.docker.create_container(Some(options), body));
            let answer = watch
                .until(&format!("the Docker daemon to {asked_to}"), &mut request)
                .await;
            if answer.is_err() {
                // A request under way cannot be taken back: what it makes is removed
                // once it is made.
                let _ = tokio::time::timeout(LATE_LIMIT, &mut request).await;
            }
            answer
        })?;
        match made {
            Ok(ContainerCreateResponse { id, .. }) => Ok((container, id)),
            Err(error) => Err(refused(asked_to, &error)),
        }
    }

    /// Waits until it is not running; gives its exit code.
    pub(super) fn exit_code(&self, watch: &Watch<'_>) -> Result<i64, Failure> {
        let options = WaitContainerOptionsBuilder::new()
            .condition("not-running")
            .build();
        let mut answers = self.live.docker.wait_container(&self.name, Some(options));
        match watch.wait("the container to end", answers.next())? {
            Some(Ok(exit)) => Ok(exit.status_code),
            Some(Err(Error::DockerContainerWaitError { code, .. })) => Ok(code),
            Some(Err(error)) => Err(refused("wait for the container", &error)),
            None => Err(Failure::unavailable(
                "the Docker daemon stopped answering: it hung up on a wait",
            )),
        }
    }

    /// Removes it; it has ended.
    pub(super) fn remove(mut self, watch: &Watch<'_>) -> Result<(), Failure> {
        let options = RemoveContainerOptionsBuilder::new().v(true).build();
        watch.ask(
            "remove the container",
            self.live.docker.remove_container(&self.name, Some(options)),
        )?;
        self.removed = true;
        Ok(())
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        if !self.removed
            && let Err(reason) = removal::remove(&self.live, &self.name)
        {
            self.live.leave(reason);
        }
    }
}
