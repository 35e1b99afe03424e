//! One container: the helper is started before the clock, with its connection, the image and
//! the pipes; from there on the lab says when what is made.
//!
//! Phases: `snapshot`, `create` (containerd's record of the container), `task` (its shim, and
//! its process, which waits), `network` (a server), `start`, `call`. A short program's output
//! outruns containerd's answer to `start`; then `start` ends when the output is held, and
//! `call` is 0.

use std::net::SocketAddr;
use std::os::fd::RawFd;
use std::sync::atomic::{AtomicU32, Ordering};

use labrun_helper_protocol as wire;
use labrun_helper_protocol::{Command, Event, KILLED, Stdin};

use super::Containerd;
use crate::cgroup::{CgroupError, Group};
use crate::clock::now_ns;
use crate::define::GUEST_GRANT;
use crate::digest::sha256;
use crate::isolation::child::{Boundary, Child, Clock, LaunchRequest};
use crate::isolation::docker::{ISOLATION_LABEL, WORKLOAD_LABEL};
use crate::isolation::traces;
use crate::network::Veth;
use crate::outcome::Failure;
use crate::proc;
use crate::process::{Exit, Isolate, Process, Program, Stream, make_named_pipe};
use crate::site::{Grant, Site};

/// A container, prepared and then alive.
struct Contained<'a> {
    containerd: &'a Containerd,
    site: &'a Site,
    id: String,
    /// Until it is started.
    helper: Option<Process>,
    address: Option<SocketAddr>,
    veth: Option<Veth>,
    /// Of its first process.
    pid: Option<libc::pid_t>,
    /// Whether there is anything that the helper has not removed.
    made: bool,
    /// The folder of its pipes; it goes last.
    _streams: Grant,
}

impl Boundary for Containerd {
    /// A failure with containerd's own end, where that was the reason.
    fn explain(&self, failure: Failure) -> Failure {
        self.host.explain(failure)
    }

    fn prepare<'a>(&'a self, order: &LaunchRequest<'a>) -> Result<Box<dyn Child + 'a>, Failure> {
        self.live()?;
        let site = order.site;
        let folder = Failure::cannot("make the container's pipes");
        let streams = site.folder().map_err(folder)?;
        if order.hold {
            make_named_pipe(&streams.path().join("stdin")).map_err(folder)?;
        }
        let veth = order.veth()?;
        let wanted = self.order(order, &streams, veth.is_some())?;
        let id = wanted.id.clone();
        let program = Program {
            path: self.host.program()?.into(),
            args: vec![
                "--address".to_owned(),
                self.host.socket.display().to_string(),
                "run".to_owned(),
            ],
            stdin: true,
            guest: Some(wire::EVENTS_FD as RawFd),
            outputs: Some(streams.path().to_owned()),
            ..Program::default()
        };
        let mut helper = program.start(site, "the helper for containerd")?;
        let deadline_ns = now_ns() + order.job.limit_ns();
        let prepare = Command::Prepare(Box::new(wanted));
        match ask(&mut helper, site, &prepare, deadline_ns)? {
            Event::Ready => {}
            other => return Err(broken(&other)),
        }
        Ok(Box::new(Contained {
            containerd: self,
            site,
            id,
            helper: Some(helper),
            address: order.behind(veth.as_ref()),
            veth,
            pid: None,
            made: false,
            _streams: streams,
        }))
    }
}

impl Containerd {
    fn stdin(&self, hold: bool) -> Stdin {
        match self.configuration.ends_stdin() {
            _ if !hold => Stdin::Empty,
            true => Stdin::Ends,
            false => Stdin::Stays,
        }
    }

    /// What the helper is told to make.
    fn order(
        &self,
        order: &LaunchRequest<'_>,
        streams: &Grant,
        serves: bool,
    ) -> Result<wire::ContainerSpec, Failure> {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let (job, owner) = (order.job, order.site.owner.to_string());
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        // One of the user's own was read when it was kept, and may be long.
        let image_sha256 = match &job.image {
            Some(image) => Ok(image.facts.id.clone()),
            None => sha256(&job.artifact),
        };
        let image_sha256 = image_sha256.map_err(|error| {
            Failure::failed(format!("cannot read {}: {error}", job.artifact.display()))
        })?;
        let user = job.image_start().map(|image| wire::User {
            uid: image.ids.uid,
            gid: image.ids.gid,
            groups: image.ids.groups.clone(),
        });
        let listen = serves.then(|| order.guest());
        let label = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let grant = order.folder().map(|host| wire::Grant {
            host: host.to_owned(),
            guest: GUEST_GRANT.to_owned(),
        });
        Ok(wire::ContainerSpec {
            id: format!("labrun-{owner}-{number}"),
            owner,
            labels: [
                label(WORKLOAD_LABEL, &job.workload.name),
                label(ISOLATION_LABEL, self.configuration.name),
            ]
            .into(),
            runtime: self.configuration.runtime.to_owned(),
            image: job.artifact.clone(),
            image_sha256,
            chain: job
                .image
                .as_ref()
                .map_or_else(Vec::new, |image| image.facts.chain()),
            args: order.args(GUEST_GRANT, listen),
            env: order.container_variables(listen).into_iter().collect(),
            user: user.unwrap_or_default(),
            grants: grant.into_iter().collect(),
            streams: streams.path().to_owned(),
            stdin: self.stdin(order.hold),
        })
    }
}

