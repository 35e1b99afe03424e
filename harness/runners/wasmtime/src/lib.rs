//! wasmtime, as labrun runs it. What is chosen, and why, is in `runner.toml`.
//!
//! * `configuration.rs`: the settings of each configuration
//! * `context.rs`: what a guest is given
//! * `module.rs`: wasip1, modules
//! * `component.rs`: wasip2, components
//! * `hooks.rs`: what they get for HTTP

mod component;
mod configuration;
mod context;
#[cfg_attr(not(runtime_since = "48"), path = "hooks_until_47.rs")]
mod hooks;
mod module;

use std::sync::OnceLock;

use anyhow::{Context as _, Result};
use bytes::Bytes;
use http::{Request, Response};
use labrun_runner_kit::{Ambient, Code, Configuration, Grants, GuestTarget, Runtime, Unsupported};
use wasmtime::Engine;

/// wasmtime in one configuration.
pub struct Wasmtime {
    engine: Engine,
    ambient: Ambient,
    // Each is made when the first module needs it: a process that runs one module
    // must not pay for the other kinds.
    commands: OnceLock<module::Linker>,
    handlers: OnceLock<module::Linker>,
    components: OnceLock<component::Linker>,
}

impl Runtime for Wasmtime {
    const NAME: &'static str = "wasmtime";
    const CONFIGURATIONS: &'static [Configuration] = configuration::ALL;
    type Module = Module;

    fn version() -> String {
        env!("RUNTIME_VERSION").to_owned()
    }

    fn new(
        configuration: &'static str,
        target: GuestTarget,
        instances: Option<u32>,
    ) -> Result<Self> {
        let engine = Engine::new(&configuration::to_run(configuration, instances)?)?;
        let runtime = Self {
            engine,
            ambient: Ambient::new()?,
            commands: OnceLock::new(),
            handlers: OnceLock::new(),
            components: OnceLock::new(),
        };
        match target {
            GuestTarget::Wasip1 => drop(runtime.commands()?),
            GuestTarget::Wasip2 => drop(runtime.components()?),
            GuestTarget::Native => return Err(no_native()),
        }
        Ok(runtime)
    }

    fn precompile(
        configuration: &'static str,
        target: GuestTarget,
        wasm: &[u8],
    ) -> Result<Vec<u8>> {
        let engine = Engine::new(&configuration::to_compile(configuration)?)?;
        let code = match target {
            GuestTarget::Wasip1 => engine.precompile_module(wasm),
            GuestTarget::Wasip2 => engine.precompile_component(wasm),
            GuestTarget::Native => return Err(no_native()),
        };
        code.map_err(anyhow::Error::from)
            .context("cannot precompile")
    }

    fn load(&self, target: GuestTarget, name: &str, code: Code<'_>) -> Result<Module> {
        Ok(match target {
            GuestTarget::Wasip1 => Module::Core(module::load(self, name, code)?),
            GuestTarget::Wasip2 => Module::Component(component::load(self, name, code)?),
            GuestTarget::Native => return Err(no_native()),
        })
    }
}

impl Wasmtime {
    fn commands(&self) -> Result<&module::Linker> {
        made(&self.commands, || module::Linker::commands(&self.engine))
    }

    fn handlers(&self) -> Result<&module::Linker> {
        made(&self.handlers, || module::Linker::handlers(&self.engine))
    }

    fn components(&self) -> Result<&component::Linker> {
        made(&self.components, || component::linker(&self.engine))
    }
}

fn no_native() -> anyhow::Error {
    Unsupported("wasmtime runs no native code".into()).into()
}

#[cold]
fn no_bare_exports() -> anyhow::Error {
    Unsupported("a component has no bare exports".into()).into()
}

/// What `cell` holds, made now if it is empty.
fn made<T>(cell: &OnceLock<T>, make: impl FnOnce() -> Result<T>) -> Result<&T> {
    if let Some(held) = cell.get() {
        return Ok(held);
    }
    // Only the thread that reads commands loads, so that nobody races it.
    let fresh = make()?;
    Ok(cell.get_or_init(|| fresh))
}

/// A module or a component that is ready to be instantiated.
pub enum Module {
    /// wasip1.
    Core(module::Module),
    /// wasip2.
    Component(component::Module),
}

/// An instance that runs once, or whose exports are called.
pub enum Command {
    /// wasip1.
    Core(module::Command),
    /// wasip2.
    Component(component::Command),
}

/// An instance that answers requests.
pub enum Handler {
    /// wasip1.
    Core(module::Handler),
    /// wasip2.
    Component(component::Handler),
}

impl labrun_runner_kit::Module for Module {
    type Command = Command;
    type Handler = Handler;

    fn is_handler(&self) -> bool {
        match self {
            Self::Core(module) => module.is_handler(),
            Self::Component(module) => module.is_handler(),
        }
    }

    fn instantiate(&self, grants: &Grants) -> Result<Command> {
        Ok(match self {
            Self::Core(module) => Command::Core(module.instantiate(grants)?),
            Self::Component(module) => Command::Component(module.instantiate(grants)?),
        })
    }

    async fn instantiate_handler(&self, grants: &Grants) -> Result<Handler> {
        Ok(match self {
            Self::Core(module) => Handler::Core(module.instantiate_handler(grants).await?),
            Self::Component(module) => {
                Handler::Component(module.instantiate_handler(grants).await?)
            }
        })
    }
}

impl labrun_runner_kit::Command for Command {
    type Export = module::Export;

    fn run(&mut self) -> Result<i32> {
        match self {
            Self::Core(command) => command.run(),
            Self::Component(command) => command.run(),
        }
    }

    fn export(&mut self, name: &str) -> Result<Self::Export> {
        match self {
            Self::Core(command) => command.export(name),
            Self::Component(_) => Err(no_bare_exports()),
        }
    }

    #[inline]
    fn call(&mut self, export: &Self::Export, arguments: (i32, i32)) -> Result<i32> {
        match self {
            Self::Core(command) => command.call(export, arguments),
            Self::Component(_) => Err(no_bare_exports()),
        }
    }
}

impl labrun_runner_kit::Handler for Handler {
    async fn respond(&mut self, request: Request<Bytes>) -> Result<Response<Bytes>> {
        match self {
            Self::Core(handler) => handler.respond(request).await,
            Self::Component(handler) => handler.respond(request).await,
        }
    }
}

/// The exit code of a guest whose call ended with `outcome`.
fn exit_code(outcome: wasmtime::Result<()>) -> Result<i32> {
    let Err(error) = outcome else { return Ok(0) };
    if let Some(exit) = error.downcast_ref::<wasmtime_wasi::I32Exit>() {
        return Ok(exit.0);
    }
    // The rest of the chain is a backtrace of the guest.
    if let Some(trap) = error.downcast_ref::<wasmtime::Trap>() {
        anyhow::bail!("the guest trapped: {trap}");
    }
    Err(anyhow::Error::from(error).context("the guest failed"))
}
