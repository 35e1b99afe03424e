//! The OCI runtimes that the lab knows, and the command lines by which each is driven.

use std::path::Path;

use labrun_record::{Setting, Tier};

use super::bundle::Bundle;
use crate::isolation::tool::Tool;

/// No release is known that lacks what the lab asks of a runtime.
const LEAST: &str = "0.0";

/// The network of a server by gVisor.
const SERVES: &str = "--network=host";

/// One OCI runtime.
#[derive(Debug)]
pub(super) struct Runtime {
    pub(super) name: &'static str,
    pub(super) summary: &'static str,
    pub(super) tier: Tier,
    pub(super) tool: Tool,
    /// Words before the command, each with its reason; of the two about networks a server
    /// has [`SERVES`].
    flags: &'static [(&'static str, &'static str)],
}

impl Runtime {
    pub(super) fn all() -> [Self; 4] {
        let runtime = |name, summary, tool| Self {
            name,
            summary,
            tier: Tier::Namespaces,
            tool,
            flags: &[],
        };
        [
            runtime(
                "oci/runc",
                "a container by runc alone, image from scratch as a bundle",
                Tool::new("runc", "runc version ", LEAST, "sudo apt-get install runc"),
            ),
            runtime(
                "oci/crun",
                "a container by crun alone, image from scratch as a bundle",
                Tool::new("crun", "crun version ", LEAST, "sudo apt-get install crun"),
            ),
            runtime(
                "oci/youki",
                "a container by youki alone, image from scratch as a bundle",
                Tool::new(
                    "youki",
                    "youki version: ",
                    LEAST,
                    "cargo install youki --locked --no-default-features --features v1,v2",
                ),
            ),
            Self {
                tier: Tier::UserKernel,
                flags: &[
                    (
                        "--platform=ptrace",
                        "the one platform that needs neither KVM nor a newer gVisor",
                    ),
                    ("--network=none", "for commands, which use none"),
                    (
                        SERVES,
                        "for servers: the kernel's network stack, inside the container's own network; \
                         gVisor's own stack (--network=sandbox) of the release that Debian has refuses \
                         Linux 6: `cannot run with network enabled in root network namespace`",
                    ),
                ],
                ..runtime(
                    "oci/runsc",
                    "a gVisor sandbox by runsc alone, image from scratch as a bundle",
                    Tool::new(
                        "runsc",
                        "runsc version ",
                        LEAST,
                        "sudo apt-get install runsc",
                    ),
                )
            },
        ]
    }

    /// The words before those of a command, with the folder of its state.
    fn global(&self, state: &Path, serves: bool) -> Vec<String> {
        let mut words = vec!["--root".to_owned(), state.display().to_string()];
        let flags = self.flags.iter().map(|(flag, _)| *flag);
        let own =
            flags.filter(|flag| !flag.starts_with("--network=") || (*flag == SERVES) == serves);
        words.extend(own.map(str::to_owned));
        words
    }

    /// `create`: everything but the program stands.
    pub(super) fn create(&self, bundle: &Bundle) -> Vec<String> {
        let mut words = self.global(&bundle.state(), bundle.serves);
        words.extend(["create".to_owned(), "--bundle".to_owned()]);
        words.push(bundle.path().display().to_string());
        let pid = bundle.pid_file().display().to_string();
        words.extend(["--pid-file".to_owned(), pid, bundle.id.clone()]);
        words
    }

    /// Another command on a container: `start`, `delete --force`, `kill`, with what comes
    /// after the container's name.
    pub(super) fn command(&self, bundle: &Bundle, command: &[&str], after: &[&str]) -> Vec<String> {
        let mut words = self.global(&bundle.state(), bundle.serves);
        let id = bundle.id.as_str();
        words.extend(
            command
                .iter()
                .chain(&[id])
                .chain(after)
                .map(|word| (*word).to_owned()),
        );
        words
    }

    /// What is set, and why.
    pub(super) fn settings(&self) -> Vec<Setting> {
        let common = [
            (
                "bundle",
                "made before the clock; its root is what Dockerfile.baseline makes, read-only",
                "there is nothing to unpack or mount for it, as under an image store",
            ),
            (
                "configuration",
                "that of `runc spec`: all namespaces but user and cgroup, three capabilities, no seccomp filter",
                "what the runtimes themselves propose",
            ),
            (
                "cgroup",
                "one of its own in every hierarchy",
                "as every engine of containers has it",
            ),
            (
                "network",
                "a loopback; a server gets a veth pair, made by the lab (phase `network`)",
                "an OCI runtime makes none, and a server has to be reached",
            ),
            (
                "stop for servers",
                "`kill ID TERM`",
                "what engines of containers call",
            ),
        ];
        let flags = self
            .flags
            .iter()
            .map(|(flag, reason)| ("flag", *flag, *reason));
        common
            .into_iter()
            .chain(flags)
            .map(|(name, value, reason)| Setting::new(name, value, reason))
            .collect()
    }
}

/// What keeps this user from making containers without a daemon, if anything does.
pub(super) fn not_permitted(name: &str) -> Option<String> {
    let root = rustix::process::geteuid().is_root();
    (!root).then(|| {
        format!(
            "{name} makes cgroups and mounts, which needs root: \
             run labrun as root: sudo env \"PATH=$PATH\" \"HOME=$HOME\" labrun ..."
        )
    })
}