impl Child for Contained<'_> {
    fn start(&mut self, clock: &mut Clock<'_>) -> Result<Box<dyn Isolate>, Failure> {
        let mut helper = self
            .helper
            .take()
            .ok_or_else(|| Failure::failed("it was started before"))?;
        self.made = true;
        let created = match ask(&mut helper, self.site, &Command::Create, clock.deadline_ns)? {
            Event::Created(created) => created,
            other => return Err(broken(&other)),
        };
        clock.marks.end_at("snapshot", created.snapshot_ns);
        clock.marks.end_at("create", created.record_ns);
        clock.marks.end("task");
        self.pid = Some(created.pid);
        if let Some(veth) = &self.veth {
            veth.connect(created.pid).map_err(Failure::failed)?;
            clock.marks.end("network");
        }
        match ask(&mut helper, self.site, &Command::Start, clock.deadline_ns)? {
            // Before, a shim may have given its own.
            Event::Started(started) => self.pid = Some(started.pid),
            other => return Err(broken(&other)),
        }
        clock.marks.end("start");
        // What else it has to say is how it ends.
        helper.give_up(Stream::Guest);
        clock.address = self.address;
        Ok(Box::new(helper))
    }

    fn clear(&mut self, exit: Exit, deadline_ns: u64) -> Result<u64, Failure> {
        let mut since_ns = exit.at_ns;
        // It removes the container before it ends, unless it was killed.
        if exit.is_by(libc::SIGKILL) {
            self.containerd.host.remove(&self.id)?;
            since_ns = now_ns();
        }
        self.made = false;
        let veth = self.veth.as_ref();
        let names = std::slice::from_ref(&self.id);
        traces::wait_until_gone(self.site, &self.id, names, veth, since_ns, deadline_ns)
    }

    fn sees_end_of_stdin(&self) -> bool {
        self.containerd.configuration.ends_stdin()
    }

    fn released_well(&self, exit: Exit) -> bool {
        if self.sees_end_of_stdin() {
            exit.is_success()
        } else {
            exit.is_code(KILLED)
        }
    }

    fn first_process(&self, _isolate: &dyn Isolate) -> Option<proc::Pid> {
        self.pid
    }

    fn counts(&self) -> bool {
        false
    }

    fn beside(&self) -> proc::Processes {
        self.pid.map(traces::processes).unwrap_or_default()
    }

    fn group(&self, _isolate: &dyn Isolate) -> Option<Result<Group, CgroupError>> {
        self.pid.map(Group::of)
    }
}

impl Drop for Contained<'_> {
    fn drop(&mut self) {
        self.helper = None;
        if self.made {
            // What resists is noted, and told with the launch's failure.
            let _ = self.containerd.host.remove(&self.id);
        }
    }
}

/// One command, and the helper's answer to it.
fn ask(
    helper: &mut Process,
    site: &Site,
    command: &Command,
    deadline_ns: u64,
) -> Result<Event, Failure> {
    let mut line = serde_json::to_vec(command).map_err(Failure::cannot("write a command"))?;
    line.push(b'\n');
    // How a helper that is gone has ended is said where its answer is waited for.
    let _ = helper.write(&line);
    loop {
        if let Some(line) = helper.take_line(Stream::Guest) {
            let event = serde_json::from_slice(&line).map_err(|_| {
                let line = String::from_utf8_lossy(line.trim_ascii_end());
                Failure::failed(format!("the helper for containerd said {line:?}"))
            })?;
            return match event {
                Event::Failed(reason) => {
                    Err(helper.explain(Failure::failed(reason), Stream::Stdout))
                }
                Event::Absent(reason) => Err(Failure::unavailable(reason)),
                event => Ok(event),
            };
        }
        if helper.is_closed(Stream::Guest) {
            let exit = helper.end(site, deadline_ns)?;
            let reason = format!("the helper for containerd {exit} before it had answered");
            return Err(helper.explain(Failure::failed(reason), Stream::Stdout));
        }
        helper
            .wait(site, deadline_ns)
            .map_err(|failure| helper.explain(failure, Stream::Stdout))?;
    }
}

fn broken(event: &Event) -> Failure {
    Failure::failed(format!("the helper for containerd answered {event:?}"))
}
