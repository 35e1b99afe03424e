//! The wasm module multiplies and adds vectors of four `f32`, and fuses nothing.

#[path = "../../wasm_artifact.rs"]
mod wasm_artifact;
#[path = "../../wasm_vectors.rs"]
mod wasm_vectors;

const MANIFEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");

#[test]
fn the_wasip1_command_multiplies_vectors() {
    let bin = ["--bin", "matmul-simd"];
    let module = wasm_artifact::build(MANIFEST, "wasm32-wasip1", &bin, "matmul-simd.wasm");
    assert!(wasm_artifact::exported_functions(&module).contains_key("_start"));
    let found = wasm_vectors::operators(&module);
    for name in ["V128Load", "F32x4Mul", "F32x4Add", "V128Store"] {
        assert!(found.contains(name), "{name} is not in {found:?}");
        assert!(wasm_vectors::is(name));
    }
    // A fused product is rounded once and not twice: other bits.
    assert!(
        !found.iter().any(|name| name.contains("Relaxed")),
        "{found:?}"
    );
}
