//! The workload `noop`: prints `ready`, and does nothing else. What it costs is what an
//! isolation costs with nothing in it. Exits 2 if it has arguments.

use std::io::{self, Write as _};
use std::process::ExitCode;

#[path = "../../hold.rs"]
mod hold;

fn main() -> ExitCode {
    if std::env::args_os().nth(1).is_some() {
        eprintln!("usage: noop (without arguments)");
        return ExitCode::from(2);
    }
    if let Err(error) = io::stdout().write_all(b"ready\n") {
        eprintln!("noop: cannot write the line: {error}");
        return ExitCode::FAILURE;
    }
    hold::hold_if_asked();
    ExitCode::SUCCESS
}
