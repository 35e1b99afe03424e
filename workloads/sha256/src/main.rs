//! The workload `sha256`: hashes a buffer of pseudo-random bytes so many times, in
//! steady state. The line is the hash, as `sha256sum` prints it, and what was hashed.
//!
//! The hash is computed in software everywhere (`force-soft`). Left alone, `sha2` finds
//! the processor's SHA instructions in native code and has none in wasm; that compares
//! hardware with software, and is another question.

use std::process::ExitCode;

#[path = "../../splitmix.rs"]
mod splitmix;
#[path = "../../steady.rs"]
mod steady;
mod work;

use steady::Number;
use work::Hashing;

const KIB: Number = Number {
    name: "--kib",
    default: 1024,
    range: 0..=1 << 20,
};
const ROUNDS: Number = Number {
    name: "--rounds",
    default: 12,
    range: 1..=1 << 32,
};

fn main() -> ExitCode {
    let arguments = std::env::args_os().skip(1);
    steady::run("sha256", arguments, &[KIB, ROUNDS], |[kib, rounds]| {
        Ok(Box::new(Hashing::new(kib, rounds)))
    })
}
