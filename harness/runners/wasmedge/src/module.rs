//! Modules: commands, which run once or have their exports called, and handlers.

use std::collections::HashMap;
use std::mem::ManuallyDrop;

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use bytes::Bytes;
use http::{Request, Response};
use labrun_runner_kit::{Grants, Refused, framing, no_export};
use self_cell::{MutBorrow, self_cell};
use wasmedge_sdk::config::Config;
use wasmedge_sdk::error::WasmEdgeError;
use wasmedge_sdk::wasi::WasiModule;
use wasmedge_sdk::{AsInstance as _, Instance, Store, ValType, WasmValue};
use wasmedge_sys::Function;
use wasmedge_sys::instance::function::AsFunc as _;

use crate::context;

/// A loaded module.
pub struct Module {
    config: Config,
    name: String,
    code: wasmedge_sdk::Module,
    is_handler: bool,
}

impl Module {
    pub(crate) fn new(config: Config, name: &str, code: wasmedge_sdk::Module) -> Self {
        let is_handler = code
            .exports()
            .iter()
            .any(|export| export.name() == framing::RESPOND);
        Self {
            config,
            name: name.to_owned(),
            code,
            is_handler,
        }
    }

    /// WASI functions, store and instance: exactly what the phase `instantiate` spans.
    fn guest(&self, grants: &Grants) -> Result<Guest> {
        let wasi = MutBorrow::new(context::wasi(&self.name, grants)?);
        Ok(Guest(Cell::try_new(wasi, |wasi| {
            Inside::new(wasi.borrow_mut(), self)
        })?))
    }
}

impl labrun_runner_kit::Module for Module {
    type Command = Guest;
    type Handler = Guest;

    fn is_handler(&self) -> bool {
        self.is_handler
    }

    fn instantiate(&self, grants: &Grants) -> Result<Guest> {
        self.guest(grants)
    }

    async fn instantiate_handler(&self, grants: &Grants) -> Result<Guest> {
        let mut guest = self.guest(grants)?;
        guest.inside(initialize)?;
        Ok(guest)
    }
}

/// One instance, and all that it lives in.
pub struct Guest(Cell);

self_cell!(
    struct Cell {
        owner: MutBorrow<WasiModule>,

        #[not_covariant]
        dependent: Inside,
    }
);

/// What refers to the WASI functions. Fields are dropped in this order.
struct Inside<'wasi> {
    instance: Instance,
    /// Exports that were looked up. They belong to the instance.
    exports: Vec<ManuallyDrop<Function>>,
    /// It has the executor.
    store: Store<'wasi, WasiModule>,
}

impl Guest {
    fn inside<T>(&mut self, act: impl FnOnce(&mut Inside<'_>) -> T) -> T {
        self.0.with_dependent_mut(|_, inside| act(inside))
    }
}

impl<'wasi> Inside<'wasi> {
    fn new(wasi: &'wasi mut WasiModule, module: &Module) -> Result<Self> {
        let imports = HashMap::from([(WASI.to_owned(), wasi)]);
        let mut store = Store::new(Some(&module.config), imports)?;
        // Linking is a part of it. Whatever else goes wrong here is the module's too: it has not run.
        let instance = store.register_active_module(&module.code);
        let instance = instance.map_err(|error| Refused::because(error.into()))?;
        Ok(Self {
            instance,
            exports: Vec::new(),
            store,
        })
    }
}

impl Inside<'_> {
    /// Calls an export by its name.
    fn call(&mut self, name: &str, arguments: &[WasmValue]) -> Result<Vec<WasmValue>> {
        let mut function = self.instance.get_func_mut(name)?;
        let executor = self.store.executor();
        let values = executor.call_func(&mut function, arguments.iter().copied());
        let values = values.map_err(|error| trapped(&error))?;
        // What an exit leaves in the place of values is none.
        match self.exit_code()? {
            0 => Ok(values),
            code => bail!("the guest exited with code {code}"),
        }
    }

