//! An image that is open: what it says of itself, its configuration as it is, and its layers as tars,
//! each of which can be read again.

use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

use serde_json::{Value, json};

use super::config::Configuration;
use super::files::Files;
use super::layer::unpacked;
use super::refused::{NoImage, WhyNoImage};
use super::{Found, ImageFacts, docker, layer, oci};
use crate::digest::sha256_of;

/// An image, of which every digest was checked when it was opened.
pub struct OpenImage {
    files: Files,
    found: Found,
    /// What it says of itself.
    pub facts: ImageFacts,
}

impl OpenImage {
    /// Opens the one image of an OCI layout, or of what `docker save` wrote, and reads all of it once.
    pub fn at(path: &Path) -> Result<Self, NoImage> {
        Self::read(path).map_err(|why| NoImage {
            path: path.to_owned(),
            why,
        })
    }

    fn read(path: &Path) -> Result<Self, WhyNoImage> {
        let files = Files::open(path)?;
        // `docker load` reads this one where both are there.
        let found = match docker::find(&files)? {
            Some(found) => found,
            None => oci::find(&files)?.ok_or(WhyNoImage::NoList)?,
        };
        let configuration = Configuration::parse(&found.config)?;
        let layers = layer::all(&files, &found.layers, &configuration.rootfs.diff_ids)?;
        let facts = configuration.facts(&found.config, layers);
        Ok(Self {
            files,
            found,
            facts,
        })
    }

    /// Its configuration, byte for byte.
    pub fn config(&self) -> &[u8] {
        &self.found.config
    }

    /// The tar of one of its layers, counted from the lowest.
    pub fn layer(&self, number: usize) -> io::Result<Box<dyn Read + '_>> {
        let part = self.found.layers.get(number);
        let part = part.ok_or_else(|| io::Error::other("it has no such layer"))?;
        let gone = || io::Error::other(format!("{} is not in it any more", part.name));
        let opened = self.files.find(&part.name);
        let opened = opened.map_err(|why| io::Error::other(why.to_string()))?;
        unpacked(opened.ok_or_else(gone)?.0)
    }

    /// Writes it as one archive that Docker loads under the name `tag` and containerd imports: the very
    /// configuration, and the layers as plain tars. The same image gives the same bytes, however it was
    /// kept before; none of it is held in memory but its configuration.
    pub fn write(&self, tag: &str, to: impl Write) -> io::Result<()> {
        let described = |kind: &str, sha256: &str, size: u64| {
            let media_type = format!("application/vnd.oci.image.{kind}");
            json!({"mediaType": media_type, "digest": format!("sha256:{sha256}"), "size": size})
        };
        let of_config = |bytes: &[u8]| {
            let size = bytes.len() as u64;
            described("config.v1+json", &sha256_of(bytes), size)
        };
        let layers = self.facts.layers.iter();
        let layers = layers.map(|layer| described("layer.v1.tar", &layer.sha256, layer.bytes));
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": of_config(self.config()),
            "layers": layers.collect::<Vec<_>>(),
        });
        let manifest = manifest.to_string().into_bytes();
        let size = manifest.len() as u64;
        let mut index = described("manifest.v1+json", &sha256_of(&manifest), size);
        index["annotations"] = json!({"io.containerd.image.name": tag});
        let config: Value = serde_json::from_slice(self.config())?;
        index["platform"] = json!({"architecture": config["architecture"], "os": config["os"]});
        let index = json!({"schemaVersion": 2, "manifests": [index]});
        let blob = |sha256: &str| format!("blobs/sha256/{sha256}");
        // What Docker reads, which knows no index.
        let names = self.facts.layers.iter().map(|layer| blob(&layer.sha256));
        let of_docker = json!([{
            "Config": blob(&self.facts.id), "RepoTags": [tag], "Layers": names.collect::<Vec<_>>(),
        }]);
        let mut tar = tar::Builder::new(BufWriter::with_capacity(1 << 20, to));
        append(&mut tar, "oci-layout", br#"{"imageLayoutVersion":"1.0.0"}"#)?;
        append(&mut tar, "index.json", index.to_string().as_bytes())?;
        append(&mut tar, "manifest.json", of_docker.to_string().as_bytes())?;
        append(&mut tar, &blob(&sha256_of(&manifest)), &manifest)?;
        append(&mut tar, &blob(&self.facts.id), self.config())?;
        for (number, layer) in self.facts.layers.iter().enumerate() {
            // An image may hold a layer twice, and a blob is there once.
            let before = &self.facts.layers[..number];
            if !before.iter().any(|other| other.sha256 == layer.sha256) {
                let mut header = header(layer.bytes);
                let content = self.layer(number)?;
                tar.append_data(&mut header, blob(&layer.sha256), content)?;
            }
        }
        tar.into_inner()?.flush()
    }
}

fn append(tar: &mut tar::Builder<impl Write>, name: &str, bytes: &[u8]) -> io::Result<()> {
    tar.append_data(&mut header(bytes.len() as u64), name, bytes)
}

/// No time and no name of this machine is in it.
fn header(bytes: u64) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes);
    header.set_mode(0o644);
    header
}
