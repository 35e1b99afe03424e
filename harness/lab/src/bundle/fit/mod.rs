//! Whether what a bundle carries runs on this machine, with a reason for a person if not. A
//! program is read and never run.

mod features;
mod versions;

use std::path::Path;

use crate::arch::Arch;
use crate::inspect::Linking;
use crate::isolation::Processor;

pub use features::{features, features_fit, features_fit_on, features_of};
pub use versions::libraries;

/// Whether a program runs here: [`architecture`], [`loader`], [`libraries`].
pub fn program(program: &Path) -> Result<(), String> {
    architecture(program)?;
    loader(program)?;
    libraries(program)
}

/// Whether a program runs on a processor that need not be this machine's. Which versions of libraries an
/// emulated one has is found by running it.
pub fn program_on(processor: &Processor, path: &Path) -> Result<(), String> {
    match processor.runs()? {
        None => program(path),
        Some(emulator) => emulator.refuses(path).map_or(Ok(()), Err),
    }
}

/// Whether it was compiled for this architecture.
pub fn architecture(program: &Path) -> Result<(), String> {
    let of = read(program)?.arch();
    let here = std::env::consts::ARCH;
    if of == here {
        return Ok(());
    }
    let emulated = of.parse::<Arch>().map_or_else(
        |_| String::new(),
        |of| format!(", or run it emulated: --arch {of}"),
    );
    Err(format!(
        "it was compiled for {of}, and this machine is {here}; bundle for it by --arch {here}{emulated}"
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
