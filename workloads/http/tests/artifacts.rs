//! What is built for wasm is what the lab runs: a reactor, and a component.

use wasmparser::{Encoding, Parser, Payload};

#[path = "../../wasm_artifact.rs"]
mod wasm_artifact;

const MANIFEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
const FILE: &str = "http_workload.wasm";

#[test]
fn the_wasip1_library_is_a_reactor_with_bare_exports() {
    let module = wasm_artifact::build(MANIFEST, "wasm32-wasip1", &["--lib"], FILE);
    let exports = wasm_artifact::exported_functions(&module);
    assert!(exports.contains_key("_initialize"), "{exports:?}");
    for name in ["handler_alloc", "handler_respond"] {
        assert_eq!(exports.get(name).map(String::as_str), Some(name));
    }
}

#[test]
fn the_wasip2_library_is_a_component_that_handles_requests() {
    let component = wasm_artifact::build(MANIFEST, "wasm32-wasip2", &["--lib"], FILE);
    let (mut exports, mut wrapped) = (Vec::new(), Vec::new());
    let mut depth = 0;
    for payload in Parser::new(0).parse_all(&component) {
        match payload.expect("a valid component") {
            Payload::Version { encoding, .. } => {
                if depth == 0 {
                    assert_eq!(encoding, Encoding::Component);
                }
                depth += 1;
            }
            Payload::End(_) => depth -= 1,
            Payload::ComponentExportSection(section) if depth == 1 => {
                for export in section {
                    exports.push(export.expect("a valid export").name.name.to_owned());
                }
            }
            Payload::CustomSection(section) if section.name() == "name" => {
                let text = String::from_utf8_lossy(section.data());
                wrapped.extend(text.contains(".command_export").then_some(depth));
            }
            _ => {}
        }
    }
    let handler = |name: &String| name.starts_with("wasi:http/incoming-handler@0.2.");
    assert!(exports.iter().any(handler), "{exports:?}");
    assert!(
        wrapped.is_empty(),
        "an export runs constructors on every call"
    );
}
