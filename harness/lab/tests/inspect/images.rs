//! Images in archives of every kind: the same facts, however they are packed.

use std::fs;
use std::os::unix::fs::symlink;

use lab::inspect::{ImageFacts, Layer, image_archive};
use serde_json::{Value, json};

use crate::packed::{
    Files, blob, config, described, digest, gzip, image, layers, layout, saved, tar, text, unpack,
    zstd,
};
use crate::support::{file, folder};

/// What has to be read of the image that all these tests pack.
fn facts() -> ImageFacts {
    let layers = layers();
    let of = |layer: &Vec<u8>| Layer {
        sha256: digest(layer),
        bytes: layer.len() as u64,
    };
    let strings = |list: &[&str]| list.iter().map(|word| (*word).to_owned()).collect();
    ImageFacts {
        id: digest(&text(&config(&layers))),
        architecture: "x86_64".to_owned(),
        os: "linux".to_owned(),
        entrypoint: strings(&["/app", "--serve"]),
        command: strings(&["--fast"]),
        env: strings(&["PATH", "TOKEN", "EMPTY"]),
        user: Some("1000:1000".to_owned()),
        working_dir: Some("/srv".into()),
        ports: vec![90, 443, 8080],
        layers: layers.iter().map(of).collect(),
        bytes: layers.iter().map(|layer| layer.len() as u64).sum(),
    }
}

/// What is read of files, as a tar and as a folder.
fn read(files: &Files) -> ImageFacts {
    let folder = folder();
    let packed = image_archive(&file(&folder, "image.tar", tar(files))).expect("reads the tar");
    let unpacked = image_archive(&unpack(files, &folder.path().join("image")));
    assert_eq!(unpacked.expect("reads the folder"), packed);
    packed
}

#[test]
fn an_oci_layout_with_layers_plain_and_compressed() {
    let layers = layers();
    let compressed = layers.clone().map(|layer| gzip(&layer));
    let mixed = [zstd(&layers[0]), layers[1].clone()];
    for kept in [&layers, &compressed, &mixed] {
        let (files, listed) = image(&config(&layers), kept);
        assert_eq!(read(&layout(files, &[listed])), facts());
    }
}

#[test]
fn what_docker_saved_before_25_and_since() {
    let layers = layers();
    let config = config(&layers);
    assert_eq!(read(&saved(&config, &layers, &["my/app:1.2"])), facts());
    // Since then it is an OCI layout with a list for older ones.
    let (files, listed) = image(&config, &layers);
    let mut both = layout(files, &[listed]);
    let names: Vec<_> = layers.iter().map(|layer| blob(layer)).collect();
    let list = json!([{"Config": blob(&text(&config)), "RepoTags": null, "Layers": names}]);
    both.push(("manifest.json".to_owned(), text(&list)));
    assert_eq!(read(&both), facts());
}

#[test]
fn a_layer_that_is_there_already_is_a_link() {
    let [base, own] = layers();
    let three = [base.clone(), own.clone(), base.clone()];
    let files = saved(&config(&three), &three, &["a:1"]);
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in files.iter().filter(|(name, _)| name != "2/layer.tar") {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        builder
            .append_data(&mut header, name, &bytes[..])
            .expect("packs");
    }
    let mut link = tar::Header::new_gnu();
    link.set_entry_type(tar::EntryType::Symlink);
    link.set_size(0);
    builder
        .append_link(&mut link, "2/layer.tar", "../0/layer.tar")
        .expect("packs");
    let folder = folder();
    let path = file(&folder, "image.tar", builder.into_inner().expect("packs"));
    let facts = image_archive(&path).expect("reads it");
    let found: Vec<_> = facts
        .layers
        .iter()
        .map(|layer| layer.sha256.clone())
        .collect();
    assert_eq!(found, [digest(&base), digest(&own), digest(&base)]);
}

