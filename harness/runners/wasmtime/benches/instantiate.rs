//! What the lab's `instantiate_warm` says, measured by criterion: the same span
//! (store, WASI context and instance; dropped outside it) in the same code. And a call
//! across the boundary.
//!
//! `LABRUN_BENCH_MODULE` names another wasip1 command to measure; it must export
//! `add(i32, i32) -> i32`.

use std::fs;
use std::hint::black_box;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use labrun_runner_kit::{Code, Grants, GuestTarget, Module as _, Runtime as _};
use labrun_runner_wasmtime::Wasmtime;

const BUILT_IN: &str = r#"(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 17)
  (func (export "_start") (call $exit (i32.const 0)))
  (func (export "add") (param i32 i32) (result i32)
    (i32.add (local.get 0) (local.get 1))))"#;

fn instantiate(criterion: &mut Criterion) {
    let wasm = match std::env::var_os("LABRUN_BENCH_MODULE") {
        Some(path) => fs::read(path).expect("LABRUN_BENCH_MODULE can be read"),
        None => wat::parse_str(BUILT_IN).expect("the built-in module parses"),
    };
    let folder = std::env::temp_dir().join(format!("labrun-bench-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a temporary folder");
    let grants = Grants {
        args: vec!["1".into(), "2".into()],
        ..Grants::default()
    };
    for configuration in Wasmtime::CONFIGURATIONS {
        let name = configuration.name;
        let file = folder.join(name);
        let code = if configuration.precompile {
            let code = Wasmtime::precompile(name, GuestTarget::Wasip1, &wasm).expect("precompiles");
            fs::write(&file, code).expect("is written");
            Code::Map(&file)
        } else {
            fs::write(&file, &wasm).expect("is written");
            Code::Compile(&file)
        };
        let runtime = Wasmtime::new(name, GuestTarget::Wasip1).expect("starts");
        let module = runtime
            .load(GuestTarget::Wasip1, "add", code)
            .expect("loads");
        criterion.bench_function(&format!("{name}/instantiate"), |bencher| {
            // One at a time, so that the instance before is gone, as in the lab.
            let instance = || module.instantiate(&grants).expect("instantiates");
            bencher.iter_batched(|| (), |()| instance(), BatchSize::PerIteration);
        });
        let mut instance = module.instantiate(&grants).expect("instantiates");
        criterion.bench_function(&format!("{name}/call"), |bencher| {
            bencher.iter(|| instance.call("add", black_box((1, 2))).expect("adds"));
        });
    }
    // What is left in a temporary folder is no reason to fail.
    let _ = fs::remove_dir_all(&folder);
}

criterion_group!(benches, instantiate);
criterion_main!(benches);
