//! wasip2: components, as commands (`wasi:cli/run`) and as handlers
//! (`wasi:http/incoming-handler`). All of it is on wasmtime's asynchronous API, which
//! wasmtime-wasi-http is made for.

use std::fs;

use anyhow::{Context as _, Result, anyhow};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt as _;
use labrun_runner_kit::{Ambient, Code, Grants};
use tokio::sync::oneshot;
use wasmtime::component::{Component, ResourceTable};
use wasmtime::{Engine, Store};
use wasmtime_wasi::p2::bindings::{Command as Cli, CommandPre};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::p2::bindings::http::types::Scheme;
use wasmtime_wasi_http::p2::bindings::{Proxy, ProxyPre};

use crate::hooks::{NoRequests, WasiHttpCtx, WasiHttpCtxView, WasiHttpView};
use crate::{Wasmtime, context, exit_code, hooks};

/// The functions that a component imports.
pub(crate) type Linker = wasmtime::component::Linker<State>;

/// Every interface of `wasi:cli/command` and `wasi:http/proxy`.
pub(crate) fn linker(engine: &Engine) -> Result<Linker> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;
    Ok(linker)
}

/// A component whose imports are resolved.
pub struct Module {
    name: String,
    instance: Pre,
    ambient: Ambient,
}

enum Pre {
    Command(CommandPre<State>),
    Handler(ProxyPre<State>),
}

/// Loads a component. Its imports and exports are resolved here, once.
pub(crate) fn load(runtime: &Wasmtime, name: &str, code: Code<'_>) -> Result<Module> {
    let engine = &runtime.engine;
    let component = match code {
        Code::Compile(path) => {
            let wasm = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
            Component::from_binary(engine, &wasm)
        }
        // SAFETY: as for modules: complete when it appears, and not written to again.
        Code::Map(path) => unsafe { Component::deserialize_file(engine, path) },
    };
    let component = component
        .map_err(anyhow::Error::from)
        .context("cannot load the component")?;
    let is_handler = component
        .component_type()
        .exports(engine)
        .any(|(export, _)| export.starts_with("wasi:http/incoming-handler@"));
    let pre = runtime.components()?.instantiate_pre(&component)?;
    let instance = if is_handler {
        Pre::Handler(ProxyPre::new(pre)?)
    } else {
        Pre::Command(CommandPre::new(pre)?)
    };
    Ok(Module {
        name: name.to_owned(),
        instance,
        ambient: runtime.ambient,
    })
}

impl Module {
    pub(crate) fn is_handler(&self) -> bool {
        matches!(self.instance, Pre::Handler(_))
    }

    fn store(&self, engine: &Engine, grants: &Grants) -> Result<Store<State>> {
        let wasi = context::builder(&self.name, grants)?.build();
        let state = State {
            wasi,
            http: WasiHttpCtx::new(),
            hooks: NoRequests,
            table: ResourceTable::new(),
        };
        Ok(Store::new(engine, state))
    }

    pub(crate) fn instantiate(&self, grants: &Grants) -> Result<Command> {
        let Pre::Command(pre) = &self.instance else {
            return Err(anyhow!("the component is a handler"));
        };
        let mut store = self.store(pre.engine(), grants)?;
        let instance = self.ambient.block_on(pre.instantiate_async(&mut store))?;
        Ok(Command {
            store,
            instance,
            ambient: self.ambient,
        })
    }

    pub(crate) async fn instantiate_handler(&self, grants: &Grants) -> Result<Handler> {
        let Pre::Handler(pre) = &self.instance else {
            return Err(anyhow!("the component is a command"));
        };
        let mut store = self.store(pre.engine(), grants)?;
        let instance = pre.instantiate_async(&mut store).await?;
        Ok(Handler { store, instance })
    }
}

/// An instance of a command.
pub struct Command {
    store: Store<State>,
    instance: Cli,
    ambient: Ambient,
}

impl Command {
    pub(crate) fn run(&mut self) -> Result<i32> {
        let run = self.instance.wasi_cli_run().call_run(&mut self.store);
        match self.ambient.block_on(run) {
            // A component says that it failed, and not with which code.
            Ok(said) => Ok(i32::from(said.is_err())),
            Err(error) => exit_code(Err(error)),
        }
    }
}

/// An instance of a handler.
pub struct Handler {
    store: Store<State>,
    instance: Proxy,
}

impl Handler {
    pub(crate) async fn respond(&mut self, request: Request<Bytes>) -> Result<Response<Bytes>> {
        let Self { store, instance } = self;
        let request = request.map(hooks::body);
        let (sender, receiver) = oneshot::channel();
        let mut http = store.data_mut().http();
        let request = http.new_incoming_request(Scheme::Http, request)?;
        let out = http.new_response_outparam(sender)?;

        // The guest sets the head of its response, and writes the body after that:
        // what it writes has to be read while it runs.
        let (returned, has_returned) = oneshot::channel::<()>();
        let guest = async {
            let ended = instance
                .wasi_http_incoming_handler()
                .call_handle(store, request, out)
                .await;
            // Dropped here, and with that sent: a guest that never set a response left
            // the sender of it in its store, so that waiting for that would not end.
            drop(returned);
            exit_code(ended)
        };
        let response = async {
            let set = tokio::select! {
                biased;
                set = receiver => set.ok(),
                _ = has_returned => None,
            };
            let Some(set) = set else { return Ok(None) };
            let (head, body) = set
                .map_err(|code| anyhow!("the handler answered {code:?}"))?
                .into_parts();
            let body = body
                .collect()
                .await
                .map_err(|error| anyhow!("the body broke off: {error:?}"))?;
            Ok::<_, anyhow::Error>(Some(Response::from_parts(head, body.to_bytes())))
        };
        let (ended, response) = tokio::join!(guest, response);
        ended?;
        response?.context("the handler set no response")
    }
}

/// What the store of one instance holds.
pub(crate) struct State {
    wasi: WasiCtx,
    http: WasiHttpCtx,
    hooks: NoRequests,
    table: ResourceTable,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            ctx: &mut self.http,
            table: &mut self.table,
            hooks: &mut self.hooks,
        }
    }
}
