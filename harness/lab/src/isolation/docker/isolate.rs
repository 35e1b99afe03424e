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
use super::configuration::Configuration;
use super::container::Container;
use super::running::Running;
use crate::cgroup::{CgroupError, Group};
use crate::clock::now_ns;
use crate::define::GUEST_GRANT;
use crate::isolation::child::{Boundary, Child, Door, GUEST, GUEST_PORT, Held, Order};
use crate::isolation::marks::Marks;
use crate::isolation::traces;
use crate::network::Veth;
use crate::outcome::Failure;
use crate::proc::{Pid, Processes};
use crate::process::{Exit, Isolate};
use crate::site::Site;
use crate::task::NetworkPath;

/// A container, prepared and then alive.
struct Contained<'a> {
    site: &'a Site,
    container: Rc<Container>,
    /// Until it is created.
    body: Option<ContainerCreateBody>,
    /// The daemon's name for it, once it is created.
    id: String,
    hold: bool,
    way: NetworkPath,
    address: Option<SocketAddr>,
    veth: Option<Veth>,
    /// Its first process, and its own address on Docker's network: where they are needed.
    pid: Option<Pid>,
    own: Option<IpAddr>,
}

impl Boundary for Docker {
    /// Where a runtime beside the daemon's default refuses to create a container, nothing of the
    /// workload ever ran. A container that is still there is told with whatever failed.
    fn explain(&self, failure: Failure) -> Failure {
        let Failure::Outcome(mut outcome, mut reason) = failure else {
            return failure;
        };
        let refused = reason.contains("OCI runtime create failed");
        if outcome == Outcome::Failed && refused && self.configuration.runtime().is_some() {
            outcome = Outcome::Unavailable;
        }
        if let Some(left) = self.daemon.left() {
            reason = format!("{reason}; {left}");
        }
        Failure::Outcome(outcome, reason)
    }

    fn prepare<'a>(&'a self, order: &Order<'a>) -> Result<Box<dyn Child + 'a>, Failure> {
        // What an earlier launch left is no business of this one.
        drop(self.daemon.left());
        // A ping: the daemon is there, and warm, before the clock starts.
        let live = self.daemon.live().map_err(Failure::unavailable)?;
        let bridged = self.configuration.network_mode().is_none();
        let (veth, door) = if self.configuration == Configuration::NoNetwork {
            let veth = order.veth()?;
            let door = Door::behind(veth.as_ref()).0;
            (veth, door)
        } else {
            (None, Door::of(order)?.0)
        };
        let listen = match self.configuration {
            Configuration::HostNetwork => door,
            _ => door.map(|_| GUEST),
        };
        let publish = door.filter(|_| bridged);
        let args = order.args(GUEST_GRANT, listen);
        Ok(Box::new(Contained {
            site: order.site,
            container: Rc::new(Container::new(live, order)),
            body: Some(body(self.configuration, order, args, publish)),
            id: String::new(),
            hold: order.hold,
            way: order.job.way,
            address: door,
            veth,
            pid: None,
            own: None,
        }))
    }
}

impl Child for Contained<'_> {
    fn address(&self) -> Option<SocketAddr> {
        self.address
    }

    fn start(
        &mut self,
        marks: &mut Marks,
        _inside: Option<&Held>,
        deadline_ns: u64,
    ) -> Result<Box<dyn Isolate>, Failure> {
        let body = self.body.take();
        let body = body.ok_or_else(|| Failure::failed("it was started before"))?;
        self.id = self.container.create(deadline_ns, body)?;
        marks.end("create");
        let mut running = Running::new(&self.container);
        if self.address.is_none() {
            running.attach(deadline_ns, self.hold)?;
            marks.end("attach");
        }
        running.start(deadline_ns)?;
        marks.end("start");
        if self.hold || self.veth.is_some() || self.way == NetworkPath::Direct {
            (self.pid, self.own) = self.container.look(deadline_ns)?;
        }
        if let Some(veth) = &self.veth {
            // Of one that has ended already, that is told.
            let connected = self.pid.map_or(Ok(()), |pid| veth.connect(pid));
            if let Err(error) = connected
                && running.ended(self.site)?.is_none()
            {
                return Err(Failure::failed(error));
            }
            marks.end("network");
        }
        if self.way == NetworkPath::Direct {
            self.address = self.own.map(|own| SocketAddr::from((own, GUEST_PORT)));
        }
        Ok(Box::new(running))
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
