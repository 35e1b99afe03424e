//! The native server: `http --listen ADDR [--files DIR] [--threads N]`.
//!
//! Prints `ready ADDR`, with the address that it really got, and serves until
//! SIGTERM or SIGINT; then exits 0. A wrong argument exits 2.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")
)]

#[cfg(not(target_family = "wasm"))]
mod options;
#[cfg(not(target_family = "wasm"))]
mod server;

#[cfg(not(target_family = "wasm"))]
fn main() -> std::process::ExitCode {
    let options = match options::parse(std::env::args_os().skip(1)) {
        Ok(options) => options,
        Err(reason) => {
            eprintln!("http: {reason}\n{}", options::USAGE);
            return std::process::ExitCode::from(2);
        }
    };
    match server::run(&options) {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("http: {reason}");
            std::process::ExitCode::FAILURE
        }
    }
}

/// On wasm it is the library that serves; this keeps a build of all targets whole.
#[cfg(target_family = "wasm")]
fn main() {
    eprintln!("http: build the library for wasm, not this program");
    std::process::exit(2);
}
