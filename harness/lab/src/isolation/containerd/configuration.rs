//! The runtimes under containerd: which shim each is, and why each is set as it is.

use std::path::Path;

use labrun_record::{Setting, Target, Tier};

use super::HELPER;
use crate::define::Need;
use crate::isolation::ask::ask;
use crate::isolation::find::{in_folders, on_path};
use crate::isolation::listener::{listener, search_path};
use crate::isolation::{
    Cannot, Daemon, Driver, Emulates, Inside, Packing, Profile, What, settings,
};
use crate::outcome::Failure;
use crate::task::NetworkPath;

/// A runtime, by its shim.
#[derive(Debug, Clone, Copy)]
pub(super) struct Configuration {
    /// `containerd/...`.
    pub(super) name: &'static str,
    /// One line for a person.
    summary: &'static str,
    /// What containerd calls it.
    pub(super) runtime: &'static str,
    /// Every program that has to be there; the last is the runtime itself.
    programs: &'static [&'static str],
    /// Whether it is one of runwasi's, which run modules.
    is_wasm: bool,
}

/// Every one.
pub(super) const ALL: [Configuration; 4] = [
    Configuration {
        name: "containerd/runc",
        summary: "a container by containerd and runc alone, as a Kubernetes node makes it",
        runtime: "io.containerd.runc.v2",
        programs: &["containerd-shim-runc-v2", "runc"],
        is_wasm: false,
    },
    Configuration {
        name: "containerd/wasmtime",
        summary: "a wasm module in an image, by containerd and runwasi's wasmtime shim",
        runtime: "io.containerd.wasmtime.v1",
        programs: &["containerd-shim-wasmtime-v1"],
        is_wasm: true,
    },
    Configuration {
        name: "containerd/wasmedge",
        summary: "a wasm module in an image, by containerd and runwasi's WasmEdge shim",
        runtime: "io.containerd.wasmedge.v1",
        programs: &["containerd-shim-wasmedge-v1"],
        is_wasm: true,
    },
    Configuration {
        name: "containerd/wasmer",
        summary: "a wasm module in an image, by containerd and runwasi's wasmer shim",
        runtime: "io.containerd.wasmer.v1",
        programs: &["containerd-shim-wasmer-v1"],
        is_wasm: true,
    },
];

/// Why a program under runwasi's shims never sees the end of its stdin.
const ENDLESS_STDIN: &str =
    "runwasi's shims open a guest's stdin for writing too, so that it never ends";

impl Configuration {
    /// What it is, as data.
    pub(super) fn profile(&self) -> Profile {
        let (tier, target, inside) = if self.is_wasm {
            (Tier::WasmSandbox, Target::Wasip1, Inside::Module)
        } else {
            (Tier::Namespaces, Target::Image, Inside::Binary)
        };
        let mut cannot: Vec<Cannot> = Vec::new();
        if self.is_wasm {
            cannot.push(Cannot::new(What::Need(Need::Stdin), ENDLESS_STDIN));
            cannot.push(Cannot::new(
                What::Server(Target::Wasip1),
                "a module of WASI p1 opens no socket, and the lab's handler is no program that a shim starts",
            ));
        }
        Profile {
            name: self.name.to_owned(),
            tier,
            summary: self.summary.to_owned(),
            targets: vec![target],
            packing: Packing::Archive(inside),
            networks: vec![(NetworkPath::AsUsers, "veth")],
            cannot,
            settings: self.settings(),
            driver: Some(Driver::Helper(HELPER.to_owned())),
            daemon: Some(Daemon::Containerd(self.programs)),
            emulates: Emulates::No("containerd takes images for its own machine alone"),
            ..Profile::default()
        }
    }

    /// Whether a program under it sees the end of its stdin.
    pub(super) fn ends_stdin(&self) -> bool {
        !self.is_wasm
    }

    /// Name and version of the runtime itself, as it says them: of the program that the containerd
    /// which listens on `socket` finds; or that it calls itself otherwise.
    pub(super) fn version(&self, socket: &Path) -> Result<String, Failure> {
        let program = self.programs[self.programs.len() - 1];
        let folders = search_path(listener("containerd", socket).ok());
        // runc knows the long form alone, the shims the short one.
        let flag = if self.is_wasm { "-v" } else { "--version" };
        let found = in_folders(&folders, &[program]);
        let said = found.and_then(|file| Ok((ask(&file, &[flag.to_owned()])?, file)));
        let Ok((answer, file)) = said else {
            return Ok("runtime unknown".to_owned());
        };
        let said = &answer.text;
        // A shim's first line is the path that it was called by.
        if !self.is_wasm && !said.starts_with(&format!("{program} version ")) {
            return Err(Failure::unavailable(format!(
                "what containerd starts as {program} is {}, which calls itself {:?}: have the PATH of containerd \
                 lead to {program}'s own program, and restart containerd",
                file.display(),
                said.lines().next().unwrap_or_default()
            )));
        }
        let version = version_in(said).unwrap_or_else(|| "of unknown version".to_owned());
        let by = answer.started(&file);
        Ok(format!("{program} {version}{by}"))
    }

