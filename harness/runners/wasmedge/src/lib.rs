//! WasmEdge, as labrun runs it. What is chosen, and why, is in `runner.toml`.
//!
//! * `context.rs`: what a guest is given
//! * `module.rs`: modules, as commands and as handlers

mod context;
mod module;

use std::fs;

use anyhow::{Context as _, Result, bail, ensure};
use labrun_runner_kit::{Code, Configuration, GuestTarget, Runtime, Unsupported};
use wasmedge_sdk::config::{CommonConfigOptions, CompilerConfigOptions, Config, ConfigBuilder};
use wasmedge_sdk::utils::CoreVersion;
use wasmedge_sdk::{Compiler, CompilerOutputFormat, LogManager, RunMode};

pub use module::{Guest, Module};

/// What the sdk is made for: major and minor version of the library.
const LIBRARY: (u32, u32) = (0, 17);

/// WasmEdge in one configuration.
pub struct WasmEdge {
    config: Config,
}

impl Runtime for WasmEdge {
    const NAME: &'static str = "wasmedge";
    const CONFIGURATIONS: &'static [Configuration] = &[
        Configuration {
            name: "aot",
            precompile: true,
        },
        Configuration {
            name: "interpreter",
            precompile: false,
        },
    ];
    type Module = Module;

    fn version() -> String {
        CoreVersion::version_string()
    }

    fn new(configuration: &'static str, target: GuestTarget, _: Option<u32>) -> Result<Self> {
        modules_only(target)?;
        let (major, minor) = LIBRARY;
        ensure!(
            (CoreVersion::major(), CoreVersion::minor()) == LIBRARY,
            "the library is WasmEdge {}, and this runner needs {major}.{minor}",
            CoreVersion::version_string()
        );
        // WasmEdge logs to stdout, which belongs to the guest.
        LogManager::log_off();
        let mode = match configuration {
            "aot" => RunMode::Aot,
            "interpreter" => RunMode::Interpreter,
            other => bail!("wasmedge has no configuration {other}"),
        };
        let options = CommonConfigOptions::default().run_mode(mode);
        let config = ConfigBuilder::new(options).build()?;
        Ok(Self { config })
    }

    fn precompile(_: &'static str, target: GuestTarget, wasm: &[u8]) -> Result<Vec<u8>> {
        modules_only(target)?;
        LogManager::log_off();
        let options = CompilerConfigOptions::default().out_format(CompilerOutputFormat::Wasm);
        let config = ConfigBuilder::default()
            .with_compiler_config(options)
            .build()?;
        // The compiler writes files alone.
        let folder = tempfile::tempdir().context("cannot make a folder for the compiler")?;
        let compiled = Compiler::new(Some(&config))?
            .compile_from_bytes(wasm, "module", folder.path())
            .context("cannot precompile")?;
        fs::read(&compiled).with_context(|| format!("cannot read {}", compiled.display()))
    }

    fn load(&self, target: GuestTarget, name: &str, code: Code<'_>) -> Result<Module> {
        modules_only(target)?;
        let (Code::Compile(path) | Code::Map(path)) = code;
        // The sdk's own way to read a file takes no other names than `*.wasm`.
        let wasm = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let module = wasmedge_sdk::Module::from_bytes(Some(&self.config), wasm)
            .context("cannot load the module")?;
        Ok(Module::new(self.config.clone(), name, module))
    }
}

/// WasmEdge instantiates no components for embedders, and runs no native code.
fn modules_only(target: GuestTarget) -> Result<()> {
    let reason = match target {
        GuestTarget::Wasip1 => return Ok(()),
        GuestTarget::Wasip2 => "wasmedge-sdk loads modules alone",
        GuestTarget::Native => "WasmEdge runs no native code",
    };
    Err(Unsupported(reason.to_owned()).into())
}
