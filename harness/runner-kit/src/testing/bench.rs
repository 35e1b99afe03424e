//! The spans that the lab reports of a runner, measured by criterion: an independent
//! check of the lab.

use std::fs;
use std::hint::black_box;
use std::path::Path;

use criterion::{BatchSize, Criterion};
use labrun_protocol::GuestTarget;

use crate::{Code, Command as _, Grants, Module, Runtime};

const BUILT_IN: &str = r#"(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 17)
  (func (export "_start") (call $exit (i32.const 0)))
  (func (export "add") (param i32 i32) (result i32)
    (i32.add (local.get 0) (local.get 1))))"#;

/// Benchmarks every configuration of a runtime: what the lab's `instantiate_warm`
/// spans (store, WASI context and instance; dropped outside it) by the same code, and a
/// call across the boundary, as a batch of the command `call` makes them. Takes the arguments that `cargo bench` passes.
///
/// `LABRUN_BENCH_MODULE` names another wasip1 command to measure; it must export
/// `add(i32, i32) -> i32`.
///
/// # Panics
/// If the module cannot be read or instantiated.
pub fn instantiate<R: Runtime>() {
    let mut criterion = Criterion::default().configure_from_args();
    let wasm = match std::env::var_os("LABRUN_BENCH_MODULE") {
        Some(path) => fs::read(path).expect("LABRUN_BENCH_MODULE can be read"),
        None => wat::parse_str(BUILT_IN).expect("the built-in module parses"),
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let grants = Grants {
        args: vec!["1".into(), "2".into()],
        ..Grants::default()
    };
    for configuration in R::CONFIGURATIONS {
        let name = configuration.name;
        let file = folder.path().join(name);
        let code = if configuration.precompile {
            let code = R::precompile(name, GuestTarget::Wasip1, &wasm).expect("precompiles");
            fs::write(&file, code).expect("is written");
            Code::Map(&file)
        } else {
            fs::write(&file, &wasm).expect("is written");
            Code::Compile(&file)
        };
        let runtime = R::new(name, GuestTarget::Wasip1, None).expect("starts");
        let module = runtime
            .load(GuestTarget::Wasip1, "add", code)
            .expect("loads");
        criterion.bench_function(&format!("{name}/instantiate"), |bencher| {
            // One at a time, so that the instance before is gone, as in the lab.
            let instance = || module.instantiate(&grants).expect("instantiates");
            bencher.iter_batched(|| (), |()| instance(), BatchSize::PerIteration);
        });
        call_add(&mut criterion, name, &module, &grants);
    }
    criterion.final_summary();
}

/// Benchmarks a call of `add(i32, i32) -> i32` of the native library `artifact`, in the only
/// configuration that a runtime of native code has. Takes the arguments that `cargo bench`
/// passes.
///
/// # Panics
/// If the library cannot be loaded, or has no such export.
pub fn call<R: Runtime>(artifact: &Path) {
    let mut criterion = Criterion::default().configure_from_args();
    let name = R::CONFIGURATIONS[0].name;
    let runtime = R::new(name, GuestTarget::Native, None).expect("starts");
    let module = runtime
        .load(GuestTarget::Native, "add", Code::Compile(artifact))
        .expect("loads");
    call_add(&mut criterion, name, &module, &Grants::default());
    criterion.final_summary();
}

/// What a batch of the command `call` makes many times, by the same code.
fn call_add<M: Module>(criterion: &mut Criterion, name: &str, module: &M, grants: &Grants) {
    let mut instance = module.instantiate(grants).expect("instantiates");
    let add = instance.export("add").expect("exports add");
    criterion.bench_function(&format!("{name}/call"), |bencher| {
        bencher.iter(|| instance.call(&add, black_box((19, 23))).expect("adds"));
    });
}
