//! A component: which world it is for, by what it exports.

use wasmparser::{ComponentExternalKind, Parser, Payload};

use super::other::Kind;
use super::refused::WhyNot;
use super::wasm::validate;

/// A component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    /// What kind of host it is for.
    pub world: World,
    /// The names of what it imports, in its order: `wasi:io/streams@0.2.0`.
    pub imports: Vec<String>,
    /// The names of what it exports, in its order.
    pub exports: Vec<String>,
}

/// What kind of host a component is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum World {
    /// A command: it exports `wasi:cli/run`.
    Cli {
        /// The version of that: `0.2.3`.
        version: String,
    },
    /// A server: it exports `wasi:http/incoming-handler`, or `wasi:http/handler` as of 0.3. One that
    /// is a command as well is here.
    Http {
        /// The version of that.
        version: String,
    },
    /// Another one.
    Other {
        /// What it exports.
        exports: Vec<String>,
    },
}

impl Component {
    /// Reads a component and validates it.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, WhyNot> {
        let (mut imports, mut exports) = (Vec::new(), Vec::new());
        let mut only_types = true;
        // How many modules and components surround what is being read.
        let mut depth = 0_usize;
        for payload in Parser::new(0).parse_all(bytes) {
            match payload? {
                Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
                Payload::End(_) => depth = depth.saturating_sub(1),
                Payload::ComponentImportSection(section) if depth == 0 => {
                    for import in section {
                        imports.push(import?.name.full_name().into_owned());
                    }
                }
                Payload::ComponentExportSection(section) if depth == 0 => {
                    for export in section {
                        let export = export?;
                        only_types &= export.kind == ComponentExternalKind::Type;
                        exports.push(export.name.full_name().into_owned());
                    }
                }
                _ => {}
            }
        }
        validate(bytes)?;
        match (exports.is_empty(), only_types) {
            (true, _) => Err(WhyNot::Other(Kind::SilentComponent)),
            (false, true) => Err(WhyNot::Other(Kind::Interfaces)),
            (false, false) => Ok(Self {
                world: World::of(&exports),
                imports,
                exports,
            }),
        }
    }
}

impl World {
    fn of(exports: &[String]) -> Self {
        let version = |interface: &str| {
            let of_it = |export: &String| {
                let version = export.strip_prefix(interface)?.strip_prefix('@')?;
                Some(version.to_owned())
            };
            exports.iter().find_map(of_it)
        };
        let handler =
            version("wasi:http/incoming-handler").or_else(|| version("wasi:http/handler"));
        if let Some(version) = handler {
            return Self::Http { version };
        }
        match version("wasi:cli/run") {
            Some(version) => Self::Cli { version },
            None => Self::Other {
                exports: exports.to_vec(),
            },
        }
    }
}
