//! An unpacked bundle is used where it is, if every file is as it was.

use std::fs::{self, Permissions};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use lab::bundle::BundleError;

use crate::support::{folder, open, small};

/// What opening the small bundle as a folder says after something was done to it.
fn after(alter: impl FnOnce(&Path)) -> BundleError {
    let (_around, out) = small();
    let into = folder();
    open(&out, into.path()).expect("opens it");
    alter(into.path());
    open(into.path(), Path::new("/none")).expect_err("it is refused")
}

#[test]
fn whatever_is_different_is_refused() {
    let write = |path: &Path, bytes: &str| fs::write(path, bytes).expect("writes it");
    let error = after(|at| write(&at.join("empty"), "no longer"));
    assert!(
        error.to_string().contains("\"empty\" has 9 bytes, not 0"),
        "{error}"
    );
    let error = after(|at| write(&at.join("bin/program"), "#!/bin/sh\necho 2\n"));
    assert!(
        error
            .to_string()
            .contains("\"bin/program\" does not have the digest"),
        "{error}"
    );
    let error = after(|at| write(&at.join("bin/other"), ""));
    assert!(
        error.to_string().contains("\"bin/other\" is not in"),
        "{error}"
    );
    let error = after(|at| write(&at.join("bundle.json"), "{}"));
    assert!(
        error
            .to_string()
            .contains("bundle.json does not have the digest"),
        "{error}"
    );
    let error = after(|at| fs::create_dir(at.join("bin/more")).expect("makes a folder"));
    assert!(
        error.to_string().contains("\"bin/more/\" is not in"),
        "{error}"
    );
    let error = after(|at| fs::remove_file(at.join("empty")).expect("removes it"));
    assert!(
        error.to_string().contains("\"empty\" is missing"),
        "{error}"
    );
    let error = after(|at| {
        let mode = Permissions::from_mode(0o644);
        fs::set_permissions(at.join("bin/program"), mode).expect("sets it");
    });
    assert!(
        error
            .to_string()
            .contains("may not be run, other than listed"),
        "{error}"
    );
    let error = after(|at| {
        fs::write(at.join(std::ffi::OsStr::from_bytes(b"\xff")), "").expect("writes it");
    });
    assert!(error.to_string().contains("not UTF-8"), "{error}");
}

#[test]
fn a_link_is_refused_wherever_it_leads() {
    for name in ["empty", "bin", "bundle.json"] {
        let elsewhere = folder();
        let error = after(|at| {
            let (link, moved) = (at.join(name), elsewhere.path().join("moved"));
            fs::rename(&link, &moved).expect("moves it");
            symlink(&moved, &link).expect("links to it");
        });
        assert!(
            matches!(error, BundleError::Refused { .. }),
            "{name}: {error}"
        );
    }
}

#[test]
fn a_folder_without_a_list_is_no_bundle() {
    let error = open(folder().path(), Path::new("/none")).expect_err("it is empty");
    assert!(
        error.to_string().contains("bundle.json is missing"),
        "{error}"
    );
    let error = after(|at| {
        let list = fs::File::create(at.join("bundle.json")).expect("opens it");
        list.set_len(1 << 30).expect("is long");
    });
    assert!(
        error.to_string().contains("more than 16777216 bytes"),
        "{error}"
    );
}
