//! Modules and components: which of the two a file is, and what an error of reading it means.

use wasmparser::{BinaryReaderError, Validator, WasmFeatures};

use super::Program;
use super::component::Component;
use super::file::Opened;
use super::module::Module;
use super::other::Kind;
use super::refused::WhyNot;
use super::shown::shown;

/// What both begin with.
pub(super) const MAGIC: &[u8] = b"\0asm";

/// Bytes of the magic, the version and the layer.
const HEADER: usize = 8;

/// Versions that are read, and the layers that tell a module from a component.
const MODULE: (u16, u16) = (1, 0);
const COMPONENT: (u16, u16) = (13, 1);

/// Longest module: that of the limits which runtimes have agreed on.
const MOST: u64 = 1 << 30;

/// Reads a module or component, of which the first bytes are these.
pub(super) fn read(opened: &Opened, head: &[u8]) -> Result<Program, WhyNot> {
    let Some(&[a, b, c, d]) = head.get(MAGIC.len()..HEADER) else {
        return Err(WhyNot::Cut("its header is not whole".to_owned()));
    };
    let (version, layer) = (u16::from_le_bytes([a, b]), u16::from_le_bytes([c, d]));
    match (version, layer) {
        MODULE | COMPONENT => {}
        (version, layer) if layer == COMPONENT.1 => {
            return Err(WhyNot::Other(Kind::ComponentVersion(version)));
        }
        (version, _) => return Err(WhyNot::Other(Kind::ModuleVersion(version))),
    }
    if opened.bytes > MOST {
        return Err(WhyNot::TooLarge {
            bytes: opened.bytes,
            most: MOST,
        });
    }
    let bytes = opened.read()?;
    if layer == COMPONENT.1 {
        Component::parse(&bytes).map(Program::Component)
    } else {
        Module::parse(&bytes).map(Program::Module)
    }
}

/// Whether it is valid for a runtime that has every feature: which it has is for each to say.
pub(crate) fn validate(bytes: &[u8]) -> Result<(), BinaryReaderError> {
    validate_with(bytes, WasmFeatures::all())
}

/// Whether it is valid with these features.
pub(super) fn validate_with(bytes: &[u8], features: WasmFeatures) -> Result<(), BinaryReaderError> {
    Validator::new_with_features(features).validate_all(bytes)?;
    Ok(())
}

impl From<BinaryReaderError> for WhyNot {
    fn from(error: BinaryReaderError) -> Self {
        let why = shown(&error.to_string());
        // The parser says so of whatever ends too early, and in no other way.
        if error.message().contains("unexpected end") {
            Self::Cut(why)
        } else {
            Self::Damaged(why)
        }
    }
}
