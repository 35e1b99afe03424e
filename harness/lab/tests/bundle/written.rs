//! What is written is what is opened, and the same contents are the same bytes.

use std::fs;
use std::path::Path;
use std::process::Command;

use lab::bundle::{BUNDLE_VERSION, BundleError, Contents, check_out};

use crate::support::{FILES, check_small, contents, folder, open, skip, small, tree, write};

#[test]
fn what_is_written_is_what_is_opened() {
    let (around, out) = small();
    let into = folder();
    check_small(&open(&out, into.path()).expect("opens it"));
    // Unpacked, it is a bundle too, and is used where it is.
    let unused = around.path().join("not-there");
    let opened = open(into.path(), &unused).expect("opens the folder");
    assert_eq!(opened.folder(), into.path());
    check_small(&opened);
    assert!(!opened.files().contains_key("none"));
}

#[test]
fn the_same_contents_are_the_same_bytes() {
    let (_around, first) = small();
    let folder = folder();
    let mut again = Contents::new();
    for (at, (name, bytes, executable)) in FILES.iter().enumerate().rev() {
        let path = folder.path().join(at.to_string());
        fs::write(&path, bytes).expect("writes it");
        again.add_file(name, &path, *executable).expect("adds it");
        again
            .add_file(name, &path, *executable)
            .expect("is the same");
    }
    let out = folder.path().join("again.tar.zst");
    let written = write(&again, &out).expect("writes it");
    let bytes = fs::read(&out).expect("reads it");
    assert_eq!(bytes, fs::read(&first).expect("reads it"));
    assert_eq!(written.bytes, bytes.len() as u64);
    assert_eq!((written.files, written.content_bytes), (3, 49));
}

#[test]
fn a_large_file_is_streamed_through() {
    let folder = folder();
    // Longer than any window, and neither random nor all the same.
    let bytes: Vec<u8> = (0..9_000_001_u32)
        .map(|n| ((n / 3 % 251) ^ (n >> 13)) as u8)
        .collect();
    let source = folder.path().join("source");
    fs::write(&source, &bytes).expect("writes it");
    let mut contents = Contents::new();
    contents.add_file("large", &source, false).expect("adds it");
    let out = folder.path().join("large.tar.zst");
    write(&contents, &out).expect("writes it");
    let into = folder.path().join("into");
    fs::create_dir(&into).expect("makes a folder");
    let opened = open(&out, &into).expect("opens it");
    let path = opened.folder().join("large");
    assert!(fs::read(path).expect("reads it") == bytes);
}

#[test]
fn the_usual_tools_read_it_and_write_it() {
    let (around, _) = small();
    let script = "set -e; cd \"$1\"; mkdir out; zstd -q -d -c small.tar.zst > out.tar
        tar -C out -xf out.tar; (cd out; sha256sum -c --quiet bundle.sha256)
        zstd -q -19 -o again.tar.zst out.tar";
    let has = |tool| Command::new(tool).arg("--version").output().is_ok();
    if !has("zstd") || !has("tar") {
        return skip("bundle-tools", "no zstd and tar on PATH");
    }
    let run = Command::new("sh")
        .args(["-c", script, "sh"])
        .arg(around.path())
        .output();
    let run = run.expect("runs");
    assert!(
        run.status.success(),
        "{}",
        String::from_utf8_lossy(&run.stderr)
    );
    check_small(&open(&around.path().join("out"), Path::new("/none")).expect("opens it"));
    let into = folder();
    check_small(&open(&around.path().join("again.tar.zst"), into.path()).expect("opens it"));
    let list = fs::read(into.path().join("bundle.json")).expect("reads it");
    let list: serde_json::Value = serde_json::from_slice(&list).expect("is JSON");
    assert_eq!(list["bundle_version"], BUNDLE_VERSION);
}

#[test]
fn a_name_that_it_cannot_have_is_refused_before_anything_is_written() {
    let around = folder();
    let at = |name: &str| around.path().join(name);
    fs::create_dir(at("folder.tar.zst")).expect("makes a folder");
    for (out, text) in [
        (at("none/b.tar.zst"), "mkdir -p"),
        (at("b.zip"), "ends in .tar.zst"),
        (at(".tar.zst"), "ends in .tar.zst"),
        (at("b.tar.zst/.."), "ends in .tar.zst"),
        ("".into(), "ends in .tar.zst"),
        (at("folder.tar.zst"), "other than a file"),
    ] {
        for error in [
            check_out(&out).expect_err("is refused"),
            write(&contents(), &out).expect_err("is refused"),
        ] {
            assert!(matches!(error, BundleError::Out { .. }));
            assert!(error.to_string().contains(text), "{error}");
        }
    }
    assert_eq!(tree(around.path()).len(), 1);
    check_out(Path::new("b.tar.zst")).expect("is in this folder");
}

#[test]
fn an_error_leaves_what_was_there() {
    let around = folder();
    let out = around.path().join("b.tar.zst");
    fs::write(&out, "of old").expect("writes it");
    let mut missing = contents();
    missing
        .add_file("x", around.path().join("x"), false)
        .expect("adds it");
    let error = write(&missing, &out).expect_err("it is not there");
    assert!(matches!(error, BundleError::Source { .. }), "{error}");
    let mut folder = contents();
    folder.add_file("x", around.path(), false).expect("adds it");
    let error = write(&folder, &out).expect_err("it is a folder");
    assert!(error.to_string().contains("it is not a file"), "{error}");
    let left = tree(around.path());
    assert_eq!(left.len(), 1);
    assert_eq!(left["b.tar.zst"], b"of old");
    write(&contents(), &out).expect("writes it");
    assert_eq!(tree(around.path()).len(), 1);
    check_small(&open(&out, crate::support::folder().path()).expect("opens it"));
}

#[test]
fn a_name_inside_is_checked_when_it_is_added() {
    let mut contents = contents();
    let long = format!("{}/{}", "a".repeat(156), "b".repeat(20));
    for name in ["../x", "/etc/x", "", "a//b", "empty", &long] {
        let error = contents.add_bytes(name, "other", false);
        let error = error.expect_err("is refused");
        assert!(matches!(error, BundleError::Name { .. }), "{error}");
    }
    let deep = format!("{}/{}", "a".repeat(150), "b".repeat(90));
    contents.add_bytes(&deep, "deep", false).expect("has room");
    let folder = folder();
    let out = folder.path().join("b.tar.zst");
    write(&contents, &out).expect("writes it");
    let into = folder.path().join("into");
    fs::create_dir(&into).expect("makes a folder");
    let opened = open(&out, &into).expect("opens it");
    assert!(opened.files().contains_key(&deep) && into.join(&deep).is_file());
    contents.add_bytes("empty/x", "x", false).expect("adds it");
    let error = write(&contents, &out).expect_err("a file is no folder");
    assert!(error.to_string().contains("\"empty\" is a file"), "{error}");
}
