//! Core modules: how they are started, what they need, and whose imports they have.

use lab::inspect::{Feature, Module, ModuleKind, Program, program};

use crate::support::{compiled, folder, module, wasm};

#[test]
fn how_a_module_is_started_is_told_by_its_exports() {
    for (exports, kind) in [
        (r#"(func (export "_start"))"#, ModuleKind::Command),
        (
            r#"(func (export "_initialize")) (func (export "add"))"#,
            ModuleKind::Reactor,
        ),
        (
            r#"(func (export "handler_alloc")) (func (export "handler_respond"))"#,
            ModuleKind::Reactor,
        ),
        (r#"(func (export "add"))"#, ModuleKind::Neither),
        // Not by something else of that name.
        (r#"(memory (export "_start") 1)"#, ModuleKind::Neither),
        ("", ModuleKind::Neither),
    ] {
        assert_eq!(
            module(&format!("(module {exports})")).kind,
            kind,
            "{exports}"
        );
    }
    let both = module(r#"(module (memory (export "memory") 1) (func (export "_start")))"#);
    assert_eq!(both.exports, ["memory", "_start"]);
}

#[test]
fn what_it_needs_beyond_the_standard_is_told_by_what_it_does() {
    for (text, needs) in [
        ("", vec![]),
        // WebAssembly 2.0.
        (
            "(func (result i32 i32) i32.const 1 i32.extend8_s i32.const 2)",
            vec![],
        ),
        (
            "(memory 1) (func i32.const 0 i32.const 0 i32.const 0 memory.fill)",
            vec![],
        ),
        ("(func (local v128))", vec![Feature::Simd]),
        (
            "(func (drop (i32x4.splat (i32.const 1))))",
            vec![Feature::Simd],
        ),
        (
            "(func (param v128) (result v128) local.get 0 local.get 0 local.get 0 \
             i8x16.relaxed_laneselect)",
            vec![Feature::Simd, Feature::RelaxedSimd],
        ),
        ("(memory 1 1 shared)", vec![Feature::Threads]),
        ("(func atomic.fence)", vec![Feature::Threads]),
        ("(tag)", vec![Feature::Exceptions]),
        (
            "(tag) (func try catch 0 end)",
            vec![Feature::Exceptions, Feature::LegacyExceptions],
        ),
        ("(func return_call 0)", vec![Feature::TailCalls]),
        ("(memory i64 1)", vec![Feature::Memory64]),
        ("(memory 1) (memory 1)", vec![Feature::MultiMemory]),
        (
            r#"(import "env" "memory" (memory 1)) (memory 1)"#,
            vec![Feature::MultiMemory],
        ),
        (
            "(global i32 (i32.add (i32.const 1) (i32.const 2)))",
            vec![Feature::ExtendedConst],
        ),
        ("(type (struct (field i32)))", vec![Feature::Gc]),
        (
            "(memory 1 (pagesize 1))",
            vec![Feature::Other("custom-page-sizes".to_owned())],
        ),
        (
            "(memory i64 1 1 shared) (func (local v128))",
            vec![Feature::Simd, Feature::Threads, Feature::Memory64],
        ),
    ] {
        assert_eq!(module(&format!("(module {text})")).needs, needs, "{text}");
    }
}

#[test]
fn imports_of_wasi_are_not_foreign() {
    for imports in [
        "",
        r#"(import "wasi_snapshot_preview1" "fd_write" (func))"#,
        r#"(import "wasi_unstable" "fd_write" (func))"#,
        r#"(import "wasix_32v1" "thread_id" (func))"#,
        r#"(import "wasi_ephemeral_nn" "load" (func))"#,
        r#"(import "wasi" "thread-spawn" (func)) (import "env" "memory" (memory 1 1 shared))"#,
    ] {
        assert_eq!(of(imports).foreign(), None, "{imports}");
    }
}

#[test]
fn foreign_imports_are_named_with_whose_they_are_and_what_to_do() {
    for (imports, said) in [
        (
            vec![("wbg", "__wbindgen_throw"), ("env", "now")],
            "it imports wbg.__wbindgen_throw, env.now, which the JavaScript of wasm-bindgen gives \
             and no WASI host does; build it without wasm-bindgen, with --target wasm32-wasip1",
        ),
        (
            vec![
                ("gojs", "runtime.wasmExit"),
                ("gojs", "syscall/js.valueGet"),
            ],
            "it imports gojs.runtime.wasmExit, gojs.syscall/js.valueGet, which Go's JavaScript \
             (wasm_exec.js) gives and no WASI host does; build it with GOOS=wasip1 GOARCH=wasm",
        ),
        (
            vec![("env", "emscripten_resize_heap")],
            "JavaScript of Emscripten",
        ),
        // Most of it is WASI, and yet no host can run it.
        (
            vec![("wasi_snapshot_preview1", "fd_write"), ("env", "invoke_vi")],
            "it imports env.invoke_vi, which the JavaScript of Emscripten",
        ),
        (vec![("a", "b")], "JavaScript of Emscripten"),
        (vec![("env", "abort")], "@assemblyscript/wasi-shim"),
        (vec![("./glue.js", "f")], "which JavaScript gives"),
        (vec![("wasm:js-string", "length")], "which JavaScript gives"),
        (
            vec![("env", "x"), ("GOT.mem", "y")],
            "it imports GOT.mem.y, env.x, which a dynamic linker",
        ),
        (
            vec![("wasi:io/streams@0.2.0", "drop")],
            "wasm-tools component new",
        ),
        (
            vec![("env", "log")],
            "which a host of its own gives and no WASI host does",
        ),
    ] {
        let text: String = imports
            .iter()
            .map(|(module, name)| import(module, name))
            .collect();
        let foreign = of(&text).foreign().expect("is foreign");
        assert!(foreign.contains(said), "{foreign}");
    }
}

#[test]
fn five_foreign_imports_are_named_once_each_in_safe_words() {
    let names = ["a", "a", "b", "c\\1b[2J", "\\u{202e}d", "e", "f", "g"];
    let text: String = names.iter().map(|name| import("host", name)).collect();
    let foreign = of(&text).foreign().expect("is foreign");
    let said = "it imports host.a, host.b, host.c, host.\\u{202e}d, host.e and 2 more, which";
    assert!(foreign.starts_with(said), "{foreign}");
    let long = of(&import("host", &"n".repeat(5_000)))
        .foreign()
        .expect("is foreign");
    assert!(long.len() < 300, "{long}");
}

#[test]
fn what_rustc_makes_for_wasi_is_a_command_with_imports_of_wasi() {
    let folder = folder();
    let source = "fn main() { println!(\"it runs\") }";
    let made = compiled(
        &folder,
        "command",
        source,
        &["--target", "wasm32-wasip1", "-O"],
    );
    let Ok(Program::Module(module)) = program(&made) else {
        panic!("it is a module");
    };
    assert_eq!(module.kind, ModuleKind::Command);
    assert_eq!(module.foreign(), None);
    assert_eq!(module.needs, []);
    assert!(
        module
            .imports
            .iter()
            .all(|import| import.module == "wasi_snapshot_preview1")
    );
    assert!(module.exports.iter().any(|name| name == "memory"));
}

#[test]
fn what_is_not_valid_is_refused() {
    for text in [
        "(module (func (result i32)))",
        "(module (export \"a\" (func 7)))",
        "(module (func v128.const i8x16 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0))",
    ] {
        let refused = wasm(text).expect_err("is not valid").to_string();
        assert!(refused.contains("in.wasm is damaged: "), "{refused}");
    }
}

fn of(imports: &str) -> Module {
    module(&format!("(module {imports})"))
}

fn import(module: &str, name: &str) -> String {
    format!("(import \"{module}\" \"{name}\" (func))")
}
