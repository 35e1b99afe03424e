//! The settings of each configuration. Each is repeated with its reason in
//! `runner.toml`, which is what a report shows.

use anyhow::{Result, bail};
use labrun_runner_kit::Configuration;
use wasmer::Engine;
use wasmer::sys::{Cranelift, EngineBuilder, Singlepass};

/// Every configuration, sorted by name.
pub(crate) const ALL: &[Configuration] = &[
    Configuration {
        name: "cranelift-aot",
        precompile: true,
    },
    Configuration {
        name: "cranelift-jit",
        precompile: false,
    },
    Configuration {
        name: "singlepass-aot",
        precompile: true,
    },
    Configuration {
        name: "singlepass-jit",
        precompile: false,
    },
];

/// An engine that compiles modules for `name`.
pub(crate) fn to_compile(name: &str) -> Result<Engine> {
    Ok(match name {
        "cranelift-aot" | "cranelift-jit" => {
            EngineBuilder::new(Cranelift::default()).engine().into()
        }
        "singlepass-aot" | "singlepass-jit" => {
            EngineBuilder::new(Singlepass::default()).engine().into()
        }
        _ => bail!("`{name}` is no configuration of wasmer"),
    })
}

/// An engine that runs modules for `name`.
pub(crate) fn to_run(name: &str) -> Result<Engine> {
    if ALL.iter().any(|one| one.name == name && one.precompile) {
        // Nothing is compiled in this process: it need not set up a compiler.
        return Ok(EngineBuilder::headless().engine().into());
    }
    to_compile(name)
}
