//! The configuration of an image, from which it has its id. Docker's and that of the OCI
//! specification have the same fields.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::path::PathBuf;

use serde::Deserialize;
use serde_json::Value;

use super::refused::WhyNoImage;
use super::{ImageFacts, Layer};
use crate::digest::sha256_of;

/// A configuration.
#[derive(Deserialize)]
pub(super) struct Configuration {
    #[serde(flatten)]
    platform: Platform,
    /// How it is started.
    config: Option<Start>,
    pub(super) rootfs: RootFs,
}

/// What an image is for, in the words of Go.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Platform {
    pub(super) architecture: String,
    pub(super) os: String,
}

/// How a container of it is started. Any of these may be left out, or null.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Start {
    entrypoint: Option<Vec<String>>,
    cmd: Option<Vec<String>>,
    env: Option<Vec<String>>,
    user: Option<String>,
    working_dir: Option<PathBuf>,
    exposed_ports: Option<HashMap<String, Value>>,
}

/// Its layers.
#[derive(Deserialize)]
pub(super) struct RootFs {
    /// SHA-256 of each layer's tar, the lowest first.
    pub(super) diff_ids: Vec<String>,
}

impl Configuration {
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, WhyNoImage> {
        serde_json::from_slice(bytes)
            .map_err(|error| WhyNoImage::damaged(&format!("its configuration: {error}")))
    }

    /// The variables with their values.
    pub(super) fn variables(self) -> Vec<(String, String)> {
        let start = self.config.unwrap_or_default();
        let variables = start.env.into_iter().flatten().map(|variable| {
            let (name, value) = variable.split_once('=').unwrap_or((&variable, ""));
            (name.to_owned(), value.to_owned())
        });
        variables.collect()
    }

    /// The facts of an image, of which this is the text and these are the layers.
    pub(super) fn facts(self, text: &[u8], layers: Vec<Layer>) -> ImageFacts {
        let start = self.config.unwrap_or_default();
        let names = start.env.iter().flatten().map(|variable| {
            let (name, _) = variable.split_once('=').unwrap_or((variable, ""));
            name.to_owned()
        });
        let exposed = start.exposed_ports.iter().flatten();
        let ports = tcp_ports(exposed.map(|(port, _)| port.as_str()));
        ImageFacts {
            id: sha256_of(text),
            architecture: architecture(&self.platform.architecture).to_owned(),
            os: self.platform.os,
            env: names.collect(),
            ports,
            entrypoint: start.entrypoint.unwrap_or_default(),
            command: start.cmd.unwrap_or_default(),
            user: start.user.filter(|user| !user.is_empty()),
            working_dir: start
                .working_dir
                .filter(|folder| !folder.as_os_str().is_empty()),
            bytes: layers.iter().map(|layer| layer.bytes).sum(),
            layers,
        }
    }
}

/// The TCP ports among those that an image exposes (`80/tcp`), in order.
pub(crate) fn tcp_ports<'a>(exposed: impl Iterator<Item = &'a str>) -> Vec<u16> {
    let number = |port: &str| {
        let (number, protocol) = port.split_once('/').unwrap_or((port, "tcp"));
        number.parse().ok().filter(|_| protocol == "tcp")
    };
    // In the order of numbers, and not of their texts.
    let ports: BTreeSet<u16> = exposed.filter_map(number).collect();
    ports.into_iter().collect()
}

/// What `std::env::consts::ARCH` calls an architecture that Go names; the same word for any other.
pub(super) fn architecture(name: &str) -> &str {
    match name {
        "amd64" => "x86_64",
        "386" => "x86",
        "arm64" => "aarch64",
        "ppc64" | "ppc64le" => "powerpc64",
        "loong64" => "loongarch64",
        other => other,
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.os, self.architecture)
    }
}
