//! One container of an OCI runtime: `create`, `start`, and `delete` once it has ended.
//!
//! The container's first process is no child of the lab but of `create`, which ends; the
//! lab is the nearest reaper above it (`PR_SET_CHILD_SUBREAPER`, prctl(2)), as a shim is,
//! and so learns how it ends. Its output is the pipe that `create` was given.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use super::bundle::Bundle;
use super::runtime::Runtime;
use crate::cgroup::{self, CgroupError, Group};
use crate::clock::now_ns;
use crate::isolation::child::{Child, Clock, LaunchRequest, Plain};
use crate::network::{Namespace, Veth};
use crate::outcome::Failure;
use crate::proc;
use crate::process::{Exit, Isolate, Process, Program, Stream};
use crate::site::Site;

/// How long the runtime may take to delete what nobody waits for any more.
const LATE_LIMIT_NS: u64 = 20_000_000_000;

/// A container, prepared and then alive.
pub(super) struct Container<'a> {
    runtime: &'a Runtime,
    site: &'a Site,
    program: PathBuf,
    plain: Plain,
    bundle: Bundle,
    veth: Option<Veth>,
    /// The network of a server, until the container has it.
    namespace: Option<Namespace>,
    /// `create`, in whose process group a runtime may leave helpers.
    creator: Option<libc::pid_t>,
    /// `start`, which may still be at work when the program has answered.
    starter: Option<Process>,
    created: bool,
}

impl<'a> Container<'a> {
    pub(super) fn new(
        runtime: &'a Runtime,
        order: &LaunchRequest<'a>,
        bundle: Bundle,
        veth: Option<Veth>,
    ) -> Result<Self, Failure> {
        let found = runtime.tool.found()?;
        let program = Program {
            path: found.executable.path.clone(),
            args: runtime.create(&bundle),
            ..Program::default()
        };
        Ok(Self {
            runtime,
            site: order.site,
            program: found.executable.path.clone(),
            plain: Plain::new(order, order.behind(veth.as_ref()), program)?,
            bundle,
            veth,
            namespace: None,
            creator: None,
            starter: None,
            created: false,
        })
    }

    /// Starts another command of the runtime on the container.
    fn ask(&self, site: &Site, command: &[&str], after: &[&str]) -> Result<Process, Failure> {
        let program = Program {
            path: self.program.clone(),
            args: self.runtime.command(&self.bundle, command, after),
            ..Program::default()
        };
        program.start(site, self.name())
    }

    /// Waits until a command of the runtime has ended well.
    fn done(
        &self,
        site: &Site,
        mut process: Process,
        what: &str,
        deadline_ns: u64,
    ) -> Result<Exit, Failure> {
        let exit = process.end(site, deadline_ns)?;
        self.went_well(&process, exit, what)
    }

    fn went_well(&self, process: &Process, exit: Exit, what: &str) -> Result<Exit, Failure> {
        if exit.is_success() {
            return Ok(exit);
        }
        // What ends the run may have ended the runtime with it.
        if matches!(what, "create" | "start") && self.site.interrupt.raised() {
            return Err(Failure::Interrupted);
        }
        let reason = format!("`{} {what}` {exit}", self.name());
        let failure = match what {
            // The workload never ran: it is the runtime that refuses.
            "create" | "start" => Failure::unavailable(reason),
            _ => Failure::failed(reason),
        };
        Err(process.explain(failure, Stream::Stdout))
    }

    /// Has the runtime send a signal to it.
    fn send(&self, signal: &str) {
        // If it fails, the server does not end: that is what will be told.
        let deadline_ns = now_ns() + LATE_LIMIT_NS;
        let _ = self
            .ask(self.site, &["kill"], &[signal])
            .and_then(|asked| self.done(self.site, asked, "kill", deadline_ns));
    }

    fn name(&self) -> &str {
        self.runtime.name
    }

    /// The network that the container is created in: fresh, with the link of a server.
    fn connect(&mut self) -> Result<(), Failure> {
        let Some(veth) = &self.veth else {
            return Ok(());
        };
        let failed = Failure::cannot("make the container's network");
        let namespace = Namespace::new().map_err(failed)?;
        symlink(namespace.path(), self.bundle.network()).map_err(failed)?;
        veth.make(&namespace).map_err(Failure::failed)?;
        self.namespace = Some(namespace);
        Ok(())
    }

