//! The clocked launch: from the instant before the first request to the daemon until
//! the lab holds the first correct output, and from there until nothing is left.
//!
//! Phases: `create`, `attach` (commands: their output is attached to before they start,
//! so that none of it is lost), `start`, `network` (a server without Docker's network)
//! and `call`. A short program's output outruns the daemon's answer to `start`; then
//! `start` ends when the output is held, and `call` is 0.

use std::pin::pin;
use std::sync::Arc;

use bollard::container::AttachContainerResults;
use bollard::query_parameters::{AttachContainerOptionsBuilder, StartContainerOptions};
use futures_util::StreamExt;

use super::configuration::Configuration;
use super::container::{Container, Order};
use super::daemon::Live;
use super::output::Output;
use super::serve::serve;
use super::watch::{Watch, refused};
use crate::define::GUEST_GRANT;
use crate::isolation::marks::Marks;
use crate::isolation::{Job, Taken};
use crate::outcome::Failure;
use crate::site::Site;
use crate::task::Task;

/// Launches `job` once.
pub(super) fn launch(
    configuration: Configuration,
    live: &Arc<Live>,
    site: &Site,
    job: &Job,
) -> Result<Taken, Failure> {
    match &job.task {
        Task::Run { expected, .. } => run(configuration, live, site, job, expected),
        Task::Batches { .. } => Err(Failure::failed("batches have no first result")),
        Task::Serve { request, expected } => {
            serve(configuration, live, site, job, request, expected)
        }
    }
}

/// A command: the whole of its stdout has to be `expected`, and its exit code 0.
fn run(
    configuration: Configuration,
    live: &Arc<Live>,
    site: &Site,
    job: &Job,
    expected: &[u8],
) -> Result<Taken, Failure> {
    let grant = job.grant(site)?;
    let folder = grant.as_ref().map(crate::site::Grant::path);
    let order = Order::new(
        configuration,
        &site.owner,
        job,
        job.task.args(GUEST_GRANT),
        folder,
        None,
    );
    let mut output = Output::new(expected);

    let mut marks = Marks::begin();
    let watch = Watch::new(live, site, job.timeout);
    let (container, id) = Container::create(live, &watch, order)?;
    marks.end("create");
    let mut attached = attach(live, &watch, &container)?;
    marks.end("attach");
    start_reading(live, &watch, &container, &mut attached, &mut output)?;
    marks.end("start");
    if output.held_ns.is_none() {
        read(&watch, &mut attached, &mut output, true)?;
    }
    let Some(held_ns) = output.held_ns else {
        let code = container.exit_code(&watch)?;
        return Err(output
            .verdict(code)
            .err()
            .unwrap_or_else(|| Failure::failed("its output came too late")));
    };
    let (total_ns, phases) = marks.until(held_ns);

    let watch = Watch::new(live, site, job.timeout);
    read(&watch, &mut attached, &mut output, false)?;
    let code = container.exit_code(&watch)?;
    output.verdict(code)?;
    container.remove(&watch)?;
    let gone_ns = watch.until_gone(&id, None)?;
    Ok(Taken {
        total_ns,
        phases,
        teardown_ns: gone_ns - held_ns,
        instantiate_warm_ns: None,
    })
}

/// Starts the container, and takes its output while the daemon has yet to answer.
/// Attaches to the output of a container that is yet to start: none of it is lost.
pub(super) fn attach(
    live: &Live,
    watch: &Watch<'_>,
    container: &Container,
) -> Result<AttachContainerResults, Failure> {
    let options = AttachContainerOptionsBuilder::new()
        .stdout(true)
        .stderr(true)
        .stream(true)
        .build();
    let attached = live.docker.attach_container(&container.name, Some(options));
    watch.ask("attach to the container", attached)
}

pub(super) fn start_reading(
    live: &Live,
    watch: &Watch<'_>,
    container: &Container,
    attached: &mut AttachContainerResults,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let asked_to = "start the container";
    let started = async {
        let mut start = pin!(
            live.docker
                .start_container(&container.name, None::<StartContainerOptions>)
        );
        loop {
            tokio::select! {
                biased;
                piece = attached.output.next() => match piece {
                    Some(Ok(piece)) => output.take(piece)?,
                    // The end of the output, or of the daemon: its answer tells which.
                    Some(Err(_)) | None => break start.await.map_err(|error| refused(asked_to, &error)),
                },
                answer = &mut start => break answer.map_err(|error| refused(asked_to, &error)),
            }
        }
    };
    watch.wait(&format!("the Docker daemon to {asked_to}"), started)?
}

/// Takes output until it ends, or (`until_held`) is all that is expected.
pub(super) fn read(
    watch: &Watch<'_>,
    attached: &mut AttachContainerResults,
    output: &mut Output<'_>,
    until_held: bool,
) -> Result<(), Failure> {
    let waiting_for = if until_held {
        "the expected output"
    } else {
        "the end of the output"
    };
    watch.wait(waiting_for, async {
        while !(until_held && output.held_ns.is_some()) {
            match attached.output.next().await {
                Some(Ok(piece)) => output.take(piece)?,
                Some(Err(error)) => return Err(refused("hand over the output", &error)),
                None => break,
            }
        }
        Ok(())
    })?
}
