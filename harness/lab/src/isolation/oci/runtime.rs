//! The OCI runtimes that the lab knows, and the command lines by which each is driven.

use labrun_record::{Setting, Tier};

use super::bundle::Bundle;
use crate::isolation::settings;
use crate::isolation::tool::Tool;

/// No release is known that lacks what the lab asks of a runtime.
const LEAST: &str = "0.0";

/// The network of a server by gVisor.
const SERVES: &str = "--network=host";

/// One OCI runtime.
#[derive(Debug)]
pub(super) struct Runtime {
    /// The name of its program.
    pub(super) name: &'static str,
    /// What it makes.
    pub(super) makes: &'static str,
    pub(super) tier: Tier,
    pub(super) tool: Tool,
    /// Words before the command, each with its reason; of the two about networks a server
    /// has [`SERVES`].
    flags: &'static [(&'static str, &'static str)],
}

impl Runtime {
    pub(super) fn all() -> [Self; 4] {
        let runtime = |name, version_after: &str, install: &str| Self {
            name,
            makes: "a container",
            tier: Tier::Namespaces,
            tool: Tool::new(name, version_after, LEAST, install),
            flags: &[],
        };
        [
            runtime("runc", "runc version ", "sudo apt-get install runc"),
            runtime("crun", "crun version ", "sudo apt-get install crun"),
            runtime(
                "youki",
                "youki version: ",
                "cargo install youki --locked --no-default-features --features v1,v2",
            ),
            Self {
                makes: "a gVisor sandbox",
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
                ..runtime("runsc", "runsc version ", "sudo apt-get install runsc")
            },
        ]
    }

    /// `create`: everything but the program stands.
    pub(super) fn create(&self, bundle: &Bundle) -> Vec<String> {
        let folder = bundle.path().display().to_string();
        let pid_file = bundle.pid_file().display().to_string();
        let create = ["create", "--bundle", &folder, "--pid-file", &pid_file];
        self.command(bundle, &create, &[])
    }

    /// Another command on a container: `start`, `delete --force`, `kill`, with what comes
    /// after the container's name.
    pub(super) fn command(&self, bundle: &Bundle, command: &[&str], after: &[&str]) -> Vec<String> {
        let state = bundle.state().display().to_string();
        let flags =
            self.flags.iter().map(|(flag, _)| *flag).filter(|flag| {
                !flag.starts_with("--network=") || (*flag == SERVES) == bundle.serves
            });
        let words = ["--root", &state].into_iter().chain(flags);
        let words = words
            .chain(command.iter().copied())
            .chain([bundle.id.as_str()]);
        words
            .chain(after.iter().copied())
            .map(str::to_owned)
            .collect()
    }

    /// What is set, and why.
    pub(super) fn settings(&self) -> Vec<Setting> {
        let mut all = settings([
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
                "image of the user's own",
                "its unpacked root under a layer of each launch's own that it may write to (overlayfs); 14 \
                 capabilities",
                "what Docker and containerd give, for which images are made",
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
        ]);
        let flags = self.flags.iter();
        all.extend(flags.map(|(flag, reason)| Setting::new("flag", flag, reason)));
        all
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
