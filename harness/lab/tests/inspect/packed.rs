//! Images as builders write them, for the tests: an OCI layout, and both kinds of `docker save`.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use structured_zstd::encoding::{CompressionLevel, compress_to_vec};

/// Files by name, in the order in which they are packed.
pub(crate) type Files = Vec<(String, Vec<u8>)>;

pub(crate) fn digest(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

pub(crate) fn blob(bytes: &[u8]) -> String {
    format!("blobs/sha256/{}", digest(bytes))
}

/// A tar of files.
pub(crate) fn tar(files: &Files) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, name, &bytes[..])
            .expect("packs");
    }
    tar.into_inner().expect("packs")
}

/// Writes files into a folder.
pub(crate) fn unpack(files: &Files, folder: &Path) -> PathBuf {
    for (name, bytes) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("makes it");
        fs::write(path, bytes).expect("writes it");
    }
    folder.to_owned()
}

/// The tars of two layers.
pub(crate) fn layers() -> [Vec<u8>; 2] {
    let file = |name: &str, bytes: &[u8]| tar(&vec![(name.to_owned(), bytes.to_vec())]);
    [file("base", &vec![7; 10_000]), file("app", b"a program")]
}

/// The configuration of an image of these layers.
pub(crate) fn config(layers: &[Vec<u8>]) -> Value {
    let ids: Vec<_> = layers
        .iter()
        .map(|layer| format!("sha256:{}", digest(layer)))
        .collect();
    json!({
        "architecture": "amd64",
        "os": "linux",
        "config": {
            "Entrypoint": ["/app", "--serve"],
            "Cmd": ["--fast"],
            "Env": ["PATH=/bin", "TOKEN=a=secret", "EMPTY"],
            "User": "1000:1000",
            "WorkingDir": "/srv",
            "ExposedPorts": {"8080/tcp": {}, "443/tcp": {}, "53/udp": {}, "90": {}},
        },
        "rootfs": {"type": "layers", "diff_ids": ids},
        "history": [{"created_by": "a builder"}],
    })
}

pub(crate) fn text(value: &Value) -> Vec<u8> {
    value.to_string().into_bytes()
}

pub(crate) fn described(kind: &str, bytes: &[u8]) -> Value {
    let kind = format!("application/vnd.oci.image.{kind}");
    json!({"mediaType": kind, "digest": format!("sha256:{}", digest(bytes)), "size": bytes.len()})
}

/// An image in an OCI layout: its blobs, and what its list says of it.
pub(crate) fn image(config: &Value, kept: &[Vec<u8>]) -> (Files, Value) {
    let config = text(config);
    let layers: Vec<_> = kept
        .iter()
        .map(|layer| described("layer.v1.tar+gzip", layer))
        .collect();
    let manifest = text(&json!({
        "schemaVersion": 2,
        "config": described("config.v1+json", &config),
        "layers": layers,
    }));
    let listed = described("manifest.v1+json", &manifest);
    let mut files = vec![(blob(&manifest), manifest), (blob(&config), config)];
    files.extend(kept.iter().map(|layer| (blob(layer), layer.clone())));
    (files, listed)
}

/// The layout around images.
pub(crate) fn layout(images: Files, listed: &[Value]) -> Files {
    let index = text(&json!({"schemaVersion": 2, "manifests": listed}));
    let head = [
        (
            "oci-layout".to_owned(),
            br#"{"imageLayoutVersion":"1.0.0"}"#.to_vec(),
        ),
        ("index.json".to_owned(), index),
    ];
    head.into_iter().chain(images).collect()
}

/// What Docker before 25 saved.
pub(crate) fn saved(config: &Value, layers: &[Vec<u8>], tags: &[&str]) -> Files {
    let config = text(config);
    let name = format!("{}.json", digest(&config));
    let names: Vec<_> = (0..layers.len())
        .map(|at| format!("{at}/layer.tar"))
        .collect();
    let list = text(&json!([{"Config": name, "RepoTags": tags, "Layers": names}]));
    let mut files = vec![("manifest.json".to_owned(), list), (name, config)];
    files.extend(names.into_iter().zip(layers.iter().cloned()));
    files
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(6));
    encoder.write_all(bytes).expect("compresses");
    encoder.finish().expect("compresses")
}

pub(crate) fn zstd(bytes: &[u8]) -> Vec<u8> {
    compress_to_vec(bytes, CompressionLevel::Fastest)
}
