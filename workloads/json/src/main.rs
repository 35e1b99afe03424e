//! The workload `json`: parses a document of some 200 KiB into a tree and prints the tree
//! so many times, in steady state. The line is the length and a digest of what was
//! printed, in the last round.

use std::process::ExitCode;

#[path = "../../digest.rs"]
mod digest;
mod document;
#[path = "../../splitmix.rs"]
mod splitmix;
#[path = "../../steady.rs"]
mod steady;
mod work;

use steady::Number;
use work::Printing;

const ROUNDS: Number = Number {
    name: "--rounds",
    default: 15,
    range: 1..=1 << 32,
};

fn main() -> ExitCode {
    let arguments = std::env::args_os().skip(1);
    steady::run("json", arguments, &[ROUNDS], |[rounds]| {
        Ok(Box::new(Printing::new(document::make(), rounds)))
    })
}
