//! `native/landlock`: the static binary as a process that Landlock and seccomp hold back.
//!
//! A thread of the lab restricts itself and starts the program, which inherits that; the
//! thread then ends. This is what a program pays that sandboxes its own children, without
//! any namespace.

mod filter;
mod rules;

use std::io;
use std::path::PathBuf;
use std::thread;

use seccompiler::BpfProgram;

use super::child::{Boundary, CgroupScope, Child, Clock, LaunchRequest, Plain};
use super::native::{kernel_release, program};
use super::{Emulates, Isolation, Library, Look, Profile, settings};
use crate::outcome::Failure;
use crate::process::Isolate;

/// The restricted process.
#[derive(Debug)]
pub struct Landlock(Profile);

impl Default for Landlock {
    fn default() -> Self {
        Self(Profile {
            name: "native/landlock".to_owned(),
            summary:
                "a process under Landlock and seccomp: the static binary, its grant, its own port"
                    .to_owned(),
            settings: settings(SETTINGS),
            emulates: Emulates::No("its filter would be of the emulator's own system calls"),
            ..Profile::default()
        })
    }
}

impl Isolation for Landlock {
    fn profile(&self) -> &Profile {
        &self.0
    }

    fn look(&self) -> Look {
        let version = format!("{}, Landlock ABI {}", kernel_release(), rules::abi());
        Look {
            version: Some(version),
            sha256: None,
            missing: rules::not_possible(),
        }
    }
}

/// What is set, and why.
const SETTINGS: [(&str, &str, &str); 5] = [
    (
        "files",
        "the binary, to read and execute, and the libraries of a given one that is linked \
         dynamically; the granted directory, to do anything but execute",
        "what a container from scratch or a wasm module can reach",
    ),
    (
        "network",
        "TCP: a server may listen on its own port, and nothing may connect",
        "Landlock has ports since ABI 4; the network itself is the host's",
    ),
    (
        "system calls",
        "about a hundred are allowed, others fail with EPERM",
        "what a program needs that computes, keeps files and answers requests",
    ),
    (
        "scopes",
        "no signal to and no abstract socket of what is outside, from ABI 6 on",
        "the strictest that the kernel has",
    ),
    (
        "how",
        "a thread restricts itself and starts the program (phases `restrict` and `spawn`)",
        "nothing has to be compiled into the workload, and no helper is executed",
    ),
];

impl Boundary for Landlock {
    fn prepare<'a>(&'a self, order: &LaunchRequest<'a>) -> Result<Box<dyn Child + 'a>, Failure> {
        let address = order.free_address()?;
        Ok(Box::new(Restricted {
            program: order.job.artifact.clone(),
            libraries: order.job.libraries.clone(),
            grant: order.folder().map(ToOwned::to_owned),
            filter: filter::program()?,
            plain: Plain::new(order, address, program(order, address))?,
        }))
    }
}

/// One process, yet to be restricted and started.
struct Restricted {
    program: PathBuf,
    libraries: Vec<Library>,
    grant: Option<PathBuf>,
    filter: BpfProgram,
    plain: Plain,
}

impl Restricted {
    /// Restricts the calling thread for good.
    fn restrict(&self) -> io::Result<()> {
        let port = self.plain.address.map(|address| address.port());
        let libraries = self.libraries.iter().map(|library| &*library.file);
        let executed = [&*self.program].into_iter().chain(libraries);
        rules::restrict(executed, self.grant.as_deref(), port)?;
        seccompiler::apply_filter(&self.filter).map_err(io::Error::other)
    }
}

impl Child for Restricted {
    fn start(&mut self, clock: &mut Clock<'_>) -> Result<Box<dyn Isolate>, Failure> {
        let prepared = self.plain.take()?;
        let this = &*self;
        // The thread enters the cgroup first, which it may not once it is restricted.
        let spawned = thread::scope(|scope| {
            let restrict = || {
                let mut restricted_ns = 0;
                let restrict = || {
                    let restricted = this.restrict();
                    restricted_ns = crate::clock::now_ns();
                    restricted
                };
                let process = CgroupScope::spawn_after(clock.inside, prepared, restrict);
                process.map(|process| (process, restricted_ns))
            };
            let restricted = thread::Builder::new().spawn_scoped(scope, restrict);
            restricted.map(thread::ScopedJoinHandle::join)
        });
        let (process, restricted_ns) = spawned
            .map_err(Failure::cannot("start the thread that is to be restricted"))?
            .map_err(|_| Failure::failed("the thread that was to be restricted panicked"))?
            .map_err(Failure::cannot("start it restricted"))?;
        clock.marks.end_at("restrict", restricted_ns);
        clock.marks.end("spawn");
        clock.address = self.plain.address;
        Ok(Box::new(process))
    }
}
