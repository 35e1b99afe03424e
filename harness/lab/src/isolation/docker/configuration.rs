//! How a container is made: the configurations of `docker/*`, and why each is as it is.

use labrun_record::{Setting, Target, Tier};

use crate::isolation::{Base, Daemon, Emulates, Linking, Packing, Profile, settings};
use crate::task::NetworkPath;

/// How a container is made.
#[derive(Debug, Clone, Copy)]
pub(super) struct Configuration {
    /// `docker/...`.
    pub(super) name: &'static str,
    tier: Tier,
    /// One line for a person.
    summary: &'static str,
    pub(super) network: Network,
    /// What is under the binary.
    pub(super) base: Base,
    /// The OCI runtime. Each is asked for by name: the daemon's default may be any.
    pub(super) runtime: &'static str,
}

/// Which network a container gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Network {
    Bridge,
    Host,
    None,
}

/// Docker's own runtime, whose name nobody can give to another.
pub(super) const RUNC: &str = "runc";

/// What a container is when nothing is said.
const USUAL: Configuration = Configuration {
    name: "docker/runc",
    tier: Tier::Namespaces,
    summary: "a container on Docker's default bridge, image from scratch",
    network: Network::Bridge,
    base: Base::Scratch,
    runtime: RUNC,
};

/// Every one.
pub(super) const ALL: [Configuration; 7] = [
    USUAL,
    Configuration {
        name: "docker/runc-hostnet",
        summary: "a container on the host's network, image from scratch",
        network: Network::Host,
        ..USUAL
    },
    Configuration {
        name: "docker/runc-nonet",
        summary: "a container without a network, image from scratch",
        network: Network::None,
        ..USUAL
    },
    Configuration {
        name: "docker/runc-debian",
        summary: "a container on the default bridge, image on a minimal Debian",
        base: Base::Debian,
        ..USUAL
    },
    Configuration {
        name: "docker/crun",
        summary: "a container on Docker's default bridge, by crun",
        runtime: "crun",
        ..USUAL
    },
    Configuration {
        name: "docker/youki",
        summary: "a container on Docker's default bridge, by youki",
        runtime: "youki",
        ..USUAL
    },
    Configuration {
        name: "docker/runsc",
        tier: Tier::UserKernel,
        summary: "a gVisor sandbox on Docker's default bridge, by runsc",
        runtime: "runsc",
        ..USUAL
    },
];

impl Configuration {
    /// What it is, as data.
    pub(super) fn profile(&self) -> Profile {
        Profile {
            name: self.name.to_owned(),
            tier: self.tier,
            summary: self.summary.to_owned(),
            targets: vec![Target::Image],
            linking: match self.base {
                Base::Scratch => Linking::Static,
                Base::Debian => Linking::Dynamic,
            },
            packing: Packing::Image(self.base),
            networks: match self.network {
                Network::Bridge => vec![
                    (NetworkPath::AsUsers, "published"),
                    (NetworkPath::Direct, "container"),
                ],
                Network::Host => vec![(NetworkPath::AsUsers, "host")],
                Network::None => vec![(NetworkPath::AsUsers, "veth")],
            },
            settings: self.settings(),
            daemon: Some(Daemon::Docker),
            emulates: match self.base {
                Base::Scratch => Emulates::ByTheKernel,
                Base::Debian => Emulates::No("debootstrap makes its base for this machine alone"),
            },
            ..Profile::default()
        }
    }

    /// What is set, and why.
    fn settings(&self) -> Vec<Setting> {
        let (network, why_network) = match self.network {
            Network::Bridge => (
                "default bridge; a server's port published on 127.0.0.1",
                "what a container gets when nothing is said, and how users reach it",
            ),
            Network::Host => (
                "host",
                "what the default network costs shows in the difference",
            ),
            Network::None => (
                "none; a server gets a veth pair, made by the lab after the start (phase `network`)",
                "the least that Docker does, with the plumbing that an operator would add",
            ),
        };
        let (base, why_base) = match self.base {
            Base::Scratch => ("scratch", "a static binary needs nothing else"),
            Base::Debian => (
                "debootstrap minbase",
                "most images in use stand on a distribution; the binary is dynamic",
            ),
        };
        settings([
            ("network", network, why_network),
            (
                "runtime",
                self.runtime,
                "asked for by name: runc is what users have where nothing was configured; the others are \
                 rows of their own",
            ),
            ("base", base, why_base),
            (
                "output",
                "attached before the start",
                "none of it is lost, and it needs no second look; as `docker run` does",
            ),
            (
                "stop",
                "stop for servers: SIGTERM, SIGKILL after 10 s",
                "what `docker stop` does",
            ),
            (
                "everything else",
                "Docker's defaults (seccomp, capabilities, json-file log, no limits)",
                "what users have",
            ),
        ])
    }
}
