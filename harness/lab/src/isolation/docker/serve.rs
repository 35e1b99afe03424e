//! The clocked launch of a server: until the lab holds the body of the first correct
//! 200, and from the request to stop until nothing is left.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bollard::query_parameters::{
    LogsOptionsBuilder, StartContainerOptions, StopContainerOptionsBuilder,
};
use futures_util::StreamExt;

use super::configuration::Configuration;
use super::container::{Container, GUEST_PORT, Order};
use super::daemon::{ANSWER_LIMIT, Live};
use super::output::tail;
use super::watch::Watch;
use crate::clock::now_ns;
use crate::define::GUEST_GRANT;
use crate::isolation::child::serve_args;
use crate::isolation::marks::Marks;
use crate::isolation::{Job, Taken};
use crate::network::{Namespace, Veth};
use crate::outcome::Failure;
use crate::probe;
use crate::site::Site;

/// How long a server has after SIGTERM until Docker kills it: that of `docker stop`.
const STOP_GRACE_S: i32 = 10;

/// How often a server that does not answer yet is looked after.
const LOOK_INTERVAL_NS: u64 = 100_000_000;

/// How a server is reached, fixed before it is made.
pub(super) struct Door {
    /// Where the lab asks.
    pub(super) address: SocketAddr,
    /// Where the server listens, as it sees it.
    pub(super) listen: SocketAddr,
    /// The port that Docker publishes for it.
    pub(super) publish: Option<SocketAddr>,
    /// The link that the lab makes where Docker makes none.
    pub(super) veth: Option<Veth>,
}

impl Door {
    /// As the configuration has it.
    pub(super) fn of(configuration: Configuration, site: &Site) -> Result<Self, Failure> {
        let free = || {
            probe::free_address().map_err(|error| Failure::failed(format!("no free port: {error}")))
        };
        let anywhere = SocketAddr::from((Ipv4Addr::UNSPECIFIED, GUEST_PORT));
        let (address, listen, publish, veth) = match configuration {
            Configuration::HostNetwork => {
                let address = free()?;
                (address, address, None, None)
            }
            Configuration::NoNetwork => {
                let veth = Veth::plan(&site.owner)
                    .and_then(Veth::fenced)
                    .map_err(Failure::failed)?;
                let address = SocketAddr::from((veth.guest, GUEST_PORT));
                (address, anywhere, None, Some(veth))
            }
            Configuration::Bridge | Configuration::Debian | Configuration::Runtime(_) => {
                let address = free()?;
                (address, anywhere, Some(address), None)
            }
        };
        Ok(Self {
            address,
            listen,
            publish,
            veth,
        })
    }
}

/// A server: the body of its first 200 has to be `expected`; SIGTERM ends it with 0.
pub(super) fn serve(
    configuration: Configuration,
    live: &Arc<Live>,
    site: &Site,
    job: &Job,
    request: &str,
    expected: &[u8],
) -> Result<Taken, Failure> {
    let grant = job.grant(site)?;
    let folder = grant.as_ref().map(crate::site::Grant::path);
    // Every address is fixed before the clock starts.
    let Door {
        address,
        listen,
        publish,
        veth,
    } = Door::of(configuration, site)?;
    let args = serve_args(listen, folder.is_some().then_some(GUEST_GRANT));
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
        connect(veth, pid)
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
    let held_ns =
        probe::first_answer(site, address, request, expected, watch.deadline_ns(), alive)?;
    let (total_ns, phases) = marks.until(held_ns);

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
    let gone_ns = watch.until_gone(&id, veth.as_ref())?;
    Ok(Taken {
        total_ns,
        phases,
        teardown_ns: gone_ns - asked_ns,
        instantiate_warm_ns: None,
    })
}

/// Makes the link into the network of the container whose first process is `pid`.
pub(in crate::isolation) fn connect(veth: &Veth, pid: i64) -> Result<(), String> {
    let namespace = Namespace::of(pid as libc::pid_t)
        .map_err(|error| format!("cannot open the container's network: {error}"))?;
    veth.make(&namespace)
}

/// The process id of a container that runs; a failure when it has ended.
pub(super) fn running(
    live: &Live,
    watch: &Watch<'_>,
    container: &Container,
) -> Result<i64, Failure> {
    alive(live, watch, container, "before it answered")
}

/// The same; `when` says why its end is a failure.
pub(super) fn alive(
    live: &Live,
    watch: &Watch<'_>,
    container: &Container,
    when: &str,
) -> Result<i64, Failure> {
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
                "it exited with {code} {when}{}",
                said(live, container)
            )))
        }
    }
}

/// That the container has ended, if it has; otherwise `failure`.
pub(super) fn ended_or(
    live: &Live,
    watch: &Watch<'_>,
    container: &Container,
    failure: Failure,
) -> Failure {
    running(live, watch, container).err().unwrap_or(failure)
}

/// The end of what a server wrote on stderr, from Docker's own log.
pub(super) fn said(live: &Live, container: &Container) -> String {
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
