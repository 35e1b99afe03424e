//! The wasm module has no vector instruction: it is what it says it is.

#[path = "../../wasm_artifact.rs"]
mod wasm_artifact;
#[path = "../../wasm_vectors.rs"]
mod wasm_vectors;

const MANIFEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");

#[test]
fn the_wasip1_command_has_no_vectors() {
    let bin = ["--bin", "matmul"];
    let module = wasm_artifact::build(MANIFEST, "wasm32-wasip1", &bin, "matmul.wasm");
    assert!(wasm_artifact::exported_functions(&module).contains_key("_start"));
    let found = wasm_vectors::operators(&module);
    assert!(found.contains("F32Mul"), "{found:?}");
    let vectors: Vec<_> = found.iter().filter(|name| wasm_vectors::is(name)).collect();
    assert!(vectors.is_empty(), "{vectors:?}");
}
