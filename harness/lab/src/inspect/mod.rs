//! What a file says of itself: a native program, a wasm module, a component, or an image in an
//! archive. It is read and never run, and its name says nothing. What is none of these is refused
//! with what it is instead, and what to do.
//!
//! It knows nothing of workloads, plans or isolations.

mod component;
mod elf;
mod feature;
mod file;
mod image;
mod linking;
mod module;
mod other;
mod refused;
mod shown;
mod wasm;

use std::path::Path;

use object::elf::ELFMAG;

pub use component::{Component, World};
pub use elf::{Elf, Linkage};
pub use feature::Feature;
pub use image::{
    Ids, ImageFacts, ImageStart, KeptImage, Layer, NoImage, OpenImage, WhyNoImage, image_archive,
    tag_of,
};
pub(crate) use image::{tcp_ports, unpacked};
pub(crate) use linking::Linking;
pub use module::{Import, Module, ModuleKind};
pub use other::Kind;
pub use refused::{NoProgram, WhyNot};
pub(crate) use wasm::validate;

use file::Opened;

/// A program of one of the kinds that the lab can run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Program {
    /// A native program.
    Elf(Elf),
    /// A core module, as `wasip1` is.
    Module(Module),
    /// A component, as `wasip2` is.
    Component(Component),
}

/// Reads what a file is. Of a native program the headers alone are read; a module or component is
/// held once, and validated. Neither a pipe nor a device is waited for.
pub fn program(path: &Path) -> Result<Program, NoProgram> {
    let refused = |why: WhyNot| why.of(path);
    let opened = Opened::at(path).map_err(refused)?;
    let head = opened.head().map_err(|error| refused(error.into()))?;
    if head.starts_with(&ELFMAG) {
        let linking = Linking::of(&opened).map_err(refused)?;
        return Elf::of(linking).map(Program::Elf).map_err(refused);
    }
    if head.starts_with(wasm::MAGIC) {
        return wasm::read(&opened, &head).map_err(refused);
    }
    Err(refused(WhyNot::Other(Kind::of(&head))))
}
