//! Whether what a bundle carries runs on this machine, with a reason for a person if not. A
//! program is read and never run.

mod features;
mod versions;

use std::path::Path;

use crate::inspect::Linking;

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
    let of = read(program)?.arch();
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

fn read(program: &Path) -> Result<Linking, String> {
    Linking::read(program).map_err(|refused| refused.to_string())
}
