//! The checks that every runner must pass, on every configuration of this one.

use std::process::ExitCode;

use labrun_runner_kit::testing;

mod node;

fn main() -> ExitCode {
    match node::missing() {
        Some(reason) => testing::skipped("conformance of node", &reason),
        None => testing::conformance(
            concat!(env!("CARGO_MANIFEST_DIR"), "/program/main.cjs"),
            include_str!("../runner.toml"),
        ),
    }
}
