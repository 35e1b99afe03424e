//! The clocked launch: from the instant before the first request to the daemon until
//! the lab holds the first correct output, and from there until nothing is left.
//!
//! Phases: `create`, `attach` (commands: their output is attached to before they start,
//! so that none of it is lost), `start`, `network` (a server without Docker's network)
//! and `call`. A short program's output outruns the daemon's answer to `start`; then
//! `start` ends when the output is held, and `call` is 0.

use std::net::{Ipv4Addr, SocketAddr};
use std::pin::pin;
use std::time::Duration;

use bollard::container::AttachContainerResults;
use bollard::query_parameters::{
    AttachContainerOptionsBuilder, LogsOptionsBuilder, StartContainerOptions,
    StopContainerOptionsBuilder,
};
use futures_util::StreamExt;

use super::container::{Container, GUEST_PORT, Order, grant};
use super::daemon::{ANSWER_LIMIT, Live};
use super::output::{Output, tail};
use super::veth::Veth;
use super::watch::{Watch, refused};
use super::{Configuration, gone};
use crate::clock::now_ns;
use crate::define::GUEST_GRANT;
use crate::isolation::{Failure, Job, Taken, Task};
use crate::probe;
use crate::site::Site;

/// How long a server has after SIGTERM until Docker kills it: that of `docker stop`.
const STOP_GRACE_S: i32 = 10;

/// How often a server that does not answer yet is looked after.
const LOOK_INTERVAL_NS: u64 = 100_000_000;

/// Launches `job` once.
pub(super) fn launch(
    configuration: Configuration,
    live: &Live,
    site: &Site,
    job: &Job,
) -> Result<Taken, Failure> {
    match &job.task {
        Task::Run { expected, .. } => run(configuration, live, site, job, expected),
        Task::Serve { request, expected } => {
            serve(configuration, live, site, job, request, expected)
        }
    }
}

/// A command: the whole of its stdout has to be `expected`, and its exit code 0.
fn run(
    configuration: Configuration,
    live: &Live,
    site: &Site,
    job: &Job,
    expected: &[u8],
) -> Result<Taken, Failure> {
    let grant = grant(site, job)?;
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
    let options = AttachContainerOptionsBuilder::new()
        .stdout(true)
        .stderr(true)
        .stream(true)
        .build();
    let attached = live.docker.attach_container(&container.name, Some(options));
    let mut attached = watch.ask("attach to the container", attached)?;
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
    let gone_ns = gone::wait(&watch, &id, None)?;
    Ok(Taken {
        total_ns,
        phases,
        teardown_ns: gone_ns - held_ns,
        instantiate_warm_ns: None,
    })
}

