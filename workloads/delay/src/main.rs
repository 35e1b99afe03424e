//! The workload `delay`: works for so many nanoseconds, holds so many MiB, and prints `done`. By it
//! a calibration finds out which changes of known size this machine can tell.
//!
//! Exit codes: 2 for a bad argument, 1 for memory that cannot be had.

use std::hint::black_box;
use std::io::{self, Write as _};
use std::process::ExitCode;
use std::time::{Duration, Instant};

#[path = "../../hold.rs"]
mod hold;
#[path = "../../splitmix.rs"]
mod splitmix;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let mut number = || arguments.next()?.parse::<u64>().ok();
    let (Some(ns), Some(mebibytes), None) = (number(), number(), arguments.next()) else {
        eprintln!("usage: delay NS MIB (two whole numbers, 0 or more)");
        return ExitCode::from(2);
    };
    let Some(memory) = filled(mebibytes) else {
        eprintln!("delay: cannot have {mebibytes} MiB of memory; ask for less");
        return ExitCode::FAILURE;
    };
    let delay = Duration::from_nanos(ns);
    let began = Instant::now();
    while began.elapsed() < delay {
        std::hint::spin_loop();
    }
    if let Err(error) = io::stdout().write_all(b"done\n") {
        eprintln!("delay: cannot write the line: {error}");
        return ExitCode::FAILURE;
    }
    hold::hold_if_asked();
    drop(black_box(memory));
    ExitCode::SUCCESS
}

/// So much memory, every page of which is there and like no other; none where it cannot be had.
fn filled(mebibytes: u64) -> Option<Vec<u64>> {
    let count = usize::try_from(mebibytes.checked_mul(1 << 17)?).ok()?;
    let mut words = Vec::new();
    words.try_reserve_exact(count).ok()?;
    let mut state = 0;
    words.extend((0..count).map(|_| splitmix::next(&mut state)));
    Some(words)
}
