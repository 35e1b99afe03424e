//! Both layouts of `docker save`, made by hand; archives that a real daemon wrote are in
//! the tests of the Docker isolations.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use lab::size::{LAYER_GZIP_LEVEL, Saved, read_saved};
use sha2::{Digest as _, Sha256};
use structured_zstd::encoding::{CompressionLevel, compress_to_vec};

/// A layer: a tar with one file of this content.
fn layer(content: &[u8]) -> Vec<u8> {
    archive(&[("file", content.to_vec())])
}

fn archive(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
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

fn digest(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

fn gzip(bytes: &[u8], level: u32) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(level));
    encoder.write_all(bytes).expect("compresses");
    encoder.finish().expect("compresses")
}

fn config(layers: &[&[u8]]) -> Vec<u8> {
    let ids: Vec<_> = layers
        .iter()
        .map(|layer| format!("sha256:{}", digest(layer)))
        .collect();
    serde_json::to_vec(&serde_json::json!({"rootfs": {"type": "layers", "diff_ids": ids}}))
        .expect("is written")
}

fn manifest(config: &str) -> Vec<u8> {
    format!(r#"[{{"Config": "{config}", "RepoTags": null, "Layers": []}}]"#).into_bytes()
}

/// Sizes of the layers as they have to be found.
fn expect(saved: &Saved, layers: &[&[u8]], config: &[u8]) {
    let found: Vec<_> = saved
        .layers
        .iter()
        .map(|layer| (layer.sha256.clone(), layer.bytes, layer.gzip_bytes))
        .collect();
    let expected: Vec<_> = layers
        .iter()
        .map(|layer| {
            let compressed = gzip(layer, LAYER_GZIP_LEVEL);
            (digest(layer), layer.len() as u64, compressed.len() as u64)
        })
        .collect();
    assert_eq!(found, expected);
    assert_eq!(saved.config_bytes, config.len() as u64);
}

#[test]
fn the_layout_before_docker_25() {
    let (base, own) = (layer(&vec![7; 100_000]), layer(b"own"));
    // One layer twice, the second time as a link: `docker save` does so.
    let config = config(&[&base, &own, &base]);
    let mut tar = tar::Builder::new(Vec::new());
    for (name, bytes) in [
        // Not in the order of the layers.
        ("2/VERSION", &b"1.0"[..]),
        ("2/json", b"{}"),
        ("2/layer.tar", &own),
        ("1/layer.tar", &base),
        ("image.json", &config),
        ("manifest.json", &manifest("image.json")),
        ("repositories", b"{}"),
    ] {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        tar.append_data(&mut header, name, bytes).expect("packs");
    }
    let mut link = tar::Header::new_gnu();
    link.set_entry_type(tar::EntryType::Symlink);
    link.set_size(0);
    tar.append_link(&mut link, "3/layer.tar", "../1/layer.tar")
        .expect("packs");
    let archive = tar.into_inner().expect("packs");
    let saved = read_saved(&archive[..]).expect("reads");
    expect(&saved, &[&base, &own, &base], &config);
}

#[test]
fn the_oci_layout_since_docker_25_with_layers_plain_and_compressed() {
    let (base, own, top) = (layer(&vec![7; 100_000]), layer(b"own"), layer(b"top"));
    let config = config(&[&base, &own, &top]);
    // As the store kept it: another level than ours, in two members as some builders do.
    let half = own.len() / 2;
    let kept = [gzip(&own[..half], 1), gzip(&own[half..], 1)].concat();
    let zstd = compress_to_vec(&top[..], CompressionLevel::Fastest);
    let name = |bytes: &[u8]| format!("blobs/sha256/{}", digest(bytes));
    let archive = archive(&[
        (&name(&base), base.clone()),
        (&name(&config), config.clone()),
        (&name(&kept), kept.clone()),
        (&name(&zstd), zstd.clone()),
        ("index.json", b"{\"schemaVersion\": 2}".to_vec()),
        ("manifest.json", manifest(&name(&config))),
        (
            "oci-layout",
            b"{\"imageLayoutVersion\": \"1.0.0\"}".to_vec(),
        ),
    ]);
    expect(
        &read_saved(&archive[..]).expect("reads"),
        &[&base, &own, &top],
        &config,
    );
}

#[test]
fn what_is_no_saved_image_says_what_it_lacks() {
    let own = layer(b"own");
    let config = config(&[&own]);
    let good = vec![
        ("1/layer.tar", own.clone()),
        ("image.json", config.clone()),
        ("manifest.json", manifest("image.json")),
    ];
    assert!(read_saved(&archive(&good)[..]).is_ok());
    let with = |at: usize, name: &'static str, bytes: &[u8]| {
        let mut files = good.clone();
        files[at] = (name, bytes.to_vec());
        read_saved(&archive(&files)[..])
            .expect_err("is not whole")
            .to_string()
    };
    let mut damaged = own.clone();
    damaged[600] ^= 1;
    let two = br#"[{"Config": "image.json"}, {"Config": "image.json"}]"#;
    for (error, expected) in [
        (with(0, "1/layer.tar", &damaged), "is not in it"),
        (with(1, "other.json", &config), "it has no image.json"),
        (with(1, "image.json", b"{}"), "lists no layers"),
        (with(2, "other", b"[]"), "it has no manifest.json"),
        (with(2, "manifest.json", b"[{"), "manifest.json: EOF"),
        (with(2, "manifest.json", two), "does not name one image"),
    ] {
        assert!(error.contains(expected), "{error}");
    }
    let whole = archive(&good);
    assert!(read_saved(&whole[..700]).is_err());
    assert!(
        read_saved(&b""[..])
            .expect_err("is empty")
            .to_string()
            .contains("no manifest.json")
    );
}
