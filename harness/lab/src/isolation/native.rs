//! `native/static` and `native/dynamic`: the binary as a process, nothing around it.

use std::net::SocketAddr;

use super::child::{Boundary, Child, LaunchRequest, Plain};
use super::{Cannot, Emulates, Emulator, Isolation, Linking, Look, Profile, What, settings};
use crate::define::Need;
use crate::outcome::Failure;
use crate::process::{Mark, Program};

/// The binary as a process.
#[derive(Debug)]
pub struct Native {
    profile: Profile,
    /// What runs it, where it is of another architecture.
    emulator: Option<Emulator>,
}

impl Native {
    /// One for each linking; under an emulator, where there is one.
    pub fn all(emulator: Option<&Emulator>) -> [Self; 2] {
        let one = |name: &str, linking, summary: &str, value, reason| Self {
            emulator: emulator.cloned(),
            profile: Profile {
                name: name.to_owned(),
                summary: summary.to_owned(),
                linking,
                of_linking: true,
                cannot: vec![Cannot::new(
                    What::Need(Need::Boundary),
                    "a process reaches whatever its user may: there is no boundary but the kernel's users",
                )],
                settings: settings([("linking", value, reason)]),
                emulates: Emulates::ByItself,
                ..Profile::default()
            },
        };
        [
            one(
                "native/static",
                Linking::Static,
                "a process: the binary linked statically against musl",
                "static, musl",
                "nothing is loaded but the program: the least that a process costs",
            ),
            one(
                "native/dynamic",
                Linking::Dynamic,
                "a process: the binary linked dynamically against glibc",
                "dynamic, glibc",
                "what a distribution's own programs pay at each start",
            ),
        ]
    }
}

impl Isolation for Native {
    fn profile(&self) -> &Profile {
        &self.profile
    }

    fn under(&self, emulator: &Emulator) -> Option<Box<dyn Isolation>> {
        Some(Box::new(Self {
            profile: self.profile.clone(),
            emulator: Some(emulator.clone()),
        }))
    }

    fn look(&self) -> Look {
        Look {
            version: Some(match &self.emulator {
                None => kernel_release(),
                Some(emulator) => {
                    let (name, version) = (emulator.name(), emulator.version());
                    format!("{}, {name} {version}", kernel_release())
                }
            }),
            ..Look::default()
        }
    }
}

impl Boundary for Native {
    fn prepare<'a>(&'a self, order: &LaunchRequest<'a>) -> Result<Box<dyn Child + 'a>, Failure> {
        let address = order.free_address()?;
        let program = program(order, address);
        let program = match &self.emulator {
            None => program,
            Some(emulator) => emulator.around(program),
        };
        Ok(Box::new(Plain::new(order, address, program)?))
    }
}

/// The binary itself, where its files are on the host.
pub(super) fn program(order: &LaunchRequest<'_>, listen: Option<SocketAddr>) -> Program {
    let folder = order.folder().map(|path| path.display().to_string());
    Program {
        path: order.job.artifact.clone(),
        args: order.args(&folder.unwrap_or_default(), listen),
        env: order.variables(listen),
        // Nothing is around it that would keep what it starts.
        mark: Some(Mark {
            name: order.site.mark(),
            group_goes: true,
        }),
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
