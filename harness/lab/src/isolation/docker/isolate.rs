//! One container: everything is fixed before the clock, and from there on the daemon is asked
//! for one thing after another.
//!
//! Phases: `create`, `attach` (commands: their output is attached to before they start, so that
//! none of it is lost), `start`, `network` (a server without Docker's network) and `call`. A
//! short program's output outruns the daemon's answer to `start`; then `start` ends when the
//! output is held, and `call` is 0.

use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;

use bollard::models::ContainerCreateBody;
use labrun_record::Outcome;

use super::Docker;
use super::body::body;
use super::configuration::{Network, RUNC};
use super::container::Container;
use super::running::Running;
use crate::cgroup::{CgroupError, Group};
use crate::clock::now_ns;
use crate::isolation::child::{Boundary, Child, Clock, LaunchRequest};
use crate::isolation::traces;
use crate::network::Veth;
use crate::outcome::Failure;
use crate::proc::{self, Pid, Processes};
use crate::process::{Exit, Isolate};
use crate::site::Site;
use crate::task::{NetworkPath, Task};

/// A container, prepared and then alive.
struct Contained<'a> {
    site: &'a Site,
    container: Rc<Container>,
    /// Until it is created.
    body: Option<ContainerCreateBody>,
    /// The daemon's name for it, once it is created.
    id: String,
    hold: bool,
    /// Whether only the beginning of its output counts.
    begins: bool,
    way: NetworkPath,
    /// On which its server listens inside.
    port: u16,
    address: Option<SocketAddr>,
    veth: Option<Veth>,
    /// Its first process, and its own address on Docker's network: where they are needed.
    pid: Option<Pid>,
    own: Option<IpAddr>,
}

impl Boundary for Docker {
    /// Where a runtime beside Docker's own refuses to create a container, nothing of the
    /// workload ever ran. A container that is still there is told with whatever failed.
    fn explain(&self, failure: Failure) -> Failure {
        let failure = match failure {
            Failure::Outcome(Outcome::Failed, reason)
                if reason.contains("OCI runtime create failed")
                    && self.configuration.runtime != RUNC =>
            {
                Failure::unavailable(reason)
            }
            failure => failure,
        };
        match self.host.known().as_ref() {
            Some(live) => live.left.told_with(failure),
            None => failure,
        }
    }

    fn prepare<'a>(&'a self, order: &LaunchRequest<'a>) -> Result<Box<dyn Child + 'a>, Failure> {
        // A ping: the daemon is there, and warm, before the clock starts.
        let live = self.host.live()?;
        // What an earlier launch left is no business of this one.
        drop(live.left.take());
        let network = self.configuration.network;
        let veth = match network {
            Network::None => order.veth()?,
            Network::Bridge | Network::Host => None,
        };
        let address = match network {
            Network::None => order.behind(veth.as_ref()),
            Network::Bridge => order.any_address()?,
            Network::Host => order.free_address()?,
        };
        let listen = match network {
            Network::Host => address,
            Network::Bridge | Network::None => address.map(|_| order.guest()),
        };
        let publish = address.filter(|_| network == Network::Bridge);
        Ok(Box::new(Contained {
            site: order.site,
            container: Rc::new(Container::new(live, order)),
            body: Some(body(&self.configuration, order, listen, publish)),
            id: String::new(),
            hold: order.hold,
            begins: matches!(&order.job.task, Task::Run { expected, .. } if expected.drops_rest()),
            way: order.job.way,
            port: order.guest().port(),
            address,
            veth,
            pid: None,
            own: None,
        }))
    }
}

impl Child for Contained<'_> {
    fn start(&mut self, clock: &mut Clock<'_>) -> Result<Box<dyn Isolate>, Failure> {
        let body = self.body.take();
        let body = body.ok_or_else(|| Failure::failed("it was started before"))?;
        self.id = self.container.create(clock.deadline_ns, body)?;
        clock.marks.end("create");
        let mut running = Running::new(&self.container, self.begins);
        if self.address.is_none() {
            running.attach(clock.deadline_ns, self.hold)?;
            clock.marks.end("attach");
        }
        running.start(clock.deadline_ns)?;
        clock.marks.end("start");
        if self.hold || self.veth.is_some() || self.way == NetworkPath::Direct {
            (self.pid, self.own) = self.container.look(clock.deadline_ns)?;
        }
        if let Some(veth) = &self.veth {
            // Of one that has ended already, that is told; the daemon may not know it yet.
            let connected = self.pid.map_or(Ok(()), |pid| veth.connect(pid));
            let is_there = || self.pid.and_then(proc::started).is_some();
            if let Err(error) = connected
                && is_there()
                && running.ended(self.site)?.is_none()
            {
                return Err(Failure::failed(error));
            }
            clock.marks.end("network");
        }
        if self.way == NetworkPath::Direct {
            self.address = self.own.map(|own| SocketAddr::from((own, self.port)));
        }
        clock.address = self.address;
        Ok(Box::new(running))
    }

    fn kill(&self, _isolate: &dyn Isolate) {
        // Where it fails, the server does not end: that is what will be told.
        let _ = self.container.kill();
    }

    fn first_process(&self, _isolate: &dyn Isolate) -> Option<Pid> {
        let seen = self.container.look(self.container.deadline_ns());
        seen.ok().and_then(|(pid, _)| pid)
    }

    fn clear(&mut self, _exit: Exit, deadline_ns: u64) -> Result<u64, Failure> {
        self.container.remove(deadline_ns)?;
        let removed_ns = now_ns();
        // By either of Docker's cgroup drivers.
        let id = &self.id;
        let names = [
            format!("docker/{id}"),
            format!("system.slice/docker-{id}.scope"),
        ];
        let veth = self.veth.as_ref();
        traces::wait_until_gone(self.site, id, &names, veth, removed_ns, deadline_ns)
    }

    fn beside(&self) -> Processes {
        let mut all = self.pid.map(traces::processes).unwrap_or_default();
        all.extend(self.own.into_iter().flat_map(traces::docker_proxies));
        all
    }

    fn group(&self, _isolate: &dyn Isolate) -> Option<Result<Group, CgroupError>> {
        // Of one that has ended already there is none.
        Some(Group::of(self.pid.unwrap_or_default()))
    }
}
