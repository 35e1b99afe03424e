//! Containers that stay: a command holds after its output, a server listens.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use bollard::query_parameters::StartContainerOptions;
use futures_util::StreamExt;

use super::configuration::Configuration;
use super::container::{Container, GUEST_PORT, Order};
use super::daemon::Live;
use super::launch::{attach, read, start_reading};
use super::lines::Lines;
use super::output::Output;
use super::serve::{Door, alive, connect, ended_or, running};
use super::watch::{Watch, refused};
use crate::cgroup::{CgroupError, Group};
use crate::define::GUEST_GRANT;
use crate::isolation::child::{ended_early, serve_args};
use crate::isolation::traces;
use crate::isolation::{EachLine, Job, More, Standing};
use crate::network::Veth;
use crate::outcome::Failure;
use crate::probe;
use crate::proc;
use crate::proc::Processes;
use crate::site::{Grant, Site};
use crate::task::{NetworkPath, Task};

/// Containers of one job.
pub(super) struct Containers<'a> {
    configuration: Configuration,
    live: Arc<Live>,
    site: &'a Site,
    job: &'a Job,
    alive: Vec<One>,
}

/// One of them. What it stands on goes after it.
struct One {
    container: Container,
    id: String,
    pid: libc::pid_t,
    address: Option<SocketAddr>,
    /// The address that it has itself, on Docker's network.
    own: Option<IpAddr>,
    veth: Option<Veth>,
    _grant: Option<Grant>,
}

impl<'a> Containers<'a> {
    pub(super) fn start(
        configuration: Configuration,
        live: Arc<Live>,
        site: &'a Site,
        job: &'a Job,
    ) -> Result<Self, Failure> {
        let mut containers = Self {
            configuration,
            live,
            site,
            job,
            alive: Vec::new(),
        };
        containers.grow(1)?;
        Ok(containers)
    }

    fn one(&self) -> Result<One, Failure> {
        match &self.job.task {
            Task::Serve { request, expected } => self.server(request, expected),
            task => self.command(task),
        }
    }

    fn watch(&self) -> Watch<'_> {
        Watch::new(&self.live, self.site, self.job.timeout)
    }

    fn command(&self, task: &Task) -> Result<One, Failure> {
        let grant = self.job.grant(self.site)?;
        let folder = grant.as_ref().map(Grant::path);
        let args = task.args(GUEST_GRANT);
        let owner = &self.site.owner;
        let order = Order::new(self.configuration, owner, self.job, args, folder, None);
        let watch = self.watch();
        let (container, id) = Container::create(&self.live, &watch, order)?;
        let mut attached = attach(&self.live, &watch, &container)?;
        let mut output = Output::new(task.expected());
        start_reading(&self.live, &watch, &container, &mut attached, &mut output)?;
        if output.held_ns.is_none() {
            read(&watch, &mut attached, &mut output, true)?;
        }
        if output.held_ns.is_none() {
            let code = container.exit_code(&watch)?;
            let late = || Failure::failed("its output came too late");
            return Err(output.verdict(code).err().unwrap_or_else(late));
        }
        let pid = running(&self.live, &watch, &container)? as libc::pid_t;
        Ok(One {
            container,
            id,
            pid,
            address: None,
            own: None,
            veth: None,
            _grant: grant,
        })
    }

    fn server(&self, request: &str, expected: &[u8]) -> Result<One, Failure> {
        let grant = self.job.grant(self.site)?;
        let folder = grant.as_ref().map(Grant::path);
        let door = Door::of(self.configuration, self.site)?;
        let args = serve_args(door.listen, folder.is_some().then_some(GUEST_GRANT));
        let owner = &self.site.owner;
        let order = Order::new(
            self.configuration,
            owner,
            self.job,
            args,
            folder,
            door.publish,
        );
        let watch = self.watch();
        let (container, id) = Container::create(&self.live, &watch, order)?;
        let started = self
            .live
            .docker
            .start_container(&container.name, None::<StartContainerOptions>);
        watch.ask("start the container", started)?;
        let pid = running(&self.live, &watch, &container)?;
        if let Some(veth) = &door.veth {
            connect(veth, pid).map_err(|error| {
                ended_or(&self.live, &watch, &container, Failure::failed(error))
            })?;
        }
        let own = own_address(&self.live, &watch, &container)?;
        let address = match (self.job.way, own) {
            (NetworkPath::AsUsers, _) => door.address,
            (NetworkPath::Direct, Some(own)) => SocketAddr::from((own, GUEST_PORT)),
            (NetworkPath::Direct, None) => {
                return Err(Failure::failed("the container has no address of its own"));
            }
        };
        let deadline_ns = watch.deadline_ns();
        probe::first_answer(self.site, address, request, expected, deadline_ns, || {
            running(&self.live, &watch, &container).map(drop)
        })?;
        Ok(One {
            container,
            id,
            pid: pid as libc::pid_t,
            address: Some(address),
            own,
            veth: door.veth,
            _grant: grant,
        })
    }
}

