//! wasip1 modules, as commands and as handlers.
//!
//! WASIX blocks on its own async functions wherever it is called from, so that a
//! handler needs no other way than a command.

use anyhow::{Context as _, Result, anyhow, ensure};
use bytes::Bytes;
use http::{Request, Response};
use labrun_runner_kit::{Grants, Refused, WAITS, framing, no_export};
use wasmer::{Instance, InstantiationError, LinkError, Memory, RuntimeError, Store, TypedFunction};
use wasmer_types::ModuleHash;
use wasmer_wasix::types::wasi::ExitCode;
use wasmer_wasix::{WasiError, WasiFunctionEnv, WasiRuntimeError, WasiThreadError};

use crate::context::Host;

/// A module that is ready to be instantiated.
pub struct Module {
    host: Host,
    name: String,
    compiled: wasmer::Module,
    /// WASIX names processes by it; a random one would be made for each instance.
    hash: ModuleHash,
    is_handler: bool,
}

/// An instance, and what it lives in.
struct Guest {
    store: Store,
    instance: Instance,
    environment: WasiFunctionEnv,
    host: Host,
}

impl Module {
    pub(crate) fn new(host: Host, name: &str, compiled: wasmer::Module) -> Self {
        if compiled.imports().any(|import| import.name() == WAITS) {
            host.ambient.drive();
        }
        let is_handler = compiled
            .exports()
            .any(|export| export.name() == framing::RESPOND);
        Self {
            host,
            name: name.to_owned(),
            compiled,
            hash: ModuleHash::random(),
            is_handler,
        }
    }

    /// Store, WASIX environment and instance; calls `_initialize` if there is one.
    fn guest(&self, grants: &Grants) -> Result<Guest> {
        let _tokio = self.host.ambient.enter();
        let mut store = Store::new(self.host.engine.clone());
        let builder = self.host.environment(&self.name, grants)?;
        let (instance, environment) = builder
            .instantiate_ext(self.compiled.clone(), self.hash, &mut store)
            .map_err(|error| match error {
                WasiRuntimeError::Thread(WasiThreadError::InstanceCreateFailed(failed)) => {
                    match *failed {
                        InstantiationError::Link(LinkError::Import(module, name, why)) => {
                            // Its type is in no crate that is used here.
                            if why.to_string().starts_with("unknown import") {
                                Refused::no_import(&module, &name)
                            } else {
                                Refused::other_import(&module, &name)
                            }
                        }
                        InstantiationError::Link(link) => Refused::because(link.into()),
                        other => other.into(),
                    }
                }
                other => other.into(),
            })?;
        Ok(Guest {
            store,
            instance,
            environment,
            host: self.host.clone(),
        })
    }
}

impl labrun_runner_kit::Module for Module {
    type Command = Command;
    type Handler = Handler;

    fn is_handler(&self) -> bool {
        self.is_handler
    }

    fn instantiate(&self, grants: &Grants) -> Result<Command> {
        Ok(Command(self.guest(grants)?))
    }

    async fn instantiate_handler(&self, grants: &Grants) -> Result<Handler> {
        Ok(Handler(self.guest(grants)?))
    }
}

/// An instance of a command.
pub struct Command(Guest);

impl labrun_runner_kit::Command for Command {
    type Export = TypedFunction<(i32, i32), i32>;

    fn run(&mut self) -> Result<i32> {
        let Guest {
            store,
            instance,
            environment,
            host,
        } = &mut self.0;
        let _tokio = host.ambient.enter();
        let start = instance
            .exports
            .get_function("_start")
            .context("the module has no _start")?;
        let code = exit_code(start.call(store, &[]).map(drop));
        // Flushes and closes what the guest left open, as wasmer's own command does.
        environment.on_exit(store, Some(ExitCode::from(*code.as_ref().unwrap_or(&1))));
        code
    }

    fn export(&mut self, name: &str) -> Result<Self::Export> {
        let Guest {
            store, instance, ..
        } = &mut self.0;
        // Instantiation has called `_initialize`.
        if let Ok(export) = instance.exports.get_typed_function(store, name) {
            return Ok(export);
        }
        let functions = instance.exports.iter().functions();
        let callable = functions
            .filter(|(_, function)| function.typed::<(i32, i32), i32>(store).is_ok())
            .map(|(name, _)| name.clone());
        Err(no_export(name, callable))
    }

    #[inline]
    fn call(&mut self, export: &Self::Export, (left, right): (i32, i32)) -> Result<i32> {
        match export.call(&mut self.0.store, left, right) {
            Ok(number) => Ok(number),
            Err(error) => Err(ended(error)),
        }
    }
}

/// An instance of a handler.
pub struct Handler(Guest);

impl labrun_runner_kit::Handler for Handler {
    async fn respond(&mut self, request: Request<Bytes>) -> Result<Response<Bytes>> {
        let Guest {
            store, instance, ..
        } = &mut self.0;
        let exports = &instance.exports;
        let alloc: TypedFunction<u32, u32> = exports.get_typed_function(store, framing::ALLOC)?;
        let respond: TypedFunction<(u32, u32), u64> =
            exports.get_typed_function(store, framing::RESPOND)?;
        let memory: &Memory = exports.get_memory(framing::MEMORY)?;

        let frame = framing::encode(&request);
        let length = u32::try_from(frame.len()).context("the request is too long")?;
        let address = trapped(alloc.call(store, length))?;
        ensure!(address != 0, "the handler has no memory for the request");
        memory.view(store).write(u64::from(address), &frame)?;
        let (address, length) = framing::unpack(trapped(respond.call(store, address, length))?);
        let view = memory.view(store);
        let inside = address
            .checked_add(length)
            .is_some_and(|end| end as u64 <= view.data_size());
        ensure!(inside, "the handler's answer is outside its memory");
        let mut bytes = vec![0; length];
        view.read(address as u64, &mut bytes)?;
        framing::decode(&bytes)
    }
}

/// The exit code of a guest whose call ended with `outcome`.
fn exit_code(outcome: Result<(), RuntimeError>) -> Result<i32> {
    let Err(error) = outcome else { return Ok(0) };
    match error.downcast::<WasiError>() {
        Ok(WasiError::Exit(code)) => Ok(code.raw()),
        Ok(other) => Err(anyhow!(other).context("the guest failed")),
        Err(trap) => Err(anyhow!("the guest trapped: {}", trap.message())),
    }
}

/// Why a call of an export did not return.
#[cold]
fn ended(error: RuntimeError) -> anyhow::Error {
    match exit_code(Err(error)) {
        Ok(code) => anyhow!("the guest exited with code {code}"),
        Err(error) => error,
    }
}

/// What a handler's function returned; that it did is not expected to be an exit.
fn trapped<T>(outcome: Result<T, RuntimeError>) -> Result<T> {
    outcome.or_else(|error| {
        let code = exit_code(Err(error))?;
        Err(anyhow!("the handler exited with {code}"))
    })
}
