//! Stripping modules and components: what they mean stays, at every depth.

use std::path::PathBuf;

use lab::size::strip_wasm;
use tempfile::TempDir;
use wasmparser::{Parser, Payload, Validator, WasmFeatures};

use crate::support::{file, folder};

/// A module with custom sections before, between and after the others.
const MODULE: &str = r#"(module $named
    (@custom "dylink.0" (before first) "")
    (@custom "target_features" (after type) "\00")
    (@producers (language "Rust" "1"))
    (func $add (export "add") (param i32 i32) (result i32)
        (i32.add (local.get 0) (local.get 1)))
    (memory (export "memory") 1)
    (data (i32.const 8) "kept")
    (@custom ".debug_info" (after last) "01234567890123456789")
    (@custom "component-type:bindings" (after last) "meant"))"#;

fn written(folder: &TempDir, text: &str) -> PathBuf {
    file(
        folder,
        "in.wasm",
        &wat::parse_str(text).expect("is well formed"),
    )
}

/// Names of all custom sections at every depth; how many sections of other kinds there
/// are, with all their bytes.
fn contents(bytes: &[u8]) -> (Vec<String>, Vec<(u8, Vec<u8>)>) {
    let (mut names, mut others) = (Vec::new(), Vec::new());
    for payload in Parser::new(0).parse_all(bytes) {
        let payload = payload.expect("is whole");
        match &payload {
            Payload::CustomSection(custom) => names.push(custom.name().to_owned()),
            // Their own sections follow.
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => {
                others.push((255, vec![]));
            }
            _ => {
                others.extend(payload.as_section().map(|(id, range)| {
                    (id, bytes[range.start as usize..range.end as usize].to_vec())
                }));
            }
        }
    }
    (names, others)
}

fn is_valid(bytes: &[u8]) -> bool {
    Validator::new_with_features(WasmFeatures::all())
        .validate_all(bytes)
        .is_ok()
}

#[test]
fn a_module_keeps_what_it_means() {
    let folder = folder();
    let path = written(&folder, MODULE);
    let before = contents(&std::fs::read(&path).expect("reads"));
    assert_eq!(before.0.len(), 6, "{:?}", before.0);
    let stripped = strip_wasm(&path).expect("strips");
    let after = contents(&stripped);
    assert_eq!(after.0, ["dylink.0", "component-type:bindings"]);
    assert_eq!(after.1, before.1);
    assert!(is_valid(&stripped));
}

#[test]
fn a_component_is_stripped_at_every_depth() {
    let folder = folder();
    let module = MODULE.replace("(module $named", "(core module $inner");
    let text = format!(
        r#"(component $outer
            (@custom "producers" "x")
            {module}
            (core instance $made (instantiate $inner))
            (component $nested
                {module}
                (@custom "component-name-like" "y"))
            (func (export "add") (param "a" s32) (param "b" s32) (result s32)
                (canon lift (core func $made "add")))
            (@custom "last" "z"))"#
    );
    let path = written(&folder, &text);
    let before = contents(&std::fs::read(&path).expect("reads"));
    let stripped = strip_wasm(&path).expect("strips");
    let after = contents(&stripped);
    assert!(before.0.len() >= 15, "{:?}", before.0);
    let kept = ["dylink.0", "component-type:bindings"];
    assert_eq!(after.0, [kept, kept].concat());
    assert_eq!(after.1, before.1);
    assert!(is_valid(&stripped) && Parser::is_component(&stripped));
}

#[test]
fn the_size_is_what_the_custom_sections_were() {
    let folder = folder();
    let plain = wat::parse_str("(module (memory 1))").expect("is well formed");
    let custom = "(module (memory 1) (@custom \"a\" (after last) \"0123456789\"))";
    let path = written(&folder, custom);
    // Id, length, length of the name, name, ten bytes.
    let before = std::fs::read(&path).expect("reads");
    assert_eq!(before.len(), plain.len() + 1 + 1 + 1 + 1 + 10);
    assert_eq!(strip_wasm(&path).expect("strips"), plain);
}

#[test]
fn what_is_no_wasm_is_named() {
    let folder = folder();
    let whole = wat::parse_str(MODULE).expect("is well formed");
    // The header alone is a whole module with nothing in it; one byte less is not.
    let mut wrong = wat::parse_str("(module (func (result i32) i32.const 1))").expect("parses");
    let end = wrong.len() - 3;
    wrong[end] = 0x01; // a nop, so that nothing is returned
    for (name, bytes, expected) in [
        ("empty", &b""[..], "empty is empty"),
        ("text", b"(module)", "text is not a valid WebAssembly"),
        (
            "cut",
            &whole[..whole.len() - 5],
            "cut is not a valid WebAssembly",
        ),
        ("header", &whole[..7], "header is not a valid WebAssembly"),
        ("wrong", &wrong, "wrong is not a valid WebAssembly"),
    ] {
        let error = strip_wasm(&file(&folder, name, bytes)).expect_err("is no wasm");
        assert!(error.to_string().contains(expected), "{error}");
        assert!(!error.to_string().contains('\n'), "{error}");
    }
    let error = strip_wasm(&folder.path().join("missing")).expect_err("is not there");
    assert!(
        error.to_string().contains("missing: No such file"),
        "{error}"
    );
}
