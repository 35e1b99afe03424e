//! Files that somebody gives: programs, modules, components, and images in archives.

use std::fs;
use std::path::Path;

use lab::digest::sha256;
use lab::inspect::{Program, image_archive, program};
use serde_json::json;

use crate::corpus::folder;
use crate::feed::feed;

const MODULE: &str = r#"(module
    (import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32)))
    (import "env" "invoke_vi" (func (param v128)))
    (memory (export "memory") 1 2 shared)
    (tag (param i32))
    (table 1 funcref)
    (global (mut i64) (i64.add (i64.const 1) (i64.const 2)))
    (func $start (export "_start") (local i32 v128)
        (block (loop (br_if 1 (local.get 0)) (br_table 0 1 (i32.const 1))))
        (drop (call 0 (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 20)))
        (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1)))
        (return_call $start))
    (elem (i32.const 0) $start)
    (data (i32.const 0) "it runs"))"#;

const COMPONENT: &str = r#"(component
    (import "wasi:io/poll@0.2.3" (instance (export "pollable" (type (sub resource)))))
    (component (import "f" (func (param "a" (list string)) (result (option u8)))))
    (core module $m (memory 1) (func (export "run") (result i32) i32.const 0))
    (core instance $i (instantiate $m))
    (func $run (result (result)) (canon lift (core func $i "run")))
    (instance $out (export "run" (func $run)))
    (export "wasi:cli/run@0.2.3" (instance $out)))"#;

#[test]
fn programs_are_read_or_refused() {
    let folder = folder();
    let path = folder.path().join("given");
    let wasm = [MODULE, COMPONENT].map(|text| wat::parse_str(text).expect("is well formed"));
    let valid = [
        wasm.to_vec(),
        vec![fs::read("/bin/true").expect("reads it")],
    ]
    .concat();
    for bytes in &valid {
        fs::write(&path, bytes).expect("writes a program");
        program(&path).expect("is one");
    }
    feed("programs", 35, valid, |bytes| {
        fs::write(&path, bytes).expect("writes a program");
        match program(&path) {
            Ok(Program::Module(module)) => drop(module.foreign()),
            Ok(_) => {}
            Err(refused) => assert!(!refused.to_string().contains('\n'), "{refused}"),
        }
    });
}

#[test]
fn archives_of_images_are_read_or_refused() {
    let folder = folder();
    let path = folder.path().join("image.tar");
    let valid = vec![saved()];
    fs::write(&path, &valid[0]).expect("writes an archive");
    image_archive(&path).expect("is one");
    feed("images", 15, valid, |bytes| {
        fs::write(&path, bytes).expect("writes an archive");
        if let Err(refused) = image_archive(&path) {
            assert!(!refused.to_string().contains('\n'), "{refused}");
        }
    });
}

/// Lists, manifests and configurations with the right digest around them.
#[test]
fn parts_of_images_are_read_or_refused() {
    let folder = folder();
    let descriptor = json!({
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "digest": format!("sha256:{}", "0".repeat(64)),
        "size": 2,
        "platform": {"architecture": "amd64", "os": "linux"},
        "annotations": {"org.opencontainers.image.ref.name": "1.2"},
    });
    let manifest = json!({"config": descriptor, "layers": [descriptor, descriptor]});
    let valid = [
        json!({"schemaVersion": 2, "manifests": [descriptor, descriptor]}),
        manifest,
        config(&"0".repeat(64)),
        json!([{"Config": "config.json", "RepoTags": ["a:1"], "Layers": ["layer.tar"]}]),
    ];
    let valid = valid.map(|value| value.to_string().into_bytes()).to_vec();
    let path = folder.path();
    let blobs = path.join("blobs/sha256");
    fs::create_dir_all(&blobs).expect("makes folders");
    feed("image-parts", 10, valid, |bytes| {
        let read = || {
            let _ = image_archive(path);
        };
        // The list itself; then a list, a manifest or a configuration that is listed.
        fs::write(path.join("index.json"), bytes).expect("writes a list");
        read();
        let part = blob(&blobs, bytes);
        let digest = format!("sha256:{part}");
        let list = json!({"manifests": [{"digest": digest}]}).to_string();
        fs::write(path.join("index.json"), list).expect("writes a list");
        read();
        let manifest = json!({"config": {"digest": digest}, "layers": []}).to_string();
        let manifest = blob(&blobs, manifest.as_bytes());
        let list = json!({"manifests": [{"digest": format!("sha256:{manifest}")}]}).to_string();
        fs::write(path.join("index.json"), list).expect("writes a list");
        read();
        // Docker's list is read first.
        fs::write(path.join("manifest.json"), bytes).expect("writes a list");
        read();
        for name in ["manifest.json", "index.json"] {
            fs::remove_file(path.join(name)).expect("removes it");
        }
        for name in [part, manifest] {
            fs::remove_file(blobs.join(name)).expect("removes it");
        }
    });
}

/// Writes a file that is called by its digest.
fn blob(folder: &Path, bytes: &[u8]) -> String {
    let path = folder.join("new");
    fs::write(&path, bytes).expect("writes a file");
    let digest = sha256(&path).expect("its digest");
    fs::rename(&path, folder.join(&digest)).expect("names it");
    digest
}

/// What `docker save` writes, with one layer. Its configuration is called by no digest, so that it
/// may be altered.
fn saved() -> Vec<u8> {
    let layer = tar(&[("app", b"a program".to_vec())]);
    let folder = folder();
    let digest = blob(folder.path(), &layer);
    let list = json!([{"Config": "config.json", "RepoTags": ["a:1"], "Layers": ["layer.tar"]}]);
    tar(&[
        ("manifest.json", list.to_string().into_bytes()),
        ("config.json", config(&digest).to_string().into_bytes()),
        ("layer.tar", layer),
    ])
}

fn config(layer: &str) -> serde_json::Value {
    json!({
        "architecture": "amd64",
        "os": "linux",
        "config": {
            "Entrypoint": ["/app"], "Cmd": null, "Env": ["PATH=/bin"], "User": "1000",
            "WorkingDir": "/srv", "ExposedPorts": {"8080/tcp": {}, "53/udp": {}},
        },
        "rootfs": {"type": "layers", "diff_ids": [format!("sha256:{layer}")]},
    })
}

fn tar(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
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
