//! The checks that every runner must pass, of which those without wasm apply here.

use std::process::ExitCode;

fn main() -> ExitCode {
    labrun_runner_kit::testing::conformance(
        env!("CARGO_BIN_EXE_labrun-runner-native"),
        include_str!("../runner.toml"),
    )
}
