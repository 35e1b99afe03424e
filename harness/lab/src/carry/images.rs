//! Images of a Docker daemon in a bundle: each as an OCI layout with the very configuration and
//! layers that the daemon has, so that it is the same image where it is loaded.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::build::{layout, replace};
use crate::interrupt::Interrupt;
use crate::isolation::docker::DockerHost;
use crate::outcome::Failure;

/// An image that is carried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CarriedImage {
    /// Its name and tag in the daemon.
    pub tag: String,
    /// Its id, 64 hex digits.
    pub sha256: String,
    /// Its path inside the bundle.
    pub path: String,
}

/// Writes an image of the daemon into the store, unless it is there; gives its id and its file.
pub(super) fn save(
    store: &Path,
    tag: &str,
    interrupt: &Interrupt,
) -> Result<(String, PathBuf), Failure> {
    let host = DockerHost::default();
    let image = host.image_that_is_there(tag)?;
    let path = store.join(format!("images/docker/{:.12}/image.tar", image.sha256));
    if !path.is_file() {
        let failed = Failure::cannot("write the image");
        let saved = host.save(tag, interrupt, |saved| read(saved))?;
        let archive = saved.layout(tag).map_err(failed)?;
        replace(&path, |beside| fs::write(beside, archive)).map_err(failed)?;
    }
    Ok((image.sha256, path))
}

/// Has the daemon hold an image, unless it does.
pub(super) fn load(
    folder: &Path,
    image: &CarriedImage,
    interrupt: &Interrupt,
) -> Result<(), Failure> {
    let host = DockerHost::default();
    let is_there = || -> Result<bool, Failure> {
        let found = host.image(&image.tag)?;
        Ok(found.is_some_and(|found| found.sha256 == image.sha256))
    };
    if is_there()? {
        return Ok(());
    }
    host.load(&folder.join(&image.path), interrupt)?;
    if is_there()? {
        return Ok(());
    }
    let tag = &image.tag;
    Err(Failure::failed(format!(
        "the Docker daemon loaded {tag} as another image than the bundle says"
    )))
}

/// What the daemon saved: its configuration, and its layers, the lowest first.
struct Saved {
    config: Vec<u8>,
    layers: Vec<Vec<u8>>,
}

/// Reads what `docker save` writes of one image.
fn read(saved: &mut dyn Read) -> io::Result<Saved> {
    let mut files: BTreeMap<PathBuf, Vec<u8>> = BTreeMap::new();
    let mut archive = tar::Archive::new(saved);
    for entry in archive.entries()? {
        let mut entry = entry?;
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes)?;
        files.insert(entry.path()?.into_owned(), bytes);
    }
    let strange = |what: &str| io::Error::other(format!("what was saved has no {what}"));
    let manifest = files.get(Path::new("manifest.json"));
    let manifest: Value = serde_json::from_slice(manifest.ok_or_else(|| strange("manifest"))?)?;
    let file = |name: &Value| {
        let name = name.as_str().unwrap_or_default();
        let found = files.get(Path::new(name)).filter(|bytes| !bytes.is_empty());
        found.cloned().ok_or_else(|| strange(name))
    };
    let layers = manifest[0]["Layers"].as_array();
    let layers = layers.ok_or_else(|| strange("layers"))?;
    Ok(Saved {
        config: file(&manifest[0]["Config"])?,
        layers: layers.iter().map(file).collect::<io::Result<_>>()?,
    })
}

impl Saved {
    /// The archive of an OCI layout.
    fn layout(&self, tag: &str) -> io::Result<Vec<u8>> {
        let config: Value = serde_json::from_slice(&self.config)?;
        let word = |name: &str| config[name].as_str().unwrap_or_default().to_owned();
        let platform = (word("architecture"), word("os"));
        layout(tag, (&platform.0, &platform.1), &self.config, &self.layers)
    }
}