    /// Whether all of its programs are here; if not, how to get the one that is missing.
    pub(super) fn is_here(&self) -> Result<(), Failure> {
        let mut programs = self.programs.iter();
        let Some(program) = programs.find(|program| on_path(&[program]).is_err()) else {
            return Ok(());
        };
        Err(Failure::unavailable(if self.is_wasm {
            format!(
                "{program} is not on PATH; it is one of runwasi's shims, which are no package of Debian or crates.io: \
                 put one of https://github.com/containerd/runwasi/releases into /usr/local/bin"
            )
        } else {
            format!("{program} is missing; install it: sudo apt-get install containerd runc")
        }))
    }

    /// What is set, and why.
    fn settings(&self) -> Vec<Setting> {
        let (image, why_image) = if self.is_wasm {
            (
                "one layer with the module alone, for wasip1/wasm",
                "what runwasi's shims are given; imported and unpacked before the clock",
            )
        } else {
            (
                "one layer on nothing: what Dockerfile.baseline has on scratch",
                "a static binary needs nothing else; imported and unpacked before the clock",
            )
        };
        let (stop, why_stop) = if self.is_wasm {
            ("for a program that stays: SIGKILL", ENDLESS_STDIN)
        } else {
            ("for servers: SIGTERM", "what Kubernetes sends first")
        };
        let mut all = settings([
            ("runtime", self.runtime, "its shim is named after it"),
            ("image", image, why_image),
            (
                "network",
                "none; a server gets a veth pair, made by the lab before its start (phase `network`)",
                "containerd has no network of its own: in Kubernetes a CNI plugin makes it",
            ),
            (
                "specification",
                "that of `ctr run` (containerd's WithDefaultSpec): five namespaces, 14 capabilities, no new \
                 privileges, no seccomp filter, no limits",
                "what containerd gives when nothing is said; Kubernetes filters no system calls either unless told to",
            ),
            ("snapshotter", "overlayfs", "containerd's default on Linux"),
            (
                "output",
                "named pipes, which the lab reads itself",
                "as Kubernetes' runtime service reads them: nothing lies between the shim and the lab",
            ),
            ("stop", stop, why_stop),
        ]);
        if self.is_wasm {
            all.push(Setting::new(
                "compiled code",
                "not kept: each start compiles the module, or interprets it",
                "runwasi keeps compiled code for OCI artifacts of wasm alone, not for a module in an image's layer",
            ));
        }
        all
    }
}

/// The version in `runc version 1.1.5`, or in a shim's `  Version:  0.6.0`.
fn version_in(said: &str) -> Option<String> {
    let mut words = said.split_whitespace();
    words.find(|word| word.trim_end_matches(':').eq_ignore_ascii_case("version"))?;
    words.next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_from_what_each_kind_of_program_says() {
        let runc = "runc version 1.1.5+ds1\ncommit: 1.1.5\nspec: 1.0.2-dev\n";
        assert_eq!(version_in(runc).as_deref(), Some("1.1.5+ds1"));
        let shim = "/x/containerd-shim-wasmtime-v1:\n  Runtime: io.containerd.wasmtime.v1\n  Version: 0.6.0\n";
        assert_eq!(version_in(shim).as_deref(), Some("0.6.0"));
        assert_eq!(version_in("no such option\n"), None);
    }

    #[test]
    fn what_is_said_of_the_end_of_stdin_is_said_of_wasm_alone() {
        for configuration in ALL {
            let stop = configuration
                .settings()
                .into_iter()
                .find(|setting| setting.name == "stop");
            let value = stop.map(|setting| setting.value).unwrap_or_default();
            let endless = !configuration.ends_stdin();
            assert_eq!(endless, configuration.name != "containerd/runc");
            assert_eq!(value.contains("SIGKILL"), endless, "{value}");
        }
    }

    #[test]
    fn every_name_is_its_own() {
        let names = ALL.map(|configuration| configuration.name);
        let shims = ALL.map(|configuration| configuration.programs[0]);
        for (index, name) in names.iter().enumerate() {
            assert!(name.starts_with("containerd/"));
            assert!(!names[..index].contains(name));
            assert!(!shims[..index].contains(&shims[index]));
        }
    }
}
