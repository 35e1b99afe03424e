//! Images that the lab writes itself: the archive of an OCI layout around one file, as `docker
//! save` and `ctr image export` write it, so that containerd takes it with no builder.
//!
//! The same bytes for the same file: no time and no name of this machine is in it.

use std::fs;
use std::io;
use std::path::Path;

use labrun_record::Artifact;
use serde_json::{Value, json};

use super::store::{Store, replace};
use crate::digest::{sha256, sha256_of};
use crate::isolation::Inside;

/// Writes the image around `artifact` into the store, unless it is there; `architecture` is what images
/// call that of a binary.
pub(super) fn pack(
    store: &Store,
    artifact: &Artifact,
    inside: Inside,
    architecture: &str,
) -> io::Result<Artifact> {
    let name = &artifact.workload;
    let archive = archive(name, &fs::read(&artifact.path)?, (inside, architecture))?;
    let digest = sha256_of(&archive);
    let path = store.path(&format!("images/{name}/{digest:.12}/image.tar"));
    // One that was damaged since is written again.
    if !sha256(&path).is_ok_and(|found| found == digest) {
        replace(&path, |beside| fs::write(beside, &archive))?;
    }
    Ok(Artifact {
        triple: format!("oci:{name}-{digest:.12}"),
        path,
        sha256: digest,
        bytes: archive.len() as u64,
        ..artifact.clone()
    })
}

/// The archive of an image around a file; `name` is what `ctr image import` and `docker load`
/// call it.
fn archive(name: &str, file: &[u8], (inside, of): (Inside, &str)) -> io::Result<Vec<u8>> {
    let (program, os, architecture) = match inside {
        Inside::Binary => ("workload", "linux", of),
        Inside::Module => ("workload.wasm", "wasip1", "wasm"),
    };
    let layer = tar(&[(program, file.to_vec())], 0o755)?;
    let layer_id = format!("sha256:{}", sha256_of(&layer));
    let config = json!({
        "architecture": architecture,
        "os": os,
        "config": {"Entrypoint": [format!("/{program}")]},
        "rootfs": {"type": "layers", "diff_ids": [layer_id]},
    });
    let config = config.to_string().into_bytes();
    let tag = format!("labrun/{name}:archive");
    layout(&tag, (architecture, os), &config, &[layer])
}

/// The archive of an OCI layout with one image, its layers uncompressed, the lowest first; `tag`
/// is what it is called where it is taken.
pub(crate) fn layout(
    tag: &str,
    (architecture, os): (&str, &str),
    config: &[u8],
    layers: &[Vec<u8>],
) -> io::Result<Vec<u8>> {
    let layer = |layer: &Vec<u8>| described("application/vnd.oci.image.layer.v1.tar", layer);
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": described("application/vnd.oci.image.config.v1+json", config),
        "layers": layers.iter().map(layer).collect::<Vec<_>>(),
    });
    let manifest = manifest.to_string().into_bytes();
    let mut index = described("application/vnd.oci.image.manifest.v1+json", &manifest);
    index["annotations"] = json!({"io.containerd.image.name": tag});
    index["platform"] = json!({"architecture": architecture, "os": os});
    let index = json!({"schemaVersion": 2, "manifests": [index]});
    // What Docker reads, which knows no index.
    let names: Vec<String> = layers.iter().map(|layer| blob(layer)).collect();
    let of_docker = json!([{"Config": blob(config), "RepoTags": [tag], "Layers": names}]);
    let mut files = vec![
        (
            "oci-layout".to_owned(),
            br#"{"imageLayoutVersion":"1.0.0"}"#.to_vec(),
        ),
        ("index.json".to_owned(), index.to_string().into_bytes()),
        (
            "manifest.json".to_owned(),
            of_docker.to_string().into_bytes(),
        ),
        (blob(&manifest), manifest),
        (blob(config), config.to_vec()),
    ];
    files.extend(layers.iter().map(|layer| (blob(layer), layer.clone())));
    tar(&files, 0o644)
}

fn described(media_type: &str, bytes: &[u8]) -> Value {
    let digest = format!("sha256:{}", sha256_of(bytes));
    json!({"mediaType": media_type, "digest": digest, "size": bytes.len()})
}

fn blob(bytes: &[u8]) -> String {
    format!("blobs/sha256/{}", sha256_of(bytes))
}

fn tar(files: &[(impl AsRef<Path>, Vec<u8>)], mode: u32) -> io::Result<Vec<u8>> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(mode);
        archive.append_data(&mut header, name.as_ref(), bytes.as_slice())?;
    }
    archive.into_inner()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::size::read_saved;

    #[test]
    fn an_archive_is_read_as_what_docker_saves() {
        for inside in [Inside::Binary, Inside::Module] {
            let archive = archive("add", b"a program", (inside, "arm64")).expect("packs");
            assert_eq!(
                archive,
                self::archive("add", b"a program", (inside, "arm64")).expect("packs")
            );
            let saved = read_saved(archive.as_slice()).expect("reads");
            assert_eq!(saved.layers.len(), 1);
            // A header, a block of content, and two blocks of zeros.
            assert_eq!(saved.layers[0].bytes, 4 * 512);
        }
    }

    #[test]
    fn the_layer_holds_the_program_and_nothing_else() {
        let layer = tar(&[("workload", b"a program".to_vec())], 0o755).expect("packs");
        let mut read = ::tar::Archive::new(layer.as_slice());
        let entries: Vec<_> = read
            .entries()
            .expect("entries")
            .map(|entry| {
                let entry = entry.expect("an entry");
                let mode = entry.header().mode().expect("a mode");
                (entry.path().expect("a path").into_owned(), mode)
            })
            .collect();
        assert_eq!(entries, [("workload".into(), 0o755)]);
    }
}