/// The address that the container itself has on Docker's network, if it has one.
fn own_address(
    live: &Live,
    watch: &Watch<'_>,
    container: &Container,
) -> Result<Option<IpAddr>, Failure> {
    let seen = watch.ask(
        "inspect the container",
        live.docker.inspect_container(&container.name, None),
    )?;
    let networks = seen.network_settings.and_then(|settings| settings.networks);
    let addresses = networks.into_iter().flatten();
    Ok(addresses
        .filter_map(|(_, endpoint)| endpoint.ip_address)
        .find_map(|address| address.parse().ok()))
}

impl Standing for Containers<'_> {
    fn grow(&mut self, count: u32) -> Result<(), Failure> {
        while self.alive.len() < count as usize {
            let one = self.one()?;
            self.alive.push(one);
        }
        Ok(())
    }

    fn processes(&self) -> Result<Processes, Failure> {
        let mut all = Processes::new();
        for one in &self.alive {
            all.extend(proc::descendants(one.pid));
            all.extend(
                Group::of(one.pid)
                    .and_then(|group| group.pids())
                    .unwrap_or_default(),
            );
            all.extend(traces::shim(one.pid));
            if let Some(own) = one.own {
                all.extend(traces::docker_proxies(own));
            }
        }
        Ok(all)
    }

    fn cgroups(&self) -> Result<Vec<Group>, CgroupError> {
        self.alive.iter().map(|one| Group::of(one.pid)).collect()
    }

    fn address(&self) -> Option<SocketAddr> {
        self.alive.first().and_then(|one| one.address)
    }

    fn still_stand(&mut self) -> Result<(), Failure> {
        let watch = self.watch();
        let when = ended_early(&self.job.task);
        self.alive
            .iter()
            .try_for_each(|one| alive(&self.live, &watch, &one.container, when).map(drop))
    }

    fn end(mut self: Box<Self>) -> Result<(), Failure> {
        for One {
            container,
            id,
            veth,
            ..
        } in std::mem::take(&mut self.alive)
        {
            // It holds, or serves: ending it by force loses nothing.
            drop(container);
            self.watch().until_gone(&id, veth.as_ref())?;
        }
        Ok(())
    }
}

/// Has a container work batch after batch, and tells its lines.
pub(super) fn stream(
    configuration: Configuration,
    live: &Arc<Live>,
    site: &Site,
    job: &Job,
    each: &mut EachLine<'_>,
) -> Result<(), Failure> {
    let grant = job.grant(site)?;
    let folder = grant.as_ref().map(Grant::path);
    let args = job.task.args(GUEST_GRANT);
    let order = Order::new(configuration, &site.owner, job, args, folder, None);
    let watch = Watch::new(live, site, job.timeout);
    let (container, id) = Container::create(live, &watch, order)?;
    let mut attached = attach(live, &watch, &container)?;
    let started = live
        .docker
        .start_container(&container.name, None::<StartContainerOptions>);
    watch.ask("start the container", started)?;
    let mut lines = Lines::default();
    loop {
        // The limit is that of one batch: how many there will be is not known.
        let watch = Watch::new(live, site, job.timeout);
        let piece = watch.wait("the line of a batch", attached.output.next())?;
        match piece {
            Some(Ok(piece)) => {
                if lines.take(piece, each)? == More::Enough {
                    break;
                }
            }
            Some(Err(error)) => return Err(refused("hand over the output", &error)),
            None => {
                let code = container.exit_code(&watch)?;
                return Err(Failure::failed(format!(
                    "it exited with {code} before it had done enough batches{}",
                    lines.said()
                )));
            }
        }
    }
    drop(container);
    Watch::new(live, site, job.timeout)
        .until_gone(&id, None)
        .map(drop)
}
