//! The workload `file-io`: reads `config.json` in the directory that is its argument,
//! writes the files that it names, syncs them, reads them back, verifies them and
//! prints one line: a digest of all that was read, the number of files and of bytes.
//!
//! With `--op` behind the directory it does one operation in steady state instead: see
//! `steady_state`.
//!
//! The files stay. A second run in the same directory replaces them and prints the
//! same line. Exit codes: 2 for a bad argument or config, 1 for a failed file.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")
)]

use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

mod block_file;
mod config;
mod content;
mod digest;
mod files;
mod plan;
mod reading;
mod small_files;
#[path = "../../splitmix.rs"]
mod splitmix;
mod stamped;
#[path = "../../steady.rs"]
mod steady;
mod steady_state;
#[path = "../../digest.rs"]
mod word_digest;
mod writing;

use config::Config;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let Some(grant) = arguments.next() else {
        eprintln!(
            "usage: file-io DIRECTORY (in which there is a {}), or file-io DIRECTORY --op OP",
            config::FILE
        );
        return ExitCode::from(2);
    };
    let (grant, others) = (Path::new(&grant), arguments.collect::<Vec<_>>());
    if others.is_empty() {
        write_and_verify(grant)
    } else {
        steady_state::run(grant, others)
    }
}

/// What the config of `grant` asks for.
fn write_and_verify(grant: &Path) -> ExitCode {
    let config = match Config::read(grant) {
        Ok(config) => config,
        Err(error) => {
            eprintln!("file-io: {error}");
            return ExitCode::from(2);
        }
    };
    let line = match files::exercise(grant, &config) {
        Ok(digest) => format!("{digest}\n"),
        Err(error) => {
            eprintln!("file-io: {error}");
            return ExitCode::FAILURE;
        }
    };
    if let Err(error) = io::stdout().write_all(line.as_bytes()) {
        eprintln!("file-io: cannot write the digest: {error}");
        return ExitCode::FAILURE;
    }
    steady::hold::hold_if_asked();
    ExitCode::SUCCESS
}
