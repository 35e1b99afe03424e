//! The workload `allocate`: has so many MiB, all of them written, and prints one line:
//! how many, and a digest of what was read back. If asked to hold, it holds the memory.
//!
//! Exit codes: 2 for a bad argument, 1 for memory that cannot be had.

use std::io::{self, Write as _};
use std::process::ExitCode;

#[path = "../../digest.rs"]
mod digest;
#[path = "../../hold.rs"]
mod hold;
mod memory;
#[path = "../../splitmix.rs"]
mod splitmix;

use memory::Memory;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let mebibytes = arguments
        .next()
        .and_then(|text| text.to_str()?.parse().ok());
    let (Some(mebibytes), None) = (mebibytes, arguments.next()) else {
        eprintln!("usage: allocate MIB (a whole number, 0 or more)");
        return ExitCode::from(2);
    };
    let Some(memory) = Memory::of(mebibytes) else {
        eprintln!("allocate: cannot have {mebibytes} MiB of memory; ask for less");
        return ExitCode::FAILURE;
    };
    let line = format!("{mebibytes} MiB {}\n", memory.digest());
    if let Err(error) = io::stdout().write_all(line.as_bytes()) {
        eprintln!("allocate: cannot write the digest: {error}");
        return ExitCode::FAILURE;
    }
    hold::hold_if_asked();
    drop(memory);
    ExitCode::SUCCESS
}
