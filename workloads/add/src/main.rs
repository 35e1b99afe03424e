//! The command `add`: prints the sum of its arguments. Exits 2 if there is none.

use std::io::{self, Write as _};
use std::process::ExitCode;

#[path = "../../hold.rs"]
mod hold;

fn main() -> ExitCode {
    let sum = match add_workload::sum(std::env::args_os().skip(1)) {
        Ok(sum) => sum,
        Err(error) => {
            eprintln!("add: {error}");
            return ExitCode::from(2);
        }
    };
    if let Err(error) = io::stdout().write_all(format!("{sum}\n").as_bytes()) {
        eprintln!("add: cannot write the sum: {error}");
        return ExitCode::FAILURE;
    }
    hold::hold_if_asked();
    ExitCode::SUCCESS
}
