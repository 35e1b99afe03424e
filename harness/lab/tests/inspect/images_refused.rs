//! Archives and folders that are no image, or not the one that they say they are.

use std::fs::{self, OpenOptions};

use lab::inspect::{WhyNoImage, image_archive};
use serde_json::{Value, json};

use crate::packed::{
    Files, blob, config, digest, gzip, image, layers, layout, saved, tar, text, unpack,
};
use crate::support::{file, folder};

/// What is said of files as a tar and as a folder.
fn refusal(files: &Files) -> String {
    let folder = folder();
    let path = file(&folder, "image.tar", tar(files));
    let said = image_archive(&path)
        .expect_err("is refused as a tar")
        .to_string();
    let said = said.replace(&path.display().to_string(), "it");
    let path = unpack(files, &folder.path().join("image"));
    let unpacked = image_archive(&path)
        .expect_err("is refused as a folder")
        .to_string();
    assert_eq!(unpacked.replace(&path.display().to_string(), "it"), said);
    said
}

/// What is said of a layout in which one file is another.
fn with(change: impl Fn(&mut Files)) -> String {
    let layers = layers();
    let (files, listed) = image(&config(&layers), &layers);
    let mut files = layout(files, &[listed]);
    change(&mut files);
    refusal(&files)
}

fn replace(files: &mut Files, name: &str, bytes: &[u8]) {
    let found = files.iter_mut().find(|(other, _)| other == name);
    bytes.clone_into(&mut found.expect("is there").1);
}

#[test]
fn what_has_another_digest_is_refused() {
    let layers = layers();
    let name = blob(&layers[1]);
    let said = format!(
        "it is damaged: {name} has another digest than it should have; copy it again, or write it \
         again"
    );
    assert_eq!(with(|files| replace(files, &name, b"another")), said);
    // What is not even gzip any more is told by its digest as well.
    assert_eq!(
        with(|files| replace(files, &name, b"\x1f\x8b\x08 is damaged")),
        said
    );
    let name = blob(&text(&config(&layers)));
    let said = with(|files| replace(files, &name, b"{}"));
    assert!(
        said.contains(&format!("{name} has another digest")),
        "{said}"
    );
    // The file is the right one, and is not the layer of the configuration.
    let other = config(&[layers[1].clone(), layers[0].clone()]);
    let (files, listed) = image(&other, &layers);
    let said = refusal(&layout(files, &[listed]));
    assert!(said.contains("has another digest"), "{said}");
    let mut old = saved(&config(&layers), &layers, &["a:1"]);
    replace(&mut old, "1/layer.tar", &layers[0]);
    assert!(refusal(&old).contains("1/layer.tar has another digest"));
    let mut old = saved(&config(&layers), &layers, &["a:1"]);
    let name = old[1].0.clone();
    replace(&mut old, &name, &text(&config(&layers[..1])));
    assert!(refusal(&old).contains(&format!("{name} has another digest")));
}

#[test]
fn what_leads_out_of_it_is_refused() {
    let layers = layers();
    for name in ["../../etc/passwd", "/etc/passwd", "a/../../../etc/passwd"] {
        for field in ["Config", "Layers"] {
            let mut files = saved(&config(&layers), &layers, &["a:1"]);
            let mut list: Value = serde_json::from_slice(&files[0].1).expect("JSON");
            match field {
                "Config" => list[0]["Config"] = name.into(),
                _ => list[0]["Layers"][1] = name.into(),
            }
            files[0].1 = text(&list);
            let said = format!("it is refused: it names {name}, which is not inside it");
            assert_eq!(refusal(&files), said);
        }
    }
    for digest in ["sha256:../../../../etc/passwd", "md5:00", "sha256:00", ""] {
        let said = with(|files| {
            let list = json!({"manifests": [{"digest": digest}]});
            replace(files, "index.json", &text(&list));
        });
        assert_eq!(
            said,
            format!(
                "it is damaged: {digest} is no SHA-256 digest; copy it again, or write it again"
            )
            .replace("damaged:  is", "damaged: is")
        );
    }
}

