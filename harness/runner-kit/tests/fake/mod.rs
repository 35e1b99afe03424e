//! A runtime that is not one: what it does stands in the name of the module.

use std::thread::sleep;
use std::time::Duration;

use anyhow::{Result, bail};
use bytes::Bytes;
use http::{Request, Response};
use labrun_runner_kit::{Code, Configuration, Grants, GuestTarget, Unsupported, no_export};

pub(crate) struct Fake;

pub(crate) struct Module(String);

/// Its name, and how often it was asked.
pub(crate) struct Instance(String, u32);

impl labrun_runner_kit::Runtime for Fake {
    const NAME: &'static str = "fake";
    const CONFIGURATIONS: &'static [Configuration] = &[
        Configuration {
            name: "aot",
            precompile: true,
        },
        Configuration {
            name: "jit",
            precompile: false,
        },
    ];
    type Module = Module;

    fn version() -> String {
        "1.2.3".to_owned()
    }

    fn new(_: &'static str, target: GuestTarget, _: Option<u32>) -> Result<Self> {
        if target == GuestTarget::Wasip2 {
            return Err(Unsupported("no components".into()).into());
        }
        Ok(Self)
    }

    fn precompile(_: &'static str, _: GuestTarget, wasm: &[u8]) -> Result<Vec<u8>> {
        Ok([b"compiled ", wasm].concat())
    }

    fn load(&self, _: GuestTarget, name: &str, _: Code<'_>) -> Result<Module> {
        if name == "broken" {
            bail!("broken");
        }
        Ok(Module(name.to_owned()))
    }
}

impl labrun_runner_kit::Module for Module {
    type Command = Instance;
    type Handler = Instance;

    fn is_handler(&self) -> bool {
        self.0 == "handler"
    }

    fn instantiate(&self, _: &Grants) -> Result<Instance> {
        sleep(Duration::from_millis(1));
        Ok(Instance(self.0.clone(), 0))
    }

    async fn instantiate_handler(&self, grants: &Grants) -> Result<Instance> {
        self.instantiate(grants)
    }
}

impl labrun_runner_kit::Command for Instance {
    /// How many milliseconds a call takes.
    type Export = u64;

    fn run(&mut self) -> Result<i32> {
        match self.0.as_str() {
            "exit-7" => Ok(7),
            "trap" => bail!("the guest trapped"),
            "panic" => panic!("so\nit does"),
            _ => Ok(0),
        }
    }

    fn export(&mut self, name: &str) -> Result<Self::Export> {
        match name {
            "add" => Ok(0),
            "slow" => Ok(1),
            _ => Err(no_export(name, ["slow".to_owned(), "add".to_owned()])),
        }
    }

    fn call(&mut self, milliseconds: &u64, (left, right): (i32, i32)) -> Result<i32> {
        sleep(Duration::from_millis(*milliseconds));
        Ok(left + right)
    }
}

impl labrun_runner_kit::Handler for Instance {
    async fn respond(&mut self, request: Request<Bytes>) -> Result<Response<Bytes>> {
        match request.uri().path() {
            "/trap" => bail!("the guest trapped"),
            "/count" => {
                self.1 += 1;
                Ok(Response::new(self.1.to_string().into()))
            }
            "/thread" => {
                let thread = format!("{:?}", std::thread::current().id());
                Ok(Response::new(thread.into()))
            }
            _ => Ok(Response::new(request.into_body())),
        }
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        sleep(Duration::from_millis(30));
    }
}
