//! An image in an archive: an OCI layout, as a folder or as tar, or what `docker save` wrote. Every
//! digest is checked; nothing is unpacked.

mod config;
mod docker;
mod files;
mod kept;
mod layer;
mod oci;
mod opened;
mod refused;
mod start;
mod users;

use std::path::{Path, PathBuf};

use crate::digest::sha256_of;

pub(crate) use config::tcp_ports;
pub use kept::{KeptImage, tag_of};
pub use layer::Layer;
pub(crate) use layer::unpacked;
pub use opened::OpenImage;
pub use refused::{NoImage, WhyNoImage};
pub use start::ImageStart;
pub use users::Ids;

/// What an image says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageFacts {
    /// Its id, as Docker has it: SHA-256 of its configuration, 64 hex digits.
    pub id: String,
    /// What it is for, as `std::env::consts::ARCH` names it: `x86_64` where the image says `amd64`.
    pub architecture: String,
    /// The system that it is for: `linux`.
    pub os: String,
    /// What is started, with its first arguments. Where this and `command` are empty, there is
    /// nothing to start.
    pub entrypoint: Vec<String>,
    /// What follows it, where nothing else is given.
    pub command: Vec<String>,
    /// The names of its variables. Their values may be secrets, and stay where they are.
    pub env: Vec<String>,
    /// As whom it runs, where that is not root: `1000`, `www-data`, `1000:1000`.
    pub user: Option<String>,
    /// The folder that it starts in.
    pub working_dir: Option<PathBuf>,
    /// The TCP ports that it says it listens on, in order.
    pub ports: Vec<u16>,
    /// Its layers, the lowest first.
    pub layers: Vec<Layer>,
    /// Bytes of all layers, unpacked.
    pub bytes: u64,
}

impl ImageFacts {
    /// The names of its layers as they lie upon each other, the lowest first: each is that of all layers
    /// up to it (`ChainID`, OCI image specification, config.md).
    pub fn chain(&self) -> Vec<String> {
        let mut chain: Vec<String> = Vec::with_capacity(self.layers.len());
        for layer in &self.layers {
            let own = format!("sha256:{}", layer.sha256);
            let name = match chain.last() {
                None => own,
                Some(below) => {
                    let digest = sha256_of(format!("{below} {own}").as_bytes());
                    format!("sha256:{digest}")
                }
            };
            chain.push(name);
        }
        chain
    }
}

/// Reads the one image of an OCI layout (a folder, or a tar of it) or of what `docker save` wrote. Of
/// several, the one that is for this machine's architecture is meant; where that leaves more than
/// one, they are named by their tags.
pub fn image_archive(path: &Path) -> Result<ImageFacts, NoImage> {
    OpenImage::at(path).map(|image| image.facts)
}

/// An image that was found, and where its parts are.
struct Found {
    /// Its configuration.
    config: Vec<u8>,
    /// Its layers as they are kept, the lowest first.
    layers: Vec<Part>,
}

/// A file inside, as it is named by another one.
struct Part {
    name: String,
    /// SHA-256 of the file, where its name or a descriptor says one.
    sha256: Option<String>,
}

/// The 64 hex digits of `sha256:...`.
fn hex(digest: &str) -> Result<&str, WhyNoImage> {
    let hex = digest.strip_prefix("sha256:").filter(|hex| is_hex(hex));
    hex.ok_or_else(|| WhyNoImage::damaged(&format!("{digest} is no SHA-256 digest")))
}

fn is_hex(text: &str) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    text.len() == 64 && text.bytes().all(is_digit)
}
