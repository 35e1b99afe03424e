//! How a container is made: the configurations of `docker/*`, and why each is as it is.

use labrun_record::Setting;

use super::image::Base;

/// How a container is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Configuration {
    Bridge,
    HostNetwork,
    NoNetwork,
    Debian,
}

impl Configuration {
    /// Every one.
    pub(super) const ALL: [Self; 4] = [
        Self::Bridge,
        Self::HostNetwork,
        Self::NoNetwork,
        Self::Debian,
    ];

    /// `docker/...`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Bridge => "docker/runc",
            Self::HostNetwork => "docker/runc-hostnet",
            Self::NoNetwork => "docker/runc-nonet",
            Self::Debian => "docker/runc-debian",
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

    /// What the daemon is told; none for its default.
    pub(super) fn network_mode(self) -> Option<&'static str> {
        match self {
            Self::Bridge | Self::Debian => None,
            Self::HostNetwork => Some("host"),
            Self::NoNetwork => Some("none"),
        }
    }

    /// What is set, and why.
    pub(super) fn settings(self) -> Vec<Setting> {
        let network = match self {
            Self::Bridge | Self::Debian => (
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
        let rest = (
            "Docker's defaults (seccomp, capabilities, json-file log, no limits)",
            "what users have",
        );
        [
            ("network", network),
            ("base", base),
            ("output", output),
            ("stop", stop),
            ("everything else", rest),
        ]
        .map(|(name, (value, reason))| Setting {
            name: name.to_owned(),
            value: value.to_owned(),
            reason: reason.to_owned(),
        })
        .into()
    }
}
