//! `native/static` and `native/dynamic`: the binary as a process, nothing around it.

use labrun_record::{IsolationRecord, Outcome, Setting, Start, Target, Tier};

use super::Isolation;
use super::child::{Boundary, Child, Door, Order, Plain};
use crate::define::{Need, Workload};
use crate::outcome::Failure;
use crate::process::Program;

/// How the binary is linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Linking {
    /// Against musl, all in one file.
    Static,
    /// Against the system's glibc, through its dynamic loader.
    Dynamic,
}

impl Linking {
    /// How the binary of an isolation is linked: against glibc where its base has
    /// one, else statically.
    pub fn of(isolation: &str) -> Self {
        match isolation {
            "native/dynamic" | "native/in-process" | "docker/runc-debian" => Self::Dynamic,
            _ => Self::Static,
        }
    }
}

/// The binary as a process.
#[derive(Debug)]
pub struct Native {
    linking: Linking,
}

impl Native {
    /// One for each linking.
    pub fn all() -> [Self; 2] {
        [
            Self {
                linking: Linking::Static,
            },
            Self {
                linking: Linking::Dynamic,
            },
        ]
    }
}

impl Isolation for Native {
    fn name(&self) -> &str {
        match self.linking {
            Linking::Static => "native/static",
            Linking::Dynamic => "native/dynamic",
        }
    }

    fn tier(&self) -> Tier {
        Tier::Process
    }

    fn summary(&self) -> &str {
        match self.linking {
            Linking::Static => "a process: the binary linked statically against musl",
            Linking::Dynamic => "a process: the binary linked dynamically against glibc",
        }
    }

    fn targets(&self) -> &[Target] {
        &[Target::Native]
    }

    fn starts(&self) -> &[Start] {
        &[Start::Process]
    }

    fn unsupported(&self, _: &Workload, _: Target, needs: &[Need]) -> Option<String> {
        let reaches = needs.contains(&Need::Boundary);
        reaches.then(|| {
            "a process reaches whatever its user may: there is no boundary but the kernel's users"
                .to_owned()
        })
    }

    fn record(&self) -> IsolationRecord {
        let (value, reason) = match self.linking {
            Linking::Static => (
                "static, musl",
                "nothing is loaded but the program: the least that a process costs",
            ),
            Linking::Dynamic => (
                "dynamic, glibc",
                "what a distribution's own programs pay at each start",
            ),
        };
        IsolationRecord {
            name: self.name().to_owned(),
            tier: Tier::Process,
            version: Some(kernel_release()),
            sha256: None,
            settings: vec![Setting::new("linking", value, reason)],
            outcome: Outcome::Measured,
            reason: None,
        }
    }
}

impl Boundary for Native {
    fn prepare<'a>(&'a self, order: &Order<'a>) -> Result<Box<dyn Child + 'a>, Failure> {
        let door = Door::of(order)?;
        Ok(Box::new(Plain::new(order, door, program(order, door))?))
    }
}

/// The binary itself, where its files are on the host.
pub(super) fn program(order: &Order<'_>, door: Door) -> Program {
    let folder = order.folder().map(|path| path.display().to_string());
    Program {
        path: order.job.artifact.clone(),
        args: order.args(&folder.unwrap_or_default(), door.0),
        ..Program::default()
    }
}

/// The version of a process is that of the kernel under it.
pub(super) fn kernel_release() -> String {
    std::fs::read_to_string("/proc/sys/kernel/osrelease").map_or_else(
        |_| "unknown".to_owned(),
        |release| format!("Linux {}", release.trim()),
    )
}