#[test]
fn a_link_that_leads_out_or_nowhere_is_no_file() {
    let layers = layers();
    let config = config(&layers[..1]);
    for (to, said) in [
        ("../../etc/passwd", "0/layer.tar is not in it"),
        ("/etc/passwd", "0/layer.tar is not in it"),
        ("layer.tar", "0/layer.tar is a link that leads nowhere"),
    ] {
        let files = saved(&config, &layers[..1], &["a:1"]);
        let mut builder = tar::Builder::new(Vec::new());
        for (name, bytes) in &files[..2] {
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
            .append_link(&mut link, "0/layer.tar", to)
            .expect("packs");
        let folder = folder();
        let path = file(&folder, "image.tar", builder.into_inner().expect("packs"));
        let refused = image_archive(&path).expect_err("is refused").to_string();
        assert!(refused.contains(said), "{refused}");
    }
}

#[test]
fn several_images_are_named_by_their_tags() {
    let layers = layers();
    let mut both = Vec::new();
    let mut lists = Vec::new();
    for (tags, layers) in [
        (&["my/app:1.2", "my/app:1"][..], &layers[..]),
        (&["other:9"], &layers[..1]),
    ] {
        let mut files = saved(&config(layers), layers, tags);
        let list: Vec<Value> = serde_json::from_slice(&files.remove(0).1).expect("JSON");
        lists.extend(list);
        both.extend(files);
    }
    both.push(("manifest.json".to_owned(), text(&Value::Array(lists))));
    let folder = folder();
    let path = file(&folder, "image.tar", tar(&both));
    let refused = image_archive(&path).expect_err("holds two");
    let WhyNoImage::Several { names } = &refused.why else {
        panic!("{refused}");
    };
    let mut names = names.clone();
    names.sort();
    assert_eq!(names, ["my/app:1.2", "other:9"]);
    let said = refused.to_string();
    assert!(said.contains(" holds 2 images: "), "{said}");
    assert!(
        said.ends_with("; write one of them alone: docker save NAME -o FILE"),
        "{said}"
    );

    let (mut files, mut first) = image(&config(&layers), &layers);
    let (others, mut second) = image(&config(&layers[..1]), &layers[..1]);
    first["annotations"] = json!({"org.opencontainers.image.ref.name": "1.2"});
    second["platform"] = json!({"architecture": "amd64", "os": "linux"});
    if std::env::consts::ARCH != "x86_64" {
        second["platform"] = json!({"architecture": std::env::consts::ARCH, "os": "linux"});
    }
    files.extend(others);
    let said = refusal(&layout(files, &[first, second]));
    assert!(said.contains("holds 2 images: "), "{said}");
    assert!(said.contains("1.2") && said.contains("(linux/"), "{said}");
}

#[test]
fn what_is_not_whole_says_what_is_missing() {
    let layers = layers();
    let name = blob(&layers[1]);
    let said = with(|files| files.retain(|(other, _)| *other != name));
    let missing =
        format!("it is not whole: {name} is not in it; write it again: docker save NAME -o FILE");
    assert_eq!(said, missing);
    let manifest = image(&config(&layers), &layers).0[0].0.clone();
    let said = with(|files| files.retain(|(other, _)| *other != manifest));
    assert!(said.contains(&manifest), "{said}");
    let mut files = saved(&config(&layers), &layers, &["a:1"]);
    files.pop();
    assert!(refusal(&files).contains("1/layer.tar is not in it"));
    files.remove(1);
    assert!(refusal(&files).contains(".json is not in it"));
}

#[test]
fn what_is_no_image_says_what_it_is() {
    let layers = layers();
    let whole = tar(&saved(&config(&layers), &layers, &["a:1"]));
    let folder = folder();
    for (bytes, said) in [
        (
            gzip(&whole),
            "it is a file compressed by gzip; an image's archive is read as it is: unpack",
        ),
        (
            fs::read("/bin/true").expect("reads it"),
            "it is a native program, and no image; give an",
        ),
        (
            b"\0asm\x01\0\0\0".to_vec(),
            "it is a WebAssembly module or component, and no image",
        ),
        (
            b"FROM scratch\n".to_vec(),
            "it is text (`FROM scratch`), and no image",
        ),
        (Vec::new(), "it is empty, and no image"),
        (
            layers[0].clone(),
            "it holds no image: it has neither a manifest.json nor an index.json",
        ),
        (whole[..600].to_vec(), "it is cut off"),
    ] {
        let path = file(&folder, "given", bytes);
        let refused = image_archive(&path).expect_err("is no image").to_string();
        let refused = refused.replace(&path.display().to_string(), "it");
        assert!(refused.starts_with(said), "{refused}");
    }
    let empty = image_archive(folder.path())
        .expect_err("is no image")
        .to_string();
    assert!(empty.contains("holds no image: it has neither"), "{empty}");
}

#[test]
fn lists_and_configurations_that_are_none_are_refused() {
    let with_list = |list: Value| with(|files| replace(files, "index.json", &text(&list)));
    for (said, expected) in [
        (
            with(|files| replace(files, "index.json", b"[")),
            "index.json: ",
        ),
        (
            with(|files| replace(files, "index.json", b"{}")),
            "lists no image that can be run",
        ),
        (
            with_list(json!({"manifests": []})),
            "lists no image that can be run",
        ),
        (
            with(|files| files.push(("manifest.json".into(), b"[]".to_vec()))),
            "lists no image",
        ),
        (
            with(|files| files.push(("manifest.json".into(), b"{}".to_vec()))),
            "manifest.json: ",
        ),
        (
            with(|files| files.push(("manifest.json".into(), vec![b' '; 5 << 20]))),
            "manifest.json has 5242880 bytes, and is read up to 4194304",
        ),
        (
            with(|files| {
                files.push((blob(b"[1]"), b"[1]".to_vec()));
                let list = json!({"manifests": [{"digest": format!("sha256:{}", digest(b"[1]"))}]});
                replace(files, "index.json", &text(&list));
            }),
            "is damaged: sha256:",
        ),
    ] {
        assert!(said.contains(expected), "{said}");
    }
    let layers = layers();
    for (config, expected) in [
        (json!({}), "its configuration: missing field"),
        (json!({"architecture": 1}), "its configuration: "),
        (
            config(&layers[..1]),
            "its manifest names 2 layers, and its configuration 1",
        ),
    ] {
        let said = refusal(&saved(&config, &layers, &["a:1"]));
        assert!(said.contains(expected), "{said}");
    }
}

#[test]
fn lists_in_lists_end() {
    // Each is in the next one, ten deep; the outermost is in the list.
    let (mut files, mut listed) = image(&config(&layers()), &layers());
    for _ in 0..10 {
        let list = text(&json!({"manifests": [listed, listed]}));
        listed = json!({"digest": format!("sha256:{}", digest(&list))});
        files.push((blob(&list), list));
    }
    let said = refusal(&layout(files, &[listed]));
    assert!(
        said.contains("its lists stand too deep in each other"),
        "{said}"
    );
}

#[test]
fn an_archive_is_cut_wherever_it_ends_too_early() {
    let layers = layers();
    let whole = tar(&saved(&config(&layers), &layers, &["a:1"]));
    let folder = folder();
    let path = file(&folder, "image.tar", &whole);
    image_archive(&path).expect("is whole");
    // Two blocks of zeros end it, and the last file fills its blocks.
    let end = whole.len() - 1024;
    let cut = OpenOptions::new()
        .write(true)
        .open(&path)
        .expect("opens it");
    for length in (0..end)
        .rev()
        .filter(|length| length % 512 < 2 || length % 97 == 0)
    {
        cut.set_len(length as u64).expect("cuts it");
        let refused = image_archive(&path).expect_err("is cut");
        assert!(!refused.to_string().is_empty());
    }
}

#[test]
fn what_is_said_of_it_is_safe_to_show() {
    let layers = layers();
    let mut files = saved(&config(&layers), &layers, &["a:1"]);
    let name = format!("\u{1b}[2J\u{202e}{}", "n".repeat(300));
    let list = json!([{"Config": name, "RepoTags": null, "Layers": []}]);
    files[0].1 = text(&list);
    let said = refusal(&files);
    assert!(!said.contains(['\u{1b}', '\u{202e}']), "{said}");
    assert!(said.len() < 300, "{said}");
}
