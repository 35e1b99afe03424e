//! How a container is made: the configurations of `docker/*`, and why each is as it is.

use labrun_record::{Setting, Target, Tier};

use crate::isolation::{Base, Daemon, Linking, Packing, Profile};
use crate::task::NetworkPath;

/// How a container is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Configuration {
    Bridge,
    HostNetwork,
    NoNetwork,
    Debian,
    /// On the default bridge, by another OCI runtime than the daemon's default.
    Runtime(OciRuntime),
}

/// An OCI runtime that a daemon may have beside its default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OciRuntime {
    Crun,
    Youki,
    Runsc,
}

impl OciRuntime {
    /// The name that the daemon has it by.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Crun => "crun",
            Self::Youki => "youki",
            Self::Runsc => "runsc",
        }
    }
}

impl Configuration {
    /// Every one.
    pub(super) const ALL: [Self; 7] = [
        Self::Bridge,
        Self::HostNetwork,
        Self::NoNetwork,
        Self::Debian,
        Self::Runtime(OciRuntime::Crun),
        Self::Runtime(OciRuntime::Youki),
        Self::Runtime(OciRuntime::Runsc),
    ];

    /// What it is, as data.
    pub(super) fn profile(self) -> Profile {
        let base = self.base();
        Profile {
            name: self.name().to_owned(),
            tier: match self {
                Self::Runtime(OciRuntime::Runsc) => Tier::UserKernel,
                _ => Tier::Namespaces,
            },
            summary: self.summary().to_owned(),
            targets: vec![Target::Image],
            linking: match base {
                Base::Scratch => Linking::Static,
                Base::Debian => Linking::Dynamic,
            },
            packing: Packing::Image(base),
            networks: match self {
                Self::Bridge | Self::Debian | Self::Runtime(_) => {
                    vec![
                        (NetworkPath::AsUsers, "published"),
                        (NetworkPath::Direct, "container"),
                    ]
                }
                Self::HostNetwork => vec![(NetworkPath::AsUsers, "host")],
                Self::NoNetwork => vec![(NetworkPath::AsUsers, "veth")],
            },
            settings: self.settings(),
            daemon: Some(Daemon::Docker),
            ..Profile::default()
        }
    }

    /// One line for a person.
    fn summary(self) -> &'static str {
        match self {
            Self::Bridge => "a container on Docker's default bridge, image from scratch",
            Self::HostNetwork => "a container on the host's network, image from scratch",
            Self::NoNetwork => "a container without a network, image from scratch",
            Self::Debian => "a container on the default bridge, image on a minimal Debian",
            Self::Runtime(OciRuntime::Crun) => "a container on Docker's default bridge, by crun",
            Self::Runtime(OciRuntime::Youki) => "a container on Docker's default bridge, by youki",
            Self::Runtime(OciRuntime::Runsc) => {
                "a gVisor sandbox on Docker's default bridge, by runsc"
            }
        }
    }

    /// `docker/...`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Bridge => "docker/runc",
            Self::HostNetwork => "docker/runc-hostnet",
            Self::NoNetwork => "docker/runc-nonet",
            Self::Debian => "docker/runc-debian",
            Self::Runtime(OciRuntime::Crun) => "docker/crun",
            Self::Runtime(OciRuntime::Youki) => "docker/youki",
            Self::Runtime(OciRuntime::Runsc) => "docker/runsc",
        }
    }

    /// What is under the binary.
    pub(super) fn base(self) -> Base {
        if self == Self::Debian {
            Base::Debian
        } else {
            Base::Scratch
        }
    }

    /// The OCI runtime; none for the daemon's default.
    pub(super) fn runtime(self) -> Option<&'static str> {
        match self {
            Self::Runtime(runtime) => Some(runtime.name()),
            _ => None,
        }
    }

    /// What the daemon is told; none for its default.
    pub(super) fn network_mode(self) -> Option<&'static str> {
        match self {
            Self::Bridge | Self::Debian | Self::Runtime(_) => None,
            Self::HostNetwork => Some("host"),
            Self::NoNetwork => Some("none"),
        }
    }

    /// What is set, and why.
    pub(super) fn settings(self) -> Vec<Setting> {
        let network = match self {
            Self::Bridge | Self::Debian | Self::Runtime(_) => (
                "default bridge; a server's port published on 127.0.0.1",
                "what a container gets when nothing is said, and how users reach it",
            ),
            Self::HostNetwork => (
                "host",
                "what the default network costs shows in the difference",
            ),
            Self::NoNetwork => (
                "none; a server gets a veth pair, made by the lab after the start (phase `network`)",
                "the least that Docker does, with the plumbing that an operator would add",
            ),
        };
        let base = match self.base() {
            Base::Scratch => ("scratch", "a static binary needs nothing else"),
            Base::Debian => (
                "debootstrap minbase",
                "most images in use stand on a distribution; the binary is dynamic",
            ),
        };
        let output = (
            "attached before the start",
            "none of it is lost, and it needs no second look; as `docker run` does",
        );
        let stop = (
            "stop for servers: SIGTERM, SIGKILL after 10 s",
            "what `docker stop` does",
        );
        let runtime = (
            self.runtime().unwrap_or("the daemon's default"),
            "the default is what users have; the others are rows of their own",
        );
        let rest = (
            "Docker's defaults (seccomp, capabilities, json-file log, no limits)",
            "what users have",
        );
        [
            ("network", network),
            ("runtime", runtime),
            ("base", base),
            ("output", output),
            ("stop", stop),
            ("everything else", rest),
        ]
        .map(|(name, (value, reason))| Setting::new(name, value, reason))
        .into()
    }
}
