//! Native code in the runner's own process: what calls across a boundary are compared
//! with. What is chosen, and why, is in `runner.toml`.

use std::ffi::CStr;
use std::fs;
use std::hint::black_box;
use std::sync::Arc;

use anyhow::{Context as _, Result, anyhow};
use bytes::Bytes;
use http::{Request, Response};
use labrun_runner_kit::{Code, Configuration, Grants, GuestTarget, Runtime, Unsupported};
use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};

const WHY: &str =
    "native/in-process has neither instances nor grants: only its exports can be called";

/// The process itself.
pub struct Native;

impl Runtime for Native {
    const NAME: &'static str = "native";
    const CONFIGURATIONS: &'static [Configuration] = &[Configuration {
        name: "in-process",
        precompile: false,
    }];
    const CALLS_ALONE: Option<&'static str> = Some(WHY);
    type Module = Loaded;

    /// What loads the library: the system's own loader.
    fn version() -> String {
        // SAFETY: it returns a string that is there as long as the process.
        let version = unsafe { CStr::from_ptr(libc::gnu_get_libc_version()) };
        format!("glibc {}", version.to_string_lossy())
    }

    fn new(_: &'static str, _: GuestTarget, _: Option<u32>) -> Result<Self> {
        Ok(Self)
    }

    fn precompile(_: &'static str, _: GuestTarget, _: &[u8]) -> Result<Vec<u8>> {
        Err(Unsupported("a library is compiled already".into()).into())
    }

    fn load(&self, target: GuestTarget, _: &str, code: Code<'_>) -> Result<Loaded> {
        if target != GuestTarget::Native {
            return Err(Unsupported("native/in-process runs no wasm".into()).into());
        }
        let (Code::Compile(path) | Code::Map(path)) = code;
        // A bare name would be looked for in the system's folders.
        let path =
            fs::canonicalize(path).with_context(|| format!("cannot read {}", path.display()))?;
        // SAFETY: its constructors run here. It is the workload that was asked for: native
        // code is trusted with the whole process, which is what this configuration shows.
        let library = unsafe { Library::open(Some(path), RTLD_NOW | RTLD_LOCAL) };
        Ok(Loaded(Arc::new(
            library.context("cannot load the library")?,
        )))
    }
}

/// A library that is loaded.
pub struct Loaded(Arc<Library>);

impl labrun_runner_kit::Module for Loaded {
    type Command = Caller;
    type Handler = Never;

    fn is_handler(&self) -> bool {
        false
    }

    fn instantiate(&self, _: &Grants) -> Result<Caller> {
        Ok(Caller(self.0.clone()))
    }

    async fn instantiate_handler(&self, _: &Grants) -> Result<Never> {
        Err(only_calls())
    }
}

/// Whoever calls the library's exports. All of them share its one state.
pub struct Caller(Arc<Library>);

impl labrun_runner_kit::Command for Caller {
    type Export = extern "C" fn(i32, i32) -> i32;

    fn run(&mut self) -> Result<i32> {
        Err(only_calls())
    }

    fn export(&mut self, name: &str) -> Result<Self::Export> {
        // SAFETY: whoever names an export vouches that it takes two numbers and returns one;
        // a library does not say. The pointer is used as long as `self` is there, and with it
        // the library.
        let found = unsafe { self.0.get::<Self::Export>(name.as_bytes()) };
        let found = found.map_err(|error| anyhow!("the library exports no `{name}`: {error}"))?;
        Ok(black_box(*found))
    }

    #[inline]
    fn call(&mut self, export: &Self::Export, (left, right): (i32, i32)) -> Result<i32> {
        Ok(export(left, right))
    }
}

/// There are no handlers.
pub enum Never {}

impl labrun_runner_kit::Handler for Never {
    async fn respond(&mut self, _: Request<Bytes>) -> Result<Response<Bytes>> {
        match *self {}
    }
}

fn only_calls() -> anyhow::Error {
    Unsupported(WHY.into()).into()
}
