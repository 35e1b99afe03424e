//! The runner for WasmEdge: see `labrun_runner_kit` for what it does.

use std::process::ExitCode;

fn main() -> ExitCode {
    labrun_runner_kit::run::<labrun_runner_wasmedge::WasmEdge>()
}
