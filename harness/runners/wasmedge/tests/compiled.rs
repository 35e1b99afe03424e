//! Where it is to run compiled code, it does: WasmEdge falls back to interpreting without a
//! word, and only the output would be the same.

use std::fs;

use anyhow::{Result, ensure};
use labrun_protocol::{Command as Order, Event, GuestTarget, Load};
use labrun_runner_kit::testing::Driver;

/// A function of some length, so that there is code.
const GUEST: &str = r#"(module
  (memory (export "memory") 1)
  (func (export "_start") (local $n i32)
    (loop $again
      (i32.store (local.get $n) (i32.mul (local.get $n) (local.get $n)))
      (local.set $n (i32.add (local.get $n) (i32.const 4)))
      (br_if $again (i32.lt_u (local.get $n) (i32.const 4096))))))"#;

/// Executable memory of the process that belongs to no file.
fn made_code(process: u32) -> Result<usize> {
    let maps = fs::read_to_string(format!("/proc/{process}/maps"))?;
    let is_made = |line: &&str| {
        let fields: Vec<_> = line.split_whitespace().collect();
        fields.len() == 5 && fields[1].contains('x')
    };
    Ok(maps.lines().filter(is_made).count())
}

/// How much more of it there is once the guest is loaded.
fn made_by_loading(configuration: &str) -> Result<usize> {
    let mut runner = Driver::start(env!("CARGO_BIN_EXE_labrun-runner-wasmedge"))?;
    let artifact = runner.file("guest.wasm", &wat::parse_str(GUEST)?)?;
    let configuration = configuration.to_owned();
    let mut precompiled = None;
    if configuration == "aot" {
        let output = artifact.with_file_name("guest.precompiled");
        let answer = runner.send(&Order::Precompile {
            configuration: configuration.clone(),
            target: GuestTarget::Wasip1,
            artifact: artifact.clone(),
            output: output.clone(),
        })?;
        ensure!(matches!(answer.event, Event::Done { .. }), "{answer:?}");
        precompiled = Some(output);
    }
    let before = made_code(runner.id())?;
    let answer = runner.send(&Order::Load(Load {
        configuration,
        target: GuestTarget::Wasip1,
        artifact,
        precompiled,
        instances: None,
    }))?;
    ensure!(matches!(answer.event, Event::Done { .. }), "{answer:?}");
    Ok(made_code(runner.id())? - before)
}

#[test]
fn compiled_code_is_loaded_where_it_is_to_be() -> Result<()> {
    assert_eq!(made_by_loading("interpreter")?, 0);
    assert!(made_by_loading("aot")? > 0);
    Ok(())
}
