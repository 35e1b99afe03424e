//! A call through a function pointer by criterion; see `labrun_runner_kit::testing::call`.
//! `LABRUN_BENCH_MODULE` names another library to measure.

#[path = "../tests/guest/mod.rs"]
mod guest;

use std::path::{Path, PathBuf};

fn main() {
    let library = std::env::var_os("LABRUN_BENCH_MODULE").map_or_else(
        || guest::compile(Path::new(env!("CARGO_TARGET_TMPDIR"))),
        PathBuf::from,
    );
    labrun_runner_kit::testing::call::<labrun_runner_native::Native>(&library);
}
