//! A disk that fills while a bundle is written, or unpacked.

use std::fs;

use lab::bundle::{BundleError, Contents};

use crate::support::{folder, on_small_disk, open, tree, write};

/// What is too large for the disk that fills, and does not compress.
fn large() -> Contents {
    let mut state = 1_u64;
    let bytes = (0..3 * 1024 * 1024).map(|_| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 56) as u8
    });
    let mut contents = Contents::new();
    let bytes: Vec<u8> = bytes.collect();
    contents.add_bytes("large", bytes, false).expect("adds it");
    contents
}

#[test]
fn a_disk_that_fills_while_it_is_written_leaves_what_was_there() {
    let disk = folder();
    on_small_disk("bundle-full-disk", disk.path(), || {
        let out = disk.path().join("b.tar.zst");
        for there in [None, Some("of old")] {
            if let Some(text) = there {
                fs::write(&out, text).expect("writes it");
            }
            let error = write(&large(), &out).expect_err("has no room");
            assert!(matches!(error, BundleError::DiskFull { .. }), "{error}");
            assert!(error.to_string().contains("make room"), "{error}");
            let left: Vec<_> = tree(disk.path()).into_values().collect();
            assert_eq!(
                left,
                Vec::from_iter(there.map(|text| text.as_bytes().to_vec()))
            );
        }
    });
}

#[test]
fn a_disk_that_fills_while_it_is_unpacked_is_left_empty() {
    let (disk, other) = (folder(), folder());
    let out = other.path().join("b.tar.zst");
    write(&large(), &out).expect("has room");
    on_small_disk("bundle-full-disk-unpacked", disk.path(), || {
        let error = open(&out, disk.path()).expect_err("has no room");
        assert!(matches!(error, BundleError::DiskFull { .. }), "{error}");
        assert!(tree(disk.path()).is_empty());
    });
}
