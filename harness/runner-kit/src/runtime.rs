//! What a runtime has to say for itself.
//!
//! The order is in the types: a [`Runtime`] loads a [`Module`], which makes
//! instances, a [`Command`] or a [`Handler`].

use std::future::Future;
use std::path::Path;

use anyhow::Result;
use bytes::Bytes;
use http::{Request, Response};
use labrun_protocol::{Grants, GuestTarget};

/// One configuration of a runtime, as `describe` and `runner.toml` name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Configuration {
    /// The part after the slash in an isolation.
    pub name: &'static str,
    /// Whether modules are compiled ahead of time, and only mapped at load.
    pub precompile: bool,
}

/// Where a module's code comes from.
#[derive(Debug, Clone, Copy)]
pub enum Code<'a> {
    /// A `.wasm` file, to be compiled; or a native library, as it is.
    Compile(&'a Path),
    /// What [`Runtime::precompile`] of the same configuration returned, in a file,
    /// to be mapped.
    Map(&'a Path),
}

/// A wasm runtime in one configuration: the engine, and what its modules share.
pub trait Runtime: Sized + Send + Sync + 'static {
    /// The technology, the part before the slash in an isolation.
    const NAME: &'static str;
    /// Every configuration, sorted by name.
    const CONFIGURATIONS: &'static [Configuration];
    /// Why nothing but calls of exports can be asked for; `None` where all can.
    const CALLS_ALONE: Option<&'static str> = None;
    /// What this runtime loads.
    type Module: Module;

    /// Version of the runtime, not of the runner.
    fn version() -> String;

    /// The phase `runtime`: everything that stands before a module is looked at.
    ///
    /// `configuration` is one of [`Self::CONFIGURATIONS`]; `target` is what the
    /// first module is compiled for, so that no more is built than it needs. `instances`
    /// is how many will be alive at once, for runtimes that reserve room for them; `None`
    /// is [`IN_FLIGHT`](crate::IN_FLIGHT).
    fn new(
        configuration: &'static str,
        target: GuestTarget,
        instances: Option<u32>,
    ) -> Result<Self>;

    /// Compiles `wasm` ahead of time, for one of the configurations that precompile.
    ///
    /// Without `self`: a runtime that only maps need not have a compiler.
    fn precompile(configuration: &'static str, target: GuestTarget, wasm: &[u8])
    -> Result<Vec<u8>>;

    /// The phase `load` or `compile`: everything that can be done before an
    /// instance is wanted. `name` is what its instances see as `argv[0]`.
    fn load(&self, target: GuestTarget, name: &str, code: Code<'_>) -> Result<Self::Module>;
}

/// A loaded module.
pub trait Module: Send + Sync + 'static {
    /// An instance that runs once, or whose exports are called.
    type Command: Command;
    /// An instance that answers requests.
    type Handler: Handler;

    /// Whether the module answers requests (it is otherwise a command).
    fn is_handler(&self) -> bool;

    /// The phase `instantiate` of a command: store, WASI context and instance.
    fn instantiate(&self, grants: &Grants) -> Result<Self::Command>;

    /// The phase `instantiate` of a handler, with its `_initialize` called. Polled
    /// on a thread that drives a tokio runtime, alone on its thread.
    fn instantiate_handler(&self, grants: &Grants) -> impl Future<Output = Result<Self::Handler>>;
}

/// An instance of a command, or of a reactor whose exports are called.
pub trait Command {
    /// An export that was looked up, ready to be called.
    type Export;

    /// The phase `call`: runs it to its end, and returns its exit code.
    ///
    /// What it printed must have reached descriptor 1 before this returns. A trap
    /// is an error; an exit, with whatever code, is not.
    fn run(&mut self) -> Result<i32>;

    /// Calls `_initialize`, where there is one and instantiation has not called it; then
    /// looks up an export that takes two numbers and returns one. Only modules and
    /// libraries have such bare exports; a component's are
    /// [`Unsupported`](crate::Unsupported). Where there is none of the name, the error is
    /// [`no_export`](crate::no_export).
    fn export(&mut self, name: &str) -> Result<Self::Export>;

    /// One call across the boundary and back, by the fastest ordinary way that the
    /// runtime has. Nothing else is done here: it is timed.
    fn call(&mut self, export: &Self::Export, arguments: (i32, i32)) -> Result<i32>;
}

/// An instance of a handler.
pub trait Handler: 'static {
    /// The phase `call`: answers `request`. Called again, for the next request, where
    /// instances are reused; not after an error.
    fn respond(&mut self, request: Request<Bytes>)
    -> impl Future<Output = Result<Response<Bytes>>>;
}
