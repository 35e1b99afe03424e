//! A library to call, compiled with the compiler that compiles this.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// `calls` tells how often `counted` was called, which is otherwise `add`.
const SOURCE: &str = r#"
use std::sync::atomic::{AtomicI32, Ordering};

static CALLS: AtomicI32 = AtomicI32::new(0);

#[unsafe(no_mangle)]
pub extern "C" fn add(left: i32, right: i32) -> i32 {
    left.wrapping_add(right)
}

#[unsafe(no_mangle)]
pub extern "C" fn counted(left: i32, right: i32) -> i32 {
    CALLS.fetch_add(1, Ordering::Relaxed);
    add(left, right)
}

#[unsafe(no_mangle)]
pub extern "C" fn calls(_: i32, _: i32) -> i32 {
    CALLS.load(Ordering::Relaxed)
}
"#;

/// Compiles it into `folder`.
pub(crate) fn compile(folder: &Path) -> PathBuf {
    let (source, library) = (folder.join("guest.rs"), folder.join("guest.so"));
    fs::write(&source, SOURCE).expect("writes");
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let compiled = Command::new(rustc)
        .args(["--edition", "2024", "--crate-type", "cdylib", "-O", "-o"])
        .args([&library, &source])
        .status()
        .expect("rustc starts");
    assert!(compiled.success());
    library
}
