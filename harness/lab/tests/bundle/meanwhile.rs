//! What changes while a bundle is written is not kept.

use std::fs;

use lab::bundle::{BundleError, Contents};
use lab::interrupt::Interrupt;
use lab::progress::Progress;

use crate::support::{contents, folder, manifest, tree};

/// Does something once a step is over.
struct After<F: Fn()>(&'static str, F);

impl<F: Fn()> Progress for After<F> {
    fn note(&self, _line: &str) {}
    fn step(&self, _what: &str, _done: u64, _total: u64) {}
    fn finish(&self, what: &str) {
        if what == self.0 {
            self.1();
        }
    }
}

#[test]
fn a_file_that_changes_meanwhile_is_named() {
    let (around, sources) = (folder(), folder());
    let (source, out) = (
        sources.path().join("source"),
        around.path().join("b.tar.zst"),
    );
    let mut contents = Contents::new();
    contents.add_file("file", &source, false).expect("adds it");
    for after in ["of new", "longer than before"] {
        fs::write(&source, "of old").expect("writes it");
        let change = || fs::write(&source, after).expect("writes it");
        let change = After("digests of the bundle's files, MiB", change);
        let interrupt = Interrupt::never().expect("makes it");
        let error = contents.write(&out, &manifest(), &interrupt, &change);
        let error = error.expect_err("is another");
        assert!(matches!(error, BundleError::Changed { .. }), "{error}");
        assert!(error.to_string().contains("source changed"), "{error}");
        assert!(tree(around.path()).is_empty());
    }
}

#[test]
fn a_bundle_that_reads_back_as_something_else_is_not_kept() {
    let folder = folder();
    let out = folder.path().join("b.tar.zst");
    let spoil = || {
        let mut entries = fs::read_dir(folder.path()).expect("a folder");
        let partial = entries.next().expect("is there").expect("an entry").path();
        let mut bytes = fs::read(&partial).expect("reads it");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(&partial, bytes).expect("writes it");
    };
    let interrupt = Interrupt::never().expect("makes it");
    let spoil = After("bundle, MiB", spoil);
    let error = contents().write(&out, &manifest(), &interrupt, &spoil);
    let error = error.expect_err("is another");
    assert!(matches!(error, BundleError::ReadBack { .. }), "{error}");
    assert!(tree(folder.path()).is_empty());
}