    /// The container's first process, by the file that `create` wrote.
    fn first_process(&self) -> Result<libc::pid_t, Failure> {
        let written = fs::read_to_string(self.bundle.pid_file());
        let pid = written.ok().and_then(|text| text.trim().parse().ok());
        pid.filter(|pid| *pid > 1).ok_or_else(|| {
            let name = self.name();
            Failure::unavailable(format!("`{name} create` wrote no process id"))
        })
    }

    /// Has the runtime delete it.
    fn delete(&mut self, site: &Site, deadline_ns: u64) -> Result<Exit, Failure> {
        // A helper that nobody has waited for would be taken for one that lives.
        if let Some(creator) = self.creator.take() {
            crate::process::reap_group(creator);
        }
        let asked = self.ask(site, &["delete", "--force"], &[])?;
        self.done(site, asked, "delete", deadline_ns)
    }

    /// Deletes it, and waits until nothing of it is left.
    fn remove(&mut self, deadline_ns: u64) -> Result<u64, Failure> {
        let deleted = self.delete(self.site, deadline_ns)?;
        let cgroup_gone_ns =
            cgroup::wait_until_gone(self.site, &self.bundle.id, deleted.at_ns, deadline_ns)?;
        self.created = false;
        // A network that nobody is in goes when it is no longer held open.
        self.namespace = None;
        match &self.veth {
            Some(veth) => veth.wait_until_gone(self.site, cgroup_gone_ns, deadline_ns),
            None => Ok(cgroup_gone_ns),
        }
    }
}

impl Child for Container<'_> {
    fn start(&mut self, clock: &mut Clock<'_>) -> Result<Box<dyn Isolate>, Failure> {
        if self.veth.is_some() {
            self.connect()?;
            clock.marks.end("network");
        }
        // What `create` leaves behind becomes the lab's own.
        let _reaper = crate::process::Subreaper::begin();
        // The container has a cgroup of its own, and needs none of the lab's.
        self.created = true;
        let mut process = self.plain.spawn(None)?;
        self.creator = Some(process.pid());
        let exit = process.leave(self.site, clock.deadline_ns)?;
        self.went_well(&process, exit, "create")?;
        process.follow(self.first_process()?);
        clock.marks.end("create");
        let mut starter = self.ask(self.site, &["start"], &[])?;
        // A short program's output outruns the end of `start`.
        if let Some(exit) = starter.end_unless(&process, self.site, clock.deadline_ns)? {
            self.went_well(&starter, exit, "start")?;
        }
        self.starter = Some(starter);
        clock.marks.end("start");
        clock.address = self.plain.address;
        Ok(Box::new(process))
    }

    fn stop(&self, _isolate: &dyn Isolate) {
        self.send("TERM");
    }

    fn kill(&self, _isolate: &dyn Isolate) {
        self.send("KILL");
    }

    fn first_process(&self, isolate: &dyn Isolate) -> Option<proc::Pid> {
        isolate.root()
    }

    fn clear(&mut self, _exit: Exit, deadline_ns: u64) -> Result<u64, Failure> {
        if let Some(starter) = self.starter.take() {
            self.done(self.site, starter, "start", deadline_ns)?;
        }
        self.remove(deadline_ns)
    }

    fn beside(&self) -> proc::Processes {
        cgroup::pids_of(&self.bundle.id)
    }

    fn group(&self, isolate: &dyn Isolate) -> Option<Result<Group, CgroupError>> {
        isolate.root().map(Group::of)
    }
}

impl Drop for Container<'_> {
    fn drop(&mut self) {
        if self.created {
            drop(self.starter.take());
            // What has ended the run, perhaps in mid-deletion, must not end this.
            let undisturbed = self.site.undisturbed();
            let _ = self.delete(&undisturbed, now_ns() + LATE_LIMIT_NS);
            cgroup::remove_all_of(&self.bundle.id);
        }
    }
}
