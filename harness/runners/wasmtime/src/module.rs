//! wasip1: modules, as commands and as handlers.
//!
//! A command runs on wasmtime's synchronous API, which needs no stack of its own for
//! the guest; the WASI functions below it look for a tokio runtime, and find
//! [`Ambient`].
//!
//! A handler is called on a thread that drives a tokio runtime already, where blocking
//! on it would panic. It runs on the asynchronous API.

use std::fs;

use anyhow::{Context as _, Result, ensure};
use bytes::Bytes;
use http::{Request, Response};
use labrun_runner_kit::{Ambient, Code, Grants, WAITS, framing, no_export};
use wasmtime::{Engine, Instance, InstancePre, Memory, Store, TypedFunc};
use wasmtime_wasi::p1::{WasiP1Ctx, add_to_linker_async, add_to_linker_sync};

use crate::{Wasmtime, context, exit_code};

/// The functions that a module imports.
pub(crate) struct Linker(wasmtime::Linker<WasiP1Ctx>);

impl Linker {
    /// For commands.
    pub(crate) fn commands(engine: &Engine) -> Result<Self> {
        let mut linker = wasmtime::Linker::new(engine);
        add_to_linker_sync(&mut linker, |context| context)?;
        Ok(Self(linker))
    }

    /// For handlers.
    pub(crate) fn handlers(engine: &Engine) -> Result<Self> {
        let mut linker = wasmtime::Linker::new(engine);
        add_to_linker_async(&mut linker, |context| context)?;
        Ok(Self(linker))
    }
}

/// A module whose imports are resolved.
pub struct Module {
    name: String,
    instance: InstancePre<WasiP1Ctx>,
    is_handler: bool,
    ambient: Ambient,
}

/// Loads a module. Its imports are resolved here, once, and not for each instance.
pub(crate) fn load(runtime: &Wasmtime, name: &str, code: Code<'_>) -> Result<Module> {
    let engine = &runtime.engine;
    let module = match code {
        Code::Compile(path) => {
            let wasm = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
            wasmtime::Module::from_binary(engine, &wasm)
        }
        // SAFETY: the file is what `precompile` wrote; it is renamed into place when
        // it is complete, and nobody writes to it after that.
        Code::Map(path) => unsafe { wasmtime::Module::deserialize_file(engine, path) },
    };
    let module = module
        .map_err(anyhow::Error::from)
        .context("cannot load the module")?;
    let is_handler = module.get_export(framing::RESPOND).is_some();
    let linker = if is_handler {
        runtime.handlers()?
    } else {
        runtime.commands()?
    };
    let instance = linker
        .0
        .instantiate_pre(&module)
        .map_err(anyhow::Error::from)?;
    if !is_handler && module.imports().any(|import| import.name() == WAITS) {
        runtime.ambient.drive();
    }
    Ok(Module {
        name: name.to_owned(),
        instance,
        is_handler,
        ambient: runtime.ambient,
    })
}

impl Module {
    pub(crate) fn is_handler(&self) -> bool {
        self.is_handler
    }

    fn store(&self, grants: &Grants) -> Result<Store<WasiP1Ctx>> {
        let context = context::builder(&self.name, grants)?.build_p1();
        Ok(Store::new(self.instance.module().engine(), context))
    }

    pub(crate) fn instantiate(&self, grants: &Grants) -> Result<Command> {
        let mut store = self.store(grants)?;
        let instance = self.instance.instantiate(&mut store)?;
        Ok(Command {
            store,
            instance,
            ambient: self.ambient,
        })
    }

    pub(crate) async fn instantiate_handler(&self, grants: &Grants) -> Result<Handler> {
        let mut store = self.store(grants)?;
        let instance = self.instance.instantiate_async(&mut store).await?;
        // A module without constructors need not have it.
        if let Ok(initialize) = instance.get_typed_func::<(), ()>(&mut store, framing::INITIALIZE) {
            exit_code(initialize.call_async(&mut store, ()).await)?;
        }
        Ok(Handler {
            store,
            instance,
            exports: None,
        })
    }
}

