//! The layers in what `docker save` writes, read as a stream: nothing is kept but counts.
//!
//! Two layouts are in use: `<id>/layer.tar` (Docker before 25) and `blobs/sha256/<digest>`
//! (OCI, since 25). Both have `manifest.json`, which names the image's configuration; that
//! lists the digests of the uncompressed layers in order. A layer is found by its digest, so
//! no name in the archive matters, and a damaged layer is not counted.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::path::Path;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::gzip::{Count, counter};
use crate::inspect::unpacked;
use crate::outcome::Failure;

/// The level of gzip that `docker push` uses: what a registry stores, and a pull transfers.
pub const LAYER_GZIP_LEVEL: u32 = 6;

/// Longest file of JSON in an archive; a layer that begins like JSON is longer or of no use.
const JSON_LIMIT: u64 = 4 * 1024 * 1024;

/// A layer of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// SHA-256 of its uncompressed tar, 64 hex digits: what Docker calls its diff id.
    pub sha256: String,
    /// Bytes of its tar.
    pub bytes: u64,
    /// Bytes of its tar as gzip, at [`LAYER_GZIP_LEVEL`].
    pub gzip_bytes: u64,
}

/// An image as it was saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// Its layers, the lowest first.
    pub layers: Vec<Layer>,
    /// Bytes of its configuration, which a pull transfers as well.
    pub config_bytes: u64,
}

/// What a file in the archive is.
enum File {
    Json(Vec<u8>),
    Layer(Layer),
}

/// Reads an archive that `docker save` wrote, of one image.
pub fn read_saved(archive: impl Read) -> io::Result<Saved> {
    let (mut json, mut layers) = (HashMap::new(), HashMap::new());
    for entry in tar::Archive::new(archive).entries()? {
        let entry = entry?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let name = entry.path()?.display().to_string();
        let bytes = entry.size();
        match read_file(entry, bytes)? {
            File::Json(text) => drop(json.insert(name, text)),
            File::Layer(layer) => drop(layers.insert(layer.sha256.clone(), layer)),
        }
    }
    let manifest = parse(&json, "manifest.json")?;
    let config = manifest
        .pointer("/0/Config")
        .and_then(Value::as_str)
        .filter(|_| manifest.pointer("/1").is_none())
        .ok_or_else(|| malformed("its manifest.json does not name one image"))?;
    let config_bytes = json.get(config).map_or(0, |text| text.len() as u64);
    let ids = parse(&json, config)?;
    let ids = ids
        .pointer("/rootfs/diff_ids")
        .and_then(Value::as_array)
        .ok_or_else(|| malformed("the image's configuration lists no layers"))?;
    let layers = ids.iter().map(|id| {
        let id = id.as_str().unwrap_or_default();
        let layer = layers.get(id.trim_start_matches("sha256:"));
        layer
            .cloned()
            .ok_or_else(|| malformed(&format!("layer {id} is not in it")))
    });
    Ok(Saved {
        layers: layers.collect::<io::Result<_>>()?,
        config_bytes,
    })
}

fn read_file(mut file: impl Read, bytes: u64) -> io::Result<File> {
    let mut magic = Vec::with_capacity(1);
    file.by_ref().take(1).read_to_end(&mut magic)?;
    let mut whole = (&magic[..]).chain(file);
    Ok(match magic[..] {
        [b'{' | b'[', ..] if bytes <= JSON_LIMIT => {
            let mut text = Vec::new();
            whole.read_to_end(&mut text)?;
            File::Json(text)
        }
        _ => File::Layer(count(unpacked(whole)?)?),
    })
}

/// The one layer that `Dockerfile.baseline` makes of a binary on `scratch`: a tar of it.
pub fn binary_layer(binary: &Path) -> Result<Layer, Failure> {
    let unreadable = |error| super::unreadable(binary, &error);
    let mut tar = tar::Builder::new(Vec::new());
    tar.append_path_with_name(binary, "workload")
        .map_err(unreadable)?;
    let tar = tar.into_inner().map_err(unreadable)?;
    count(&tar[..]).map_err(unreadable)
}

/// Digest and sizes of a layer's tar.
fn count(mut tar: impl Read) -> io::Result<Layer> {
    let (mut hash, mut plain, mut gzip) = (Sha256::new(), Count(0), counter(LAYER_GZIP_LEVEL));
    let mut piece = vec![0; 256 * 1024];
    loop {
        let read = tar.read(&mut piece)?;
        if read == 0 {
            break;
        }
        let piece = &piece[..read];
        hash.update(piece);
        plain.write_all(piece)?;
        gzip.write_all(piece)?;
    }
    let digest = hash.finalize();
    Ok(Layer {
        sha256: format!("{digest:x}"),
        bytes: plain.0,
        gzip_bytes: gzip.finish()?.0,
    })
}

fn parse(json: &HashMap<String, Vec<u8>>, name: &str) -> io::Result<Value> {
    let text = json
        .get(name)
        .ok_or_else(|| malformed(&format!("it has no {name}")))?;
    serde_json::from_slice(text).map_err(|error| malformed(&format!("{name}: {error}")))
}

fn malformed(why: &str) -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        format!("the saved image cannot be read: {why}"),
    )
}