/// Starts the container, and takes its output while the daemon has yet to answer.
fn start_reading(
    live: &Live,
    watch: &Watch<'_>,
    container: &Container<'_>,
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
fn read(
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

/// A server: the body of its first 200 has to be `expected`; SIGTERM ends it with 0.
fn serve(
    configuration: Configuration,
    live: &Live,
    site: &Site,
    job: &Job,
    request: &str,
    expected: &[u8],
) -> Result<Taken, Failure> {
    let grant = grant(site, job)?;
    let folder = grant.as_ref().map(crate::site::Grant::path);
    let free =
        || probe::free_address().map_err(|error| Failure::failed(format!("no free port: {error}")));
    // Every address is fixed before the clock starts.
    let anywhere = SocketAddr::from((Ipv4Addr::UNSPECIFIED, GUEST_PORT));
    let (address, listen, publish, veth) = match configuration {
        Configuration::HostNetwork => {
            let address = free()?;
            (address, address, None, None)
        }
        Configuration::NoNetwork => {
            let veth = Veth::plan(&site.owner).map_err(Failure::failed)?;
            (
                SocketAddr::from((veth.guest, GUEST_PORT)),
                anywhere,
                None,
                Some(veth),
            )
        }
        Configuration::Bridge | Configuration::Debian => {
            let address = free()?;
            (address, anywhere, Some(address), None)
        }
    };
    let mut args = vec!["--listen".to_owned(), listen.to_string()];
    if folder.is_some() {
        args.extend(["--files".to_owned(), GUEST_GRANT.to_owned()]);
    }
    let order = Order::new(configuration, &site.owner, job, args, folder, publish);

    let mut marks = Marks::begin();
    let watch = Watch::new(live, site, job.timeout);
    let (container, id) = Container::create(live, &watch, order)?;
    marks.end("create");
    let started = live
        .docker
        .start_container(&container.name, None::<StartContainerOptions>);
    watch.ask("start the container", started)?;
    marks.end("start");
    if let Some(veth) = &veth {
        let pid = running(live, &watch, &container)?;
        veth.make(pid)
            .map_err(|error| ended_or(live, &watch, &container, Failure::failed(error)))?;
        marks.end("network");
    }
    let mut looked_ns = now_ns();
    let alive = || {
        if now_ns() - looked_ns < LOOK_INTERVAL_NS {
            return Ok(());
        }
        looked_ns = now_ns();
        running(live, &watch, &container).map(drop)
    };
    let answer = probe::first_answer(site, address, request, expected, watch.deadline_ns(), alive)?;
    let (total_ns, phases) = marks.until(answer.held_ns);

    // `stop`, as users do: SIGTERM, and SIGKILL only to a server that ignores it.
    let asked_ns = now_ns();
    let watch = Watch::new(
        live,
        site,
        job.timeout
            .max(Duration::from_secs(2 * STOP_GRACE_S as u64)),
    );
    let options = StopContainerOptionsBuilder::new().t(STOP_GRACE_S).build();
    watch.ask(
        "stop the container",
        live.docker.stop_container(&container.name, Some(options)),
    )?;
    let code = container.exit_code(&watch)?;
    if code != 0 {
        return Err(Failure::failed(format!(
            "after SIGTERM it exited with {code}{}",
            said(live, &container)
        )));
    }
    container.remove(&watch)?;
    let gone_ns = gone::wait(&watch, &id, veth.as_ref())?;
    Ok(Taken {
        total_ns,
        phases,
        teardown_ns: gone_ns - asked_ns,
        instantiate_warm_ns: None,
    })
}

/// The process id of a container that runs; a failure when it has ended.
fn running(live: &Live, watch: &Watch<'_>, container: &Container<'_>) -> Result<i64, Failure> {
    let seen = watch.ask(
        "inspect the container",
        live.docker.inspect_container(&container.name, None),
    )?;
    let state = seen.state.unwrap_or_default();
    match state.pid {
        Some(pid) if pid > 0 => Ok(pid),
        _ => {
            let code = state.exit_code.unwrap_or_default();
            Err(Failure::failed(format!(
                "it exited with {code} before it answered{}",
                said(live, container)
            )))
        }
    }
}

/// That the container has ended, if it has; otherwise `failure`.
fn ended_or(
    live: &Live,
    watch: &Watch<'_>,
    container: &Container<'_>,
    failure: Failure,
) -> Failure {
    running(live, watch, container).err().unwrap_or(failure)
}

/// The end of what a server wrote on stderr, from Docker's own log.
fn said(live: &Live, container: &Container<'_>) -> String {
    let options = LogsOptionsBuilder::new().stderr(true).tail("20").build();
    let mut pieces = live.docker.logs(&container.name, Some(options));
    let mut stderr = Vec::new();
    let _ = live.within(ANSWER_LIMIT, async {
        while let Some(Ok(piece)) = pieces.next().await {
            if stderr.len() < 64 * 1024 {
                stderr.extend_from_slice(&piece.into_bytes());
            }
        }
    });
    tail(&stderr)
}

/// Instants on the one clock, each the end of a phase and the beginning of the next.
struct Marks {
    began_ns: u64,
    ends: Vec<(&'static str, u64)>,
}

impl Marks {
    fn begin() -> Self {
        let ends = Vec::with_capacity(4);
        Self {
            began_ns: now_ns(),
            ends,
        }
    }

    fn end(&mut self, phase: &'static str) {
        self.ends.push((phase, now_ns()));
    }

    /// The total until the output was held, and the spans that sum to it.
    fn until(&self, held_ns: u64) -> (u64, Vec<(String, u64)>) {
        let mut last_ns = self.began_ns;
        let mut phases = Vec::with_capacity(self.ends.len() + 1);
        for (phase, end_ns) in self.ends.iter().chain([&("call", held_ns)]) {
            let end_ns = (*end_ns).min(held_ns);
            phases.push(((*phase).to_owned(), end_ns - last_ns));
            last_ns = end_ns;
        }
        (held_ns - self.began_ns, phases)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_sum_to_the_total_even_if_the_output_outran_an_answer() {
        let marks = Marks {
            began_ns: 100,
            ends: vec![("create", 130), ("start", 190)],
        };
        assert_eq!(
            marks.until(250).1.iter().map(|(_, ns)| ns).sum::<u64>(),
            150
        );
        let (total, phases) = marks.until(170);
        assert_eq!(total, 70);
        assert_eq!(
            phases,
            [
                ("create".into(), 30),
                ("start".into(), 40),
                ("call".into(), 0)
            ]
        );
    }
}
