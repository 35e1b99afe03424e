//! Build script of the workloads whose wasip1 library is a reactor.
//!
//! What rustc makes of a wasip1 `cdylib` is no reactor: it has no `_initialize`, and
//! the linker wraps each export so that constructors and destructors run on every
//! call. Linking the C library's `crt1-reactor.o` gives `_initialize`, and since
//! that calls the constructors, the linker leaves the exports bare. A wasip2 library
//! must not have it: wit-bindgen's exports run the constructors themselves, once.

use std::env;
use std::path::PathBuf;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=../reactor.rs");
    let target = env::var("TARGET").unwrap_or_default();
    if target != "wasm32-wasip1" {
        return;
    }
    match startup_object(&target) {
        Ok(object) => println!("cargo::rustc-link-arg-cdylib={}", object.display()),
        Err(reason) => println!("cargo::error={reason}"),
    }
}

/// The sysroot's `crt1-reactor.o` for `target`.
fn startup_object(target: &str) -> Result<PathBuf, String> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(&rustc)
        .args(["--print", "target-libdir", "--target", target])
        .output()
        .map_err(|error| format!("cannot run {}: {error}", rustc.display()))?;
    let libraries = String::from_utf8_lossy(&output.stdout);
    let object = PathBuf::from(libraries.trim()).join("self-contained/crt1-reactor.o");
    if object.is_file() {
        Ok(object)
    } else {
        Err(format!(
            "{} is missing; `rustup target add {target}` installs it",
            object.display()
        ))
    }
}
