//! Modules: commands, which run once or have their exports called, and handlers.

use anyhow::{Context as _, Result, ensure};
use bytes::Bytes;
use http::{Request, Response};
use labrun_runner_kit::{Grants, Refused, framing, no_export};
use wasmi::errors::{ErrorKind, LinkerError};
use wasmi::{Instance, Linker, Store, TypedFunc};
use wasmi_wasi::WasiCtx;
use wasmi_wasi::sync::{Dir, WasiCtxBuilder, ambient_authority};

/// A loaded module.
pub struct Module {
    name: String,
    code: wasmi::Module,
    linker: Linker<WasiCtx>,
    is_handler: bool,
}

impl Module {
    pub(crate) fn new(linker: Linker<WasiCtx>, name: &str, module: wasmi::Module) -> Self {
        let is_handler = module
            .exports()
            .any(|export| export.name() == framing::RESPOND);
        Self {
            name: name.to_owned(),
            code: module,
            linker,
            is_handler,
        }
    }

    /// Store, WASI context and instance: exactly what the phase `instantiate` spans.
    fn guest(&self, grants: &Grants) -> Result<Guest> {
        let mut context = WasiCtxBuilder::new();
        context.inherit_stdout().inherit_stderr().arg(&self.name)?;
        for argument in &grants.args {
            context.arg(argument)?;
        }
        for (key, value) in &grants.env {
            context.env(key, value)?;
        }
        for directory in &grants.directories {
            let host = Dir::open_ambient_dir(&directory.host, ambient_authority())
                .with_context(|| format!("cannot grant {}", directory.host.display()))?;
            context.preopened_dir(host, &directory.guest)?;
        }
        let mut store = Store::new(self.code.engine(), context.build());
        let instance = self.linker.instantiate_and_start(&mut store, &self.code);
        let instance = instance.map_err(|error| match error.kind() {
            ErrorKind::Linker(LinkerError::MissingDefinition { name, .. }) => {
                Refused::no_import(name.module(), name.name())
            }
            ErrorKind::Linker(LinkerError::InvalidTypeDefinition { name, .. }) => {
                Refused::other_import(name.module(), name.name())
            }
            ErrorKind::Linker(_) => Refused::because(error.into()),
            _ => error.into(),
        })?;
        Ok(Guest { store, instance })
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
        let Guest { store, instance } = &mut guest;
        // A module without constructors need not have it.
        if let Ok(initialize) = instance.get_typed_func::<(), ()>(&*store, framing::INITIALIZE) {
            initialize.call(&mut *store, ())?;
        }
        Ok(guest)
    }
}

/// One instance, and the store that it lives in.
pub struct Guest {
    store: Store<WasiCtx>,
    instance: Instance,
}

impl labrun_runner_kit::Command for Guest {
    type Export = TypedFunc<(i32, i32), i32>;

    fn run(&mut self) -> Result<i32> {
        let start = self
            .instance
            .get_typed_func::<(), ()>(&self.store, "_start")?;
        match start.call(&mut self.store, ()) {
            Ok(()) => Ok(0),
            // An exit is no failure, with whatever code; a trap is.
            Err(error) => match error.i32_exit_status() {
                Some(code) => Ok(code),
                None => Err(anyhow::anyhow!("the guest trapped: {error}")),
            },
        }
    }

    fn export(&mut self, name: &str) -> Result<Self::Export> {
        let Self { store, instance } = self;
        // A module without constructors need not have it.
        if let Ok(initialize) = instance.get_typed_func::<(), ()>(&*store, framing::INITIALIZE) {
            initialize.call(&mut *store, ())?;
        }
        if let Ok(export) = instance.get_typed_func(&*store, name) {
            return Ok(export);
        }
        let store = &*store;
        let callable = instance.exports(store).filter_map(|export| {
            let name = export.name().to_owned();
            export.into_func()?.typed::<(i32, i32), i32>(store).ok()?;
            Some(name)
        });
        Err(no_export(name, callable))
    }

    #[inline]
    fn call(&mut self, export: &Self::Export, arguments: (i32, i32)) -> Result<i32> {
        Ok(export.call(&mut self.store, arguments)?)
    }
}

impl labrun_runner_kit::Handler for Guest {
    async fn respond(&mut self, request: Request<Bytes>) -> Result<Response<Bytes>> {
        let Self { store, instance } = self;
        let alloc = instance.get_typed_func::<u32, u32>(&*store, framing::ALLOC)?;
        let respond = instance.get_typed_func::<(u32, u32), u64>(&*store, framing::RESPOND)?;
        let memory = instance
            .get_memory(&*store, framing::MEMORY)
            .context("the handler exports no memory")?;

        let frame = framing::encode(&request);
        let length = u32::try_from(frame.len()).context("the request is too long")?;
        let address = alloc.call(&mut *store, length)?;
        ensure!(address != 0, "the handler has no memory for the request");
        memory.write(&mut *store, address as usize, &frame)?;
        let (address, length) = framing::unpack(respond.call(&mut *store, (address, length))?);
        let bytes = memory
            .data(&*store)
            .get(address..)
            .and_then(|rest| rest.get(..length));
        framing::decode(bytes.context("the handler's answer is outside its memory")?)
    }
}
