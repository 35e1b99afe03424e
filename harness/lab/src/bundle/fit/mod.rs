//! Whether what a bundle carries runs on this machine, with a reason for a person if not. A
//! program is read and never run.

mod features;
mod versions;

use std::path::Path;

use object::elf::{EM_AARCH64, EM_RISCV, EM_X86_64, Machine};

use crate::outcome::Failure;
use crate::size::Linked;

pub use features::{features, features_fit};
pub use versions::libraries;

/// Whether a program runs here: [`architecture`], [`loader`], [`libraries`].
pub fn program(program: &Path) -> Result<(), String> {
    architecture(program)?;
    loader(program)?;
    libraries(program)
}

/// Whether it was compiled for this architecture.
pub fn architecture(program: &Path) -> Result<(), String> {
    let of = name(read(program)?.machine);
    let here = std::env::consts::ARCH;
    if of == here {
        return Ok(());
    }
    Err(format!(
        "it was compiled for {of}, and this machine is {here}; bundle on a machine that is {here}"
    ))
}

/// Whether the loader that it asks the kernel for is here; a static program asks for none.
pub fn loader(program: &Path) -> Result<(), String> {
    match read(program)?.interpreter {
        Some(loader) if !loader.exists() => Err(format!(
            "it is started by {}, which is not on this machine: that comes with the C library that \
             it was linked to; take a system that has it",
            loader.display()
        )),
        _ => Ok(()),
    }
}

fn read(program: &Path) -> Result<Linked, String> {
    Linked::read(program).map_err(Failure::into_reason)
}

/// As `std::env::consts::ARCH` calls it.
fn name(machine: Machine) -> String {
    match machine {
        EM_X86_64 => "x86_64".to_owned(),
        EM_AARCH64 => "aarch64".to_owned(),
        EM_RISCV => "riscv64".to_owned(),
        Machine(other) => format!("a processor that ELF calls {other}"),
    }
}
