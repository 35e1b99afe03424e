//! A bundle that is cut short, altered, of another version, or something else.

use std::fs;

use lab::bundle::BundleError;
use serde_json::json;

use crate::support::{ByHand, check_small, compress, decompress, folder, open, refused, small};

#[test]
fn one_that_is_cut_short_is_refused_wherever_it_is_cut() {
    let (around, out) = small();
    let whole = fs::read(&out).expect("reads it");
    let cut = around.path().join("cut.tar.zst");
    for length in 0..whole.len() {
        fs::write(&cut, &whole[..length]).expect("writes it");
        let error = refused(&cut, &[]);
        match error {
            BundleError::CutShort { .. } if length >= 4 => {}
            BundleError::NotABundle { .. } if length < 4 => {}
            _ => panic!("cut after {length}: {error}"),
        }
    }
}

#[test]
fn an_archive_that_is_cut_short_inside_is_refused() {
    let (around, out) = small();
    let tar = decompress(&fs::read(&out).expect("reads it"));
    let cut = around.path().join("cut.tar.zst");
    // Without the zeros at the end it has lost nothing.
    for length in 0..tar.len() - 1024 {
        if length % 64 != 0 && length % 512 != 1 {
            continue;
        }
        fs::write(&cut, compress(&tar[..length])).expect("writes it");
        refused(&cut, &["cut.tar.zst"]);
    }
    fs::write(&cut, compress(&tar[..tar.len() - 1024])).expect("writes it");
    check_small(&open(&cut, folder().path()).expect("opens it"));
}

#[test]
fn an_altered_byte_is_seen_wherever_it_is() {
    let (around, out) = small();
    let whole = fs::read(&out).expect("reads it");
    let altered = around.path().join("altered.tar.zst");
    let mut damaged = 0;
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x10;
        fs::write(&altered, &bytes).expect("writes it");
        match open(&altered, folder().path()) {
            // A bit of the frame's header that nobody uses can be another.
            Ok(opened) => {
                assert_eq!(decompress(&bytes), decompress(&whole), "at {at}");
                assert_eq!(opened.files().len(), 3);
            }
            Err(error) => {
                let said = error.to_string();
                let of_a_library = ["Failed", "Error", "frame", "block"];
                let raw = of_a_library.iter().find(|word| said.contains(**word));
                assert_eq!(raw, None, "at {at}: {said}");
                assert!(said.contains("altered.tar.zst"), "at {at}: {said}");
                damaged +=
                    usize::from(said.contains("some of its bytes are damaged; copy it again"));
            }
        }
    }
    let mut bytes = whole.clone();
    bytes[whole.len() / 2] ^= 1;
    fs::write(&altered, &bytes).expect("writes it");
    refused(&altered, &["altered.tar.zst", "copy it again"]);
    assert!(damaged > 0, "no byte that the decoder minds");
}

#[test]
fn each_part_is_held_against_what_names_it() {
    let (around, out) = small();
    let tar = decompress(&fs::read(&out).expect("reads it"));
    let altered = around.path().join("altered.tar.zst");
    let alter = |old: &str, new: &str| {
        let at = tar
            .windows(old.len())
            .position(|part| part == old.as_bytes());
        let at = at.expect("is in it");
        let mut tar = tar.clone();
        tar[at..at + old.len()].copy_from_slice(new.as_bytes());
        fs::write(&altered, compress(&tar)).expect("writes it");
    };
    alter("\"cases\"", "\"vases\"");
    refused(
        &altered,
        &["bundle.json does not have the digest in bundle.sha256"],
    );
    alter("  bundle.json\n", "  bungle.json\n");
    refused(&altered, &["bundle.json does not have the digest"]);
    alter("echo 1", "echo 2");
    refused(
        &altered,
        &["\"bin/program\" does not have the digest in bundle.json"],
    );
}

#[test]
fn size_mode_and_presence_are_held_against_the_list() {
    let folder = folder();
    let files: &[(&str, &[u8])] = &[("a", b"one"), ("b", b"two")];
    let begun = || ByHand::default().list(files).file("a", b"one");
    let longer = begun().file("b", b"more").write(&folder);
    refused(&longer, &["\"b\" has 4 bytes, not 3"]);
    let program = begun().entry(tar::EntryType::Regular, b"b", 0o755, b"two");
    refused(
        &program.write(&folder),
        &["\"b\" may be run, other than listed"],
    );
    refused(&begun().write(&folder), &["\"b\" is missing"]);
    let further = begun().file("b", b"two").file("c", b"");
    refused(&further.write(&folder), &["\"c\" is not in bundle.json"]);
    let good = begun().file("b", b"two").write(&folder);
    open(&good, crate::support::folder().path()).expect("opens it");
}

#[test]
fn a_newer_version_is_refused_and_fields_that_are_new_are_taken() {
    let folder = folder();
    let list = json!({"bundle_version": 2, "labrun": "7.8.9", "files": "elsewhere"});
    let newer = ByHand::default().list_text(&list).write(&folder);
    let error = refused(
        &newer,
        &[
            "written by labrun 7.8.9",
            "version 2",
            "up to version 1",
            "take a newer labrun",
        ],
    );
    assert!(matches!(error, BundleError::Newer { version: 2, .. }));
    let list = json!({
        "bundle_version": 1, "labrun": "0.1.9", "contents": [1], "note": "new",
        "files": {"a": {"sha256": crate::support::sha256(b""), "bytes": 0, "executable": false, "owner": 1}},
    });
    let later = ByHand::default()
        .list_text(&list)
        .file("a", b"")
        .write(&folder);
    let into = crate::support::folder();
    let opened = open(&later, into.path()).expect("opens it");
    assert_eq!((opened.labrun(), opened.manifest()), ("0.1.9", &json!([1])));
}

#[test]
fn something_else_is_no_bundle() {
    let folder = folder();
    let path = folder.path().join("b.tar.zst");
    for (bytes, text) in [
        (b"".to_vec(), "it is no zstd file"),
        (b"PK\x03\x04 and so on".to_vec(), "it is no zstd file"),
        (compress(b""), "bundle.json is missing"),
        (compress(&[0; 1024]), "bundle.json is missing"),
    ] {
        fs::write(&path, bytes).expect("writes it");
        let error = refused(&path, &[text, "labrun bundle NAME --out FILE"]);
        assert!(matches!(error, BundleError::NotABundle { .. }), "{error}");
    }
    let other = ByHand::default().file("README", b"text").write(&folder);
    refused(&other, &["bundle.json is missing"]);
    let alone = ByHand::default().file("bundle.json", b"{}").file("a", b"");
    refused(&alone.write(&folder), &["bundle.sha256 is missing"]);
    for list in [
        json!([]),
        json!({}),
        json!({"bundle_version": -1, "labrun": ""}),
    ] {
        let odd = ByHand::default().list_text(&list).write(&folder);
        refused(&odd, &["bundle.json cannot be read"]);
    }
    let error = open(&folder.path().join("none"), folder.path()).expect_err("is not there");
    assert!(matches!(error, BundleError::Unreadable { .. }), "{error}");
    let error = open("/dev/null".as_ref(), folder.path()).expect_err("is a device");
    assert!(
        error.to_string().contains("neither a file nor a folder"),
        "{error}"
    );
}

#[test]
fn what_is_there_is_not_unpacked_over() {
    let (around, out) = small();
    let error = open(&out, around.path()).expect_err("the bundle itself is there");
    assert!(matches!(error, BundleError::NotEmpty { .. }), "{error}");
    assert!(out.is_file());
}
