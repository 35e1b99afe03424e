//! Has the program find at run time the library that it was linked with.
//!
//! `wasmedge-sys` links it and says nothing of where it is; the lab starts a runner with no
//! environment but `PATH`. So its folder goes into the program.

use std::env;
use std::path::PathBuf;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    for variable in [
        "DOCS_RS",
        "WASMEDGE_DIR",
        "WASMEDGE_INCLUDE_DIR",
        "WASMEDGE_LIB_DIR",
    ] {
        println!("cargo:rerun-if-env-changed={variable}");
    }
    // Nothing is linked for a type check, and statically where the library is bundled.
    if env::var_os("DOCS_RS").is_some() || env::var_os("CARGO_FEATURE_BUNDLED").is_some() {
        return;
    }
    if let Some(folder) = library_folder() {
        println!("cargo:rustc-link-arg=-Wl,-rpath,{}", folder.display());
    }
}

/// Where `wasmedge-sys` finds the library first: the order of its build script.
fn library_folder() -> Option<PathBuf> {
    if env::var_os("WASMEDGE_INCLUDE_DIR").is_some()
        && let Some(folder) = env::var_os("WASMEDGE_LIB_DIR")
    {
        return Some(folder.into());
    }
    let installed = PathBuf::from(env::var_os("WASMEDGE_DIR")?);
    ["lib64", "lib"]
        .map(|name| installed.join(name))
        .into_iter()
        .find(|folder| folder.exists())
}
