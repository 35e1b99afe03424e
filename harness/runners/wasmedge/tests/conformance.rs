//! The checks that every runner must pass, on every configuration of this one.

use std::process::ExitCode;

fn main() -> ExitCode {
    labrun_runner_kit::testing::conformance(
        env!("CARGO_BIN_EXE_labrun-runner-wasmedge"),
        include_str!("../runner.toml"),
    )
}
