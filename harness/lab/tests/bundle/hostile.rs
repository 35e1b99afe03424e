//! Bundles that were made to do harm. Each is right but for what the test is about.

use std::fs;

use lab::bundle::BundleError;
use serde_json::json;
use tar::{EntryType, Header};

use crate::support::{ByHand, compress, folder, refused, sha256};

const ONE: &[(&str, &[u8])] = &[("a", b"one")];

fn begun() -> ByHand {
    ByHand::default().list(ONE)
}

fn is_refused(bundle: ByHand, text: &str) {
    let folder = folder();
    let error = refused(&bundle.write(&folder), &[text]);
    assert!(matches!(error, BundleError::Refused { .. }), "{error}");
}

#[test]
fn a_name_that_leads_out_is_refused() {
    for (name, text) in [
        (&b"../x"[..], "leads out of the bundle"),
        (b"a/../../x", "leads out of the bundle"),
        (b"/etc/x", "its name is absolute"),
        (b"./a", "an empty part"),
        (b"a//b", "an empty part"),
        (b"", "its name is empty"),
        (b"a\nb", "a control character"),
        (b"a\xff", "not UTF-8"),
    ] {
        is_refused(begun().entry(EntryType::Regular, name, 0o644, b"one"), text);
        let Ok(name) = str::from_utf8(name) else {
            continue;
        };
        // Nor does it help to list it.
        let listed = ByHand::default().list(&[(name, b"one")]);
        is_refused(
            listed.entry(EntryType::Regular, name.as_bytes(), 0o644, b"one"),
            text,
        );
    }
    for (names, text) in [
        (["a", "a/b"], "is a file, and the folder of"),
        (["a", "bundle.json"], "stands in its own list"),
    ] {
        let files = names.map(|name| (name, &b"one"[..]));
        is_refused(ByHand::default().list(&files).file("a", b"one"), text);
    }
}

#[test]
fn links_and_devices_are_refused_and_none_is_followed() {
    let outside = folder();
    let target = outside.path().to_str().expect("plain text");
    let listed = || ByHand::default().list(&[("a", b"one"), ("a/x", b"two")]);
    is_refused(
        listed()
            .link(EntryType::Symlink, "a", target)
            .file("a/x", b"two"),
        "",
    );
    let through = ByHand::default().list(&[("a/x", b"two")]);
    let through = through
        .link(EntryType::Symlink, "a", target)
        .file("a/x", b"two");
    is_refused(through, "it is no file, but Symlink");
    is_refused(
        begun().link(EntryType::Symlink, "a", target),
        "no file, but Symlink",
    );
    is_refused(
        begun().link(EntryType::Link, "a", "/etc/passwd"),
        "no file, but Link",
    );
    for kind in [
        EntryType::Char,
        EntryType::Block,
        EntryType::Fifo,
        EntryType::Directory,
        EntryType::Continuous,
        EntryType::GNUSparse,
        EntryType::GNULongName,
        EntryType::GNULongLink,
        EntryType::XHeader,
        EntryType::XGlobalHeader,
    ] {
        is_refused(
            begun().entry(kind, b"a", 0o644, b"one"),
            "it is no file, but",
        );
    }
    assert_eq!(fs::read_dir(outside.path()).expect("a folder").count(), 0);
}

#[test]
fn a_link_is_no_list() {
    let link = ByHand::default().link(EntryType::Symlink, "bundle.json", "/etc/passwd");
    is_refused(link, "it is no file, but Symlink");
}

#[test]
fn what_is_there_twice_is_refused() {
    is_refused(
        begun().file("a", b"one").file("a", b"one"),
        "\"a\" is there twice",
    );
    let folder = folder();
    for own in ["bundle.json", "bundle.sha256"] {
        let again = begun().file("a", b"one").file(own, b"{}").write(&folder);
        refused(&again, &[own, "is not in bundle.json"]);
    }
}

#[test]
fn a_huge_size_is_refused_before_it_is_read() {
    let huge = |name: &str, bytes: u64| {
        let mut header = Header::new_ustar();
        header.set_path(name).expect("is short");
        header.set_entry_type(EntryType::Regular);
        header.set_mode(0o644);
        header.set_size(bytes);
        header
    };
    let folder = folder();
    for bytes in [4, 1 << 40, u64::MAX] {
        let bundle = begun().header(huge("a", bytes), b"one").write(&folder);
        let error = refused(&bundle, &[]);
        assert!(
            !matches!(error, BundleError::CutShort { .. }),
            "{bytes}: {error}"
        );
    }
    let list = ByHand::default().header(huge("bundle.json", 1 << 40), b"{}");
    is_refused(list, "more than 16777216");
    // Listed, it is as long as it says, or cut short.
    let entry = json!({"sha256": sha256(b""), "bytes": 1_u64 << 60, "executable": false});
    let list = json!({
        "bundle_version": 1, "labrun": "0.1.0", "contents": null,
        "files": {"a": entry, "b": entry},
    });
    let long = ByHand::default()
        .list_text(&list)
        .header(huge("a", 1_u64 << 60), b"one");
    let error = refused(&long.write(&folder), &[]);
    assert!(matches!(error, BundleError::CutShort { .. }), "{error}");
}

#[test]
fn what_follows_the_last_file_is_bounded_and_empty() {
    let folder = folder();
    let path = begun().file("a", b"one").write(&folder);
    let whole = fs::read(&path).expect("reads it");
    for rest in [&b"hidden"[..], &vec![0; 2 * 1024 * 1024]] {
        let mut bytes = whole.clone();
        bytes.extend(compress(rest));
        fs::write(&path, bytes).expect("writes it");
        refused(&path, &["something follows its last file"]);
    }
    let mut bytes = whole;
    bytes.extend(b"not zstd");
    fs::write(&path, bytes).expect("writes it");
    refused(&path, &[]);
}

#[test]
fn a_wide_window_is_refused() {
    let folder = folder();
    let path = folder.path().join("b.tar.zst");
    // A frame with a window of 128 MiB, with one empty raw block, the last.
    fs::write(&path, [0x28, 0xb5, 0x2f, 0xfd, 0, 17 << 3, 1, 0, 0]).expect("writes it");
    let text = "it is compressed with a window of more than 8 MiB";
    let error = refused(&path, &["b.tar.zst is refused", text, "bundle again"]);
    assert!(matches!(error, BundleError::Refused { .. }), "{error}");
}
