//! Ctrl-C while a bundle is written, and while it is unpacked.

use std::fs;

use lab::bundle::{self, BundleError};
use lab::interrupt::Interrupt;
use lab::progress::{Progress, Silent};

use crate::support::{contents, folder, manifest, small, tree};

/// Sends the signal once the bundle is being compressed.
struct Interrupting;

impl Progress for Interrupting {
    fn note(&self, _line: &str) {}
    fn step(&self, what: &str, _done: u64, _total: u64) {
        if what == "bundle, MiB" {
            // SAFETY: raise() takes no pointer; the signal is caught, on this thread, before it
            // returns.
            unsafe { libc::raise(libc::SIGINT) };
        }
    }
    fn finish(&self, _what: &str) {}
}

#[test]
fn an_interrupt_leaves_nothing() {
    let folder = folder();
    let out = folder.path().join("b.tar.zst");
    let interrupt = Interrupt::catch().expect("catches");
    let error = contents().write(&out, &manifest(), &interrupt, &Interrupting);
    let error = error.expect_err("is interrupted");
    assert!(matches!(error, BundleError::Interrupted), "{error}");
    assert!(tree(folder.path()).is_empty());

    // It stays raised.
    let (_around, whole) = small();
    let into = folder.path();
    let error = bundle::open(&whole, into, &interrupt, &Silent).expect_err("is interrupted");
    assert!(matches!(error, BundleError::Interrupted), "{error}");
    assert!(tree(into).is_empty());
    fs::write(&out, "of old").expect("writes it");
    let error = contents().write(&out, &manifest(), &interrupt, &Silent);
    assert!(matches!(error, Err(BundleError::Interrupted)));
    assert_eq!(tree(folder.path())["b.tar.zst"], b"of old");
}