#[test]
fn what_an_image_does_not_say_is_not_there() {
    let layers = layers();
    let ids: Vec<_> = layers
        .iter()
        .map(|layer| format!("sha256:{}", digest(layer)))
        .collect();
    let bare = json!({"architecture": "s390x", "os": "linux", "rootfs": {"diff_ids": ids}});
    let mut nulls = bare.clone();
    nulls["config"] = json!({"Entrypoint": null, "Cmd": null, "Env": null, "User": "",
        "WorkingDir": "", "ExposedPorts": null});
    for config in [bare, nulls] {
        let facts = read(&saved(&config, &layers, &["a:1"]));
        assert_eq!(facts.architecture, "s390x");
        assert_eq!(
            facts.entrypoint.len() + facts.command.len() + facts.env.len(),
            0
        );
        assert_eq!((facts.user, facts.working_dir), (None, None));
        assert!(facts.ports.is_empty());
    }
    // The empty image, `FROM scratch` alone.
    let empty = json!({"architecture": "amd64", "os": "linux", "rootfs": {"diff_ids": []}});
    assert_eq!(read(&saved(&empty, &[], &["a:1"])).bytes, 0);
}

#[test]
fn two_tags_of_one_image_are_one_image() {
    let layers = layers();
    let (files, listed) = image(&config(&layers), &layers);
    let tagged = |tag: &str| {
        let mut listed = listed.clone();
        listed["annotations"] = json!({"io.containerd.image.name": tag});
        listed
    };
    let two = layout(files, &[tagged("my/app:1.2"), tagged("my/app:latest")]);
    assert_eq!(read(&two), facts());
    assert_eq!(
        read(&saved(&config(&layers), &layers, &["a:1", "a:2"])),
        facts()
    );
}

#[test]
fn of_several_platforms_the_one_of_this_machine_is_meant() {
    let layers = layers();
    let here = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    let of = |architecture: &str| {
        let mut config = config(&layers);
        config["architecture"] = architecture.into();
        let (files, mut listed) = image(&config, &layers);
        listed["platform"] = json!({"architecture": architecture, "os": "linux"});
        (files, listed)
    };
    let (mut files, mine) = of(here);
    let (others, other) = of("mips64le");
    // How it was built, and a platform that was not exported.
    let (about, mut attestation) = image(&json!({"about": 1}), &[]);
    attestation["platform"] = json!({"architecture": "unknown", "os": "unknown"});
    let mut absent = described("manifest.v1+json", b"not exported");
    absent["platform"] = json!({"architecture": "riscv64", "os": "linux"});
    files.extend(others);
    files.extend(about);
    let index = text(&json!({"manifests": [other, attestation, absent, mine]}));
    let listed = described("index.v1+json", &index);
    files.push((blob(&index), index));
    let facts = read(&layout(files, &[listed]));
    assert_eq!(facts.architecture, std::env::consts::ARCH);
}

#[test]
fn blobs_may_be_links_into_a_store() {
    let folder = folder();
    let layers = layers();
    let (files, listed) = image(&config(&layers), &layers);
    let path = unpack(&layout(files, &[listed]), &folder.path().join("image"));
    let shared = path.join(blob(&layers[0]));
    fs::rename(&shared, folder.path().join("elsewhere")).expect("moves it");
    symlink(folder.path().join("elsewhere"), &shared).expect("makes a link");
    assert_eq!(image_archive(&path).expect("reads it"), facts());
}

#[test]
fn fields_that_are_not_known_are_passed_over() {
    let layers = layers();
    let mut config = config(&layers);
    config["config"]["Healthcheck"] = json!({"Test": ["CMD"]});
    config["moby.buildkit.buildinfo.v1"] = Value::Null;
    let (files, mut listed) = image(&config, &layers);
    listed["artifactType"] = "of tomorrow".into();
    assert_eq!(
        read(&layout(files, &[listed])).entrypoint,
        facts().entrypoint
    );
}