/// An instance of a command.
pub struct Command {
    store: Store<WasiP1Ctx>,
    instance: Instance,
    ambient: Ambient,
}

/// An export that was looked up.
pub(crate) type Export = TypedFunc<(i32, i32), i32>;

impl Command {
    pub(crate) fn run(&mut self) -> Result<i32> {
        let _tokio = self.ambient.enter();
        let start: TypedFunc<(), ()> = self.instance.get_typed_func(&mut self.store, "_start")?;
        exit_code(start.call(&mut self.store, ()))
    }

    pub(crate) fn export(&mut self, name: &str) -> Result<Export> {
        let Self {
            store,
            instance,
            ambient,
        } = self;
        let _tokio = ambient.enter();
        if let Ok(initialize) = instance.get_typed_func::<(), ()>(&mut *store, framing::INITIALIZE)
        {
            exit_code(initialize.call(&mut *store, ()))?;
        }
        if let Ok(export) = instance.get_typed_func(&mut *store, name) {
            return Ok(export);
        }
        let functions: Vec<_> = instance
            .exports(&mut *store)
            .filter_map(|export| Some((export.name().to_owned(), export.into_func()?)))
            .collect();
        let callable = functions.into_iter().filter_map(|(name, function)| {
            let fits = function.typed::<(i32, i32), i32>(&*store).is_ok();
            fits.then_some(name)
        });
        Err(no_export(name, callable))
    }

    #[inline]
    pub(crate) fn call(&mut self, export: &Export, arguments: (i32, i32)) -> Result<i32> {
        match export.call(&mut self.store, arguments) {
            Ok(number) => Ok(number),
            Err(error) => Err(ended(error)),
        }
    }
}

/// An instance of a handler.
pub struct Handler {
    store: Store<WasiP1Ctx>,
    instance: Instance,
    /// Looked up by the first request.
    exports: Option<Exports>,
}

/// What a handler exports.
struct Exports {
    alloc: TypedFunc<u32, u32>,
    respond: TypedFunc<(u32, u32), u64>,
    memory: Memory,
}

impl Exports {
    fn of(instance: &Instance, store: &mut Store<WasiP1Ctx>) -> Result<Self> {
        Ok(Self {
            alloc: instance.get_typed_func(&mut *store, framing::ALLOC)?,
            respond: instance.get_typed_func(&mut *store, framing::RESPOND)?,
            memory: instance
                .get_memory(&mut *store, framing::MEMORY)
                .context("the handler exports no memory")?,
        })
    }
}

impl Handler {
    pub(crate) async fn respond(&mut self, request: Request<Bytes>) -> Result<Response<Bytes>> {
        let Self {
            store,
            instance,
            exports,
        } = self;
        let Exports {
            alloc,
            respond,
            memory,
        } = match exports {
            Some(exports) => exports,
            vacant => vacant.insert(Exports::of(instance, store)?),
        };

        let frame = framing::encode(&request);
        let length = u32::try_from(frame.len()).context("the request is too long")?;
        let address = trapped(alloc.call_async(&mut *store, length).await)?;
        ensure!(address != 0, "the handler has no memory for the request");
        memory.write(&mut *store, address as usize, &frame)?;
        let answer = trapped(respond.call_async(&mut *store, (address, length)).await)?;
        let (address, length) = framing::unpack(answer);
        let bytes = memory
            .data(&*store)
            .get(address..)
            .and_then(|rest| rest.get(..length));
        framing::decode(bytes.context("the handler's answer is outside its memory")?)
    }
}

/// Why a call of an export did not return.
#[cold]
fn ended(error: wasmtime::Error) -> anyhow::Error {
    match exit_code(Err(error)) {
        Ok(code) => anyhow::anyhow!("the guest exited with code {code}"),
        Err(error) => error,
    }
}

/// What a handler's function returned; that it did is not expected to be an exit.
fn trapped<T>(outcome: wasmtime::Result<T>) -> Result<T> {
    outcome.or_else(|error| {
        let code = exit_code(Err(error))?;
        anyhow::bail!("the handler exited with {code}")
    })
}
