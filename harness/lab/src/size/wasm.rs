//! A wasm module or component without its custom sections: `wasm-tools strip --all`, but
//! for the sections that change what it means.

use std::mem;
use std::path::Path;

use wasm_encoder::{Component, ComponentSectionId, Encode, Module, RawSection, Section};
use wasmparser::{BinaryReaderError, Encoding, Parser, Payload};

use super::read;
use crate::inspect::validate;
use crate::outcome::Failure;

/// The bytes of a module or component without custom sections, at every depth. Names,
/// producers and debug sections go. `dylink.0` and `component-type*` stay: a dynamic
/// linker, or whoever makes a component of the module, reads them. What comes in and what
/// goes out are both validated.
pub fn strip_wasm(path: &Path) -> Result<Vec<u8>, Failure> {
    let bytes = read(path)?;
    let malformed = |error: BinaryReaderError| {
        // Some of its messages list bytes, one a line.
        let text = error.to_string();
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        super::malformed(path, "a valid WebAssembly module or component", &line)
    };
    validate(&bytes).map_err(malformed)?;
    let stripped = strip(&bytes).map_err(malformed)?;
    validate(&stripped).map_err(|error| {
        Failure::failed(format!(
            "stripping {} gave what is not valid: {error}",
            path.display()
        ))
    })?;
    Ok(stripped)
}

/// Whether a custom section changes what the module means.
fn has_meaning(name: &str) -> bool {
    name == "dylink.0" || name.starts_with("component-type")
}

fn strip(bytes: &[u8]) -> Result<Vec<u8>, BinaryReaderError> {
    let mut output = Vec::with_capacity(bytes.len());
    // What surrounds the module or component that is being read.
    let mut around = Vec::new();
    for payload in Parser::new(0).parse_all(bytes) {
        let payload = payload?;
        match &payload {
            Payload::Version { encoding, .. } => output.extend(match encoding {
                Encoding::Component => Component::HEADER,
                Encoding::Module => Module::HEADER,
            }),
            // Its own sections follow, and then its end.
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => {
                around.push(mem::take(&mut output));
                continue;
            }
            Payload::End(_) => {
                let Some(parent) = around.pop() else { break };
                let nested = mem::replace(&mut output, parent);
                output.push(if Parser::is_component(&nested) {
                    ComponentSectionId::Component.into()
                } else {
                    ComponentSectionId::CoreModule.into()
                });
                nested.encode(&mut output);
                continue;
            }
            Payload::CustomSection(custom) if !has_meaning(custom.name()) => continue,
            _ => {}
        }
        if let Some((id, range)) = payload.as_section() {
            let data = &bytes[range.start as usize..range.end as usize];
            RawSection { id, data }.append_to(&mut output);
        }
    }
    Ok(output)
}