    /// The guest's exit code; 0 until it has exited. WasmEdge does not tell an exit from a
    /// return.
    fn exit_code(&mut self) -> Result<i32> {
        let wasi = self.store.get_instance_and_executor(WASI);
        let (wasi, _) = wasi.context("the store has lost its WASI functions")?;
        Ok(wasi.exit_code().cast_signed())
    }

    /// Whether an export takes two i32 and returns one.
    fn is_callable(&self, name: &str) -> bool {
        let kind = self.instance.get_func(name).ok().and_then(|it| it.ty());
        kind.is_some_and(|kind| {
            kind.args() == [ValType::I32, ValType::I32] && kind.returns() == [ValType::I32]
        })
    }
}

/// The name by which modules import WASI functions.
const WASI: &str = "wasi_snapshot_preview1";

impl labrun_runner_kit::Command for Guest {
    /// Which of those that were looked up.
    type Export = usize;

    fn run(&mut self) -> Result<i32> {
        self.inside(|inside| {
            let mut start = inside.instance.get_func_mut("_start")?;
            let ended = inside.store.executor().call_func(&mut start, []);
            ended.map_err(|error| trapped(&error))?;
            // An exit is no failure, with whatever code; a trap is.
            inside.exit_code()
        })
    }

    fn export(&mut self, name: &str) -> Result<usize> {
        self.inside(|inside| {
            initialize(inside)?;
            if !inside.is_callable(name) {
                let names = inside.instance.func_names().unwrap_or_default();
                let callable = names.into_iter().filter(|name| inside.is_callable(name));
                return Err(no_export(name, callable));
            }
            let found = inside.instance.get_func(name)?;
            // SAFETY: the pointer is valid for as long as the instance is, which `Inside`
            // keeps beside it; and it is not freed here, since nobody drops it.
            let function = ManuallyDrop::new(unsafe { Function::from_raw(found.as_ptr()) });
            inside.exports.push(function);
            Ok(inside.exports.len() - 1)
        })
    }

    #[inline]
    fn call(&mut self, export: &usize, (left, right): (i32, i32)) -> Result<i32> {
        self.inside(|inside| {
            let function = inside.exports.get_mut(*export).context("no such export")?;
            let arguments = [WasmValue::from_i32(left), WasmValue::from_i32(right)];
            match inside.store.executor().call_func(function, arguments) {
                Ok(values) => one(&values),
                Err(error) => Err(trapped(&error)),
            }
        })
    }
}

impl labrun_runner_kit::Handler for Guest {
    async fn respond(&mut self, request: Request<Bytes>) -> Result<Response<Bytes>> {
        self.inside(|inside| {
            let frame = framing::encode(&request);
            let length = i32::try_from(frame.len()).context("the request is too long")?;
            let length = WasmValue::from_i32(length);
            let address = one(&inside.call(framing::ALLOC, &[length])?)?;
            ensure!(address != 0, "the handler has no memory for the request");
            let mut memory = inside.instance.get_memory_mut(framing::MEMORY)?;
            memory.set_data(&frame, address.cast_unsigned())?;
            let arguments = [WasmValue::from_i32(address), length];
            let answer = inside.call(framing::RESPOND, &arguments)?;
            let answer = answer.first().context("the handler returned nothing")?;
            let (address, length) = framing::unpack(answer.to_i64().cast_unsigned());
            let memory = inside.instance.get_memory_ref(framing::MEMORY)?;
            let bytes = memory
                .get_data(u32::try_from(address)?, u32::try_from(length)?)
                .ok()
                .context("the handler's answer is outside its memory")?;
            framing::decode(&bytes)
        })
    }
}

/// Calls `_initialize`, which a module without constructors need not have.
fn initialize(inside: &mut Inside<'_>) -> Result<()> {
    if inside.instance.get_func(framing::INITIALIZE).is_ok() {
        inside.call(framing::INITIALIZE, &[])?;
    }
    Ok(())
}

/// Why a call did not return.
#[cold]
fn trapped(error: &WasmEdgeError) -> anyhow::Error {
    anyhow!("the guest trapped: {error}")
}

/// The one number that a function returned.
fn one(values: &[WasmValue]) -> Result<i32> {
    let value = values.first().context("the function returned nothing")?;
    Ok(value.to_i32())
}
