//! The runtimes under containerd: which shim each is, and why each is set as it is.

use std::process::Command;

use labrun_record::{Setting, Target, Tier};

use super::HELPER;
use crate::define::Need;
use crate::isolation::{Cannot, Daemon, Driver, Inside, Packing, Profile, What};
use crate::task::NetworkPath;

/// A runtime, by its shim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Configuration {
    Runc,
    Wasmtime,
    Wasmedge,
    Wasmer,
}

impl Configuration {
    /// Every one.
    pub(super) const ALL: [Self; 4] = [Self::Runc, Self::Wasmtime, Self::Wasmedge, Self::Wasmer];

    /// What it is, as data.
    pub(super) fn profile(self) -> Profile {
        let of_runc = self == Self::Runc;
        let mut cannot: Vec<Cannot> = Vec::new();
        if let Some(reason) = self.endless_stdin() {
            cannot.push(Cannot::new(What::Need(Need::Stdin), reason));
            cannot.push(Cannot::new(
                What::Server(Target::Wasip1),
                "a module of WASI p1 opens no socket, and the lab's handler is no program that a shim starts",
            ));
        }
        Profile {
            name: self.name().to_owned(),
            tier: if of_runc {
                Tier::Namespaces
            } else {
                Tier::WasmSandbox
            },
            summary: self.summary().to_owned(),
            targets: vec![if of_runc {
                Target::Image
            } else {
                Target::Wasip1
            }],
            packing: Packing::Archive(if of_runc {
                Inside::Binary
            } else {
                Inside::Module
            }),
            networks: vec![(NetworkPath::AsUsers, "veth")],
            cannot,
            settings: self.settings(),
            driver: Some(Driver::Helper(HELPER.to_owned())),
            daemon: Some(Daemon::Containerd(self.programs())),
            ..Profile::default()
        }
    }

    /// `containerd/...`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Runc => "containerd/runc",
            Self::Wasmtime => "containerd/wasmtime",
            Self::Wasmedge => "containerd/wasmedge",
            Self::Wasmer => "containerd/wasmer",
        }
    }

    /// One line for a person.
    fn summary(self) -> &'static str {
        match self {
            Self::Runc => "a container by containerd and runc alone, as a Kubernetes node makes it",
            Self::Wasmtime => {
                "a wasm module in an image, by containerd and runwasi's wasmtime shim"
            }
            Self::Wasmedge => {
                "a wasm module in an image, by containerd and runwasi's WasmEdge shim"
            }
            Self::Wasmer => "a wasm module in an image, by containerd and runwasi's wasmer shim",
        }
    }

    /// What containerd calls it.
    pub(super) fn runtime(self) -> &'static str {
        match self {
            Self::Runc => "io.containerd.runc.v2",
            Self::Wasmtime => "io.containerd.wasmtime.v1",
            Self::Wasmedge => "io.containerd.wasmedge.v1",
            Self::Wasmer => "io.containerd.wasmer.v1",
        }
    }

    /// Every program that has to be there; the last is the runtime itself.
    pub(super) fn programs(self) -> &'static [&'static str] {
        match self {
            Self::Runc => &["containerd-shim-runc-v2", "runc"],
            Self::Wasmtime => &["containerd-shim-wasmtime-v1"],
            Self::Wasmedge => &["containerd-shim-wasmedge-v1"],
            Self::Wasmer => &["containerd-shim-wasmer-v1"],
        }
    }

    /// Name and version of the runtime itself, as it says them.
    pub(super) fn version(self) -> Option<String> {
        let program = self.programs().last()?;
        // runc knows the long form alone, the shims the short one.
        let flag = if self == Self::Runc {
            "--version"
        } else {
            "-v"
        };
        let said = Command::new(program).arg(flag).output().ok()?;
        let said = String::from_utf8_lossy(&said.stdout).into_owned();
        version_in(&said).map(|version| format!("{program} {version}"))
    }

    /// How to get one that is missing.
    pub(super) fn mend(self, program: &str) -> String {
        match self {
            Self::Runc => {
                format!("{program} is missing; install it: sudo apt-get install containerd runc")
            }
            _ => format!(
                "{program} is not on PATH; it is one of runwasi's shims, which are no package of Debian or crates.io: \
                 put one of https://github.com/containerd/runwasi/releases into /usr/local/bin"
            ),
        }
    }

    /// Why a program under it never sees the end of its stdin; none if it does.
    pub(super) fn endless_stdin(self) -> Option<&'static str> {
        (self != Self::Runc).then_some(
            "runwasi's shims open a guest's stdin for writing too, so that it never ends",
        )
    }

    /// What is set, and why.
    pub(super) fn settings(self) -> Vec<Setting> {
        let image = match self {
            Self::Runc => (
                "one layer on nothing: what Dockerfile.baseline has on scratch",
                "a static binary needs nothing else; imported and unpacked before the clock",
            ),
            _ => (
                "one layer with the module alone, for wasip1/wasm",
                "what runwasi's shims are given; imported and unpacked before the clock",
            ),
        };
        let network = (
            "none; a server gets a veth pair, made by the lab before its start (phase `network`)",
            "containerd has no network of its own: in Kubernetes a CNI plugin makes it",
        );
        let specification = (
            "that of `ctr run` (containerd's WithDefaultSpec): five namespaces, 14 capabilities, no new \
             privileges, no seccomp filter, no limits",
            "what containerd gives when nothing is said; Kubernetes filters no system calls either unless told to",
        );
        let snapshotter = ("overlayfs", "containerd's default on Linux");
        let output = (
            "named pipes, which the lab reads itself",
            "as Kubernetes' runtime service reads them: nothing lies between the shim and the lab",
        );
        let stop = match self.endless_stdin() {
            None => ("for servers: SIGTERM", "what Kubernetes sends first"),
            Some(reason) => ("for a program that stays: SIGKILL", reason),
        };
        let compiled = (
            "not kept: each start compiles the module, or interprets it",
            "runwasi keeps compiled code for OCI artifacts of wasm alone, not for a module in an image's layer",
        );
        let mut settings: Vec<_> = [
            ("runtime", (self.runtime(), "its shim is named after it")),
            ("image", image),
            ("network", network),
            ("specification", specification),
            ("snapshotter", snapshotter),
            ("output", output),
            ("stop", stop),
        ]
        .map(|(name, (value, reason))| Setting::new(name, value, reason))
        .into();
        if self != Self::Runc {
            settings.push(Setting::new("compiled code", compiled.0, compiled.1));
        }
        settings
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
        for configuration in Configuration::ALL {
            let stop = configuration
                .settings()
                .into_iter()
                .find(|setting| setting.name == "stop");
            let value = stop.map(|setting| setting.value).unwrap_or_default();
            let endless = configuration.endless_stdin().is_some();
            assert_eq!(endless, configuration != Configuration::Runc);
            assert_eq!(value.contains("SIGKILL"), endless, "{value}");
        }
    }

    #[test]
    fn every_name_is_its_own() {
        let names = Configuration::ALL.map(Configuration::name);
        let shims = Configuration::ALL.map(|configuration| configuration.programs()[0]);
        for (index, name) in names.iter().enumerate() {
            assert!(name.starts_with("containerd/"));
            assert!(!names[..index].contains(name));
            assert!(!shims[..index].contains(&shims[index]));
        }
    }
}
