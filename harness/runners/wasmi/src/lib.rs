//! wasmi, an interpreter, as labrun runs it. What is chosen, and why, is in `runner.toml`.
//!
//! * `module.rs`: modules, as commands and as handlers

mod module;

use std::fs;

use anyhow::{Context as _, Result, bail};
use labrun_runner_kit::{Code, Configuration, GuestTarget, Runtime, Unsupported};
use wasmi::{CompilationMode, Config, Engine, Linker};
use wasmi_wasi::{WasiCtx, add_to_linker};

pub use module::{Guest, Module};

/// wasmi in one configuration: the engine, and the functions that every module may import.
pub struct Wasmi {
    engine: Engine,
    linker: Linker<WasiCtx>,
}

impl Runtime for Wasmi {
    const NAME: &'static str = "wasmi";
    const CONFIGURATIONS: &'static [Configuration] = &[
        Configuration {
            name: "interpreter",
            precompile: false,
        },
        Configuration {
            name: "interpreter-eager",
            precompile: false,
        },
    ];
    type Module = Module;

    fn version() -> String {
        env!("RUNTIME_VERSION").to_owned()
    }

    fn new(configuration: &'static str, target: GuestTarget, _: Option<u32>) -> Result<Self> {
        modules_only(target)?;
        let mode = match configuration {
            "interpreter" => CompilationMode::LazyTranslation,
            "interpreter-eager" => CompilationMode::Eager,
            other => bail!("wasmi has no configuration {other}"),
        };
        let engine = Engine::new(Config::default().compilation_mode(mode));
        let mut linker = Linker::new(&engine);
        add_to_linker(&mut linker, |context| context)?;
        Ok(Self { engine, linker })
    }

    fn precompile(_: &'static str, _: GuestTarget, _: &[u8]) -> Result<Vec<u8>> {
        Err(Unsupported("wasmi compiles nothing ahead of time".into()).into())
    }

    fn load(&self, target: GuestTarget, name: &str, code: Code<'_>) -> Result<Module> {
        modules_only(target)?;
        let (Code::Compile(path) | Code::Map(path)) = code;
        let wasm = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let module = wasmi::Module::new(&self.engine, &wasm).context("cannot load the module")?;
        Ok(Module::new(self.linker.clone(), name, module))
    }
}

/// wasmi has no component model, and runs no native code.
fn modules_only(target: GuestTarget) -> Result<()> {
    match target {
        GuestTarget::Wasip1 => Ok(()),
        GuestTarget::Wasip2 => Err(Unsupported("wasmi has no component model".into()).into()),
        GuestTarget::Native => Err(Unsupported("wasmi runs no native code".into()).into()),
    }
}
