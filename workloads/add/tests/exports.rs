//! The wasm modules export what the lab calls, without a wrapper around it.

#[path = "../../wasm_artifact.rs"]
mod wasm_artifact;

const MANIFEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");

#[test]
fn the_wasip1_library_is_a_reactor_with_bare_exports() {
    let module = wasm_artifact::build(MANIFEST, "wasm32-wasip1", &["--lib"], "add_workload.wasm");
    let exports = wasm_artifact::exported_functions(&module);
    for name in ["add", "add_loop"] {
        assert_eq!(exports.get(name).map(String::as_str), Some(name));
    }
    assert!(exports.contains_key("_initialize"), "{exports:?}");
    assert!(!exports.contains_key("_start"), "{exports:?}");
}

#[test]
fn the_wasip1_command_exports_add_too() {
    let module = wasm_artifact::build(MANIFEST, "wasm32-wasip1", &["--bin", "add"], "add.wasm");
    let exports = wasm_artifact::exported_functions(&module);
    assert_eq!(exports.get("add").map(String::as_str), Some("add"));
    assert!(exports.contains_key("_start"), "{exports:?}");
}
