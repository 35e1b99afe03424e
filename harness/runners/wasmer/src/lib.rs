//! wasmer with WASIX, as labrun runs it. What is chosen, and why, is in `runner.toml`.
//!
//! * `configuration.rs`: the settings of each configuration
//! * `context.rs`: what a guest is given
//! * `module.rs`: modules, as commands and as handlers

mod configuration;
mod context;
mod module;

use std::fs;

use anyhow::{Context as _, Result};
use labrun_runner_kit::{Code, Configuration, GuestTarget, Runtime, Unsupported};
use wasmer::DeserializeError;

pub use module::{Command, Handler, Module};

/// wasmer in one configuration.
pub struct Wasmer {
    host: context::Host,
}

impl Runtime for Wasmer {
    const NAME: &'static str = "wasmer";
    const CONFIGURATIONS: &'static [Configuration] = configuration::ALL;
    type Module = Module;

    fn version() -> String {
        env!("RUNTIME_VERSION").to_owned()
    }

    fn new(configuration: &'static str, target: GuestTarget, _: Option<u32>) -> Result<Self> {
        modules_only(target)?;
        Ok(Self {
            host: context::Host::new(configuration::to_run(configuration)?)?,
        })
    }

    fn precompile(
        configuration: &'static str,
        target: GuestTarget,
        wasm: &[u8],
    ) -> Result<Vec<u8>> {
        modules_only(target)?;
        let engine = configuration::to_compile(configuration)?;
        let module = wasmer::Module::from_binary(&engine, wasm).context("cannot precompile")?;
        Ok(module.serialize()?.to_vec())
    }

    fn load(&self, target: GuestTarget, name: &str, code: Code<'_>) -> Result<Module> {
        modules_only(target)?;
        let engine = &self.host.engine;
        let module = match code {
            Code::Compile(path) => {
                let wasm =
                    fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
                wasmer::Module::from_binary(engine, &wasm).context("cannot load the module")?
            }
            // SAFETY: the file is what `precompile` wrote; it is renamed into place when
            // it is complete, and nobody writes to it after that.
            Code::Map(path) => unsafe { wasmer::Module::deserialize_from_file(engine, path) }
                .map_err(|error| match error {
                    DeserializeError::Io(error) => error.into(),
                    other => anyhow::Error::from(other),
                })
                .context("cannot load the module")?,
        };
        Ok(Module::new(self.host.clone(), name, module))
    }
}

/// wasmer has no component model, and runs no native code.
fn modules_only(target: GuestTarget) -> Result<()> {
    match target {
        GuestTarget::Wasip1 => Ok(()),
        GuestTarget::Wasip2 => Err(Unsupported("wasmer has no component model".into()).into()),
        GuestTarget::Native => Err(Unsupported("wasmer runs no native code".into()).into()),
    }
}
