//! Removing a container whatever state it is in.
//!
//! A forced removal is not enough. The daemon refuses it when the container ends
//! between its own look and its own kill ("is not running"), while another removal is
//! under way, and while a layer is still busy; and a removal that overtakes the
//! container's exit can leave its name in the list for good. So each pass ends the
//! container, waits until the daemon says that it has ended, and only then asks for its
//! removal.

use std::time::Duration;

use bollard::Docker;
use bollard::errors::Error;
use bollard::query_parameters::{
    KillContainerOptionsBuilder, RemoveContainerOptionsBuilder, WaitContainerOptionsBuilder,
};
use futures_util::StreamExt;
use tokio::time::sleep;

use super::daemon::Live;
use crate::outcome::chain;

/// Longest wait for a container to go.
const LIMIT: Duration = Duration::from_secs(30);

/// Time between two passes: what the daemon refused has to change meanwhile.
const PASS_INTERVAL: Duration = Duration::from_millis(20);

/// Ends and removes container `name` (or id); it is gone when this returns. One that is
/// gone already is no error.
pub(super) fn remove(live: &Live, name: &str) -> Result<(), String> {
    let mut refusal = format!("it was not gone after {} s", LIMIT.as_secs());
    let work = async {
        loop {
            match pass(&live.docker, name).await {
                Ok(()) => return Ok(()),
                Err(error) => refusal = chain(&error),
            }
            if let Err(error) = live.docker.ping().await {
                return Err(chain(&error));
            }
            sleep(PASS_INTERVAL).await;
        }
    };
    let ended = live.within(LIMIT, work);
    ended
        .unwrap_or(Err(refusal))
        .map_err(|reason| format!("cannot remove container {name}: {reason}"))
}

async fn pass(docker: &Docker, name: &str) -> Result<(), Error> {
    let kill = KillContainerOptionsBuilder::new().signal("SIGKILL").build();
    // Refused where it has ended, or never started; the wait tells.
    let _ = docker.kill_container(name, Some(kill)).await;
    let ended = WaitContainerOptionsBuilder::new()
        .condition("not-running")
        .build();
    match docker.wait_container(name, Some(ended)).next().await {
        // An exit code other than 0 is an error to the client.
        Some(Ok(_) | Err(Error::DockerContainerWaitError { .. })) | None => {}
        Some(Err(error)) => return unless_gone(error),
    }
    let removal = RemoveContainerOptionsBuilder::new()
        .force(true)
        .v(true)
        .build();
    docker
        .remove_container(name, Some(removal))
        .await
        .or_else(unless_gone)
}

fn unless_gone(error: Error) -> Result<(), Error> {
    match error {
        Error::DockerResponseServerError {
            status_code: 404, ..
        } => Ok(()),
        _ => Err(error),
    }
}
