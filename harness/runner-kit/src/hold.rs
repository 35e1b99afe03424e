//! The command `hold`: instances that are kept alive.

use anyhow::{Context as _, Result, bail, ensure};
use bytes::Bytes;
use http::header::HOST;
use http::{Request, StatusCode};
use labrun_protocol::Grants;

use crate::event_loop::EventLoop;
use crate::runtime::{Command as _, Handler as _, Module};

/// The instances that this process keeps alive, oldest first.
pub(crate) struct HeldInstances<M: Module> {
    instances: Vec<Instance<M>>,
    /// Made for the first handler. After the instances, which may refer to it.
    event_loop: Option<EventLoop>,
}

/// Kept for the memory that it holds; nobody calls it again.
enum Instance<M: Module> {
    Command { _kept: M::Command },
    Handler { _kept: M::Handler },
}

impl<M: Module> HeldInstances<M> {
    pub(crate) fn new() -> Self {
        Self {
            instances: Vec::new(),
            event_loop: None,
        }
    }

    /// How many are alive.
    pub(crate) fn alive(&self) -> usize {
        self.instances.len()
    }

    /// Drops the newest until no more than `count` are alive.
    pub(crate) fn shrink(&mut self, count: usize) {
        // Newest first, as they were made last; `truncate` would drop the oldest of them first.
        while self.instances.len() > count {
            self.instances.pop();
        }
    }

    /// Makes instances of `module` until `count` are alive.
    pub(crate) fn grow(
        &mut self,
        module: &M,
        count: usize,
        grants: &Grants,
        request: Option<&str>,
    ) -> Result<()> {
        if module.is_handler() != request.is_some() {
            bail!(
                "the current module is a {}",
                match request {
                    Some(_) => "command: it takes no request",
                    None => "handler: it needs the path that it is asked for",
                }
            );
        }
        self.instances.reserve_exact(count - self.alive());
        while self.alive() < count {
            let made = match request {
                None => command(module, grants),
                Some(path) => self.handler(module, grants, path),
            };
            let alive = self.alive();
            self.instances.push(made.with_context(|| {
                format!(
                    "cannot hold instance {} of {count}, {alive} are alive",
                    alive + 1
                )
            })?);
        }
        Ok(())
    }

    /// A handler that has answered.
    fn handler(&mut self, module: &M, grants: &Grants, path: &str) -> Result<Instance<M>> {
        let event_loop = match &mut self.event_loop {
            Some(event_loop) => event_loop,
            vacant => vacant.insert(EventLoop::new()?),
        };
        // As one comes in over a connection: the path alone, and the host beside it.
        let request = Request::get(path)
            .header(HOST, "localhost")
            .body(Bytes::new())
            .with_context(|| format!("{path:?} is no path"))?;
        event_loop.run(async {
            let mut instance = module.instantiate_handler(grants).await?;
            let response = instance.respond(request).await?;
            ensure!(
                response.status() == StatusCode::OK,
                "the handler answered {} to GET {path}",
                response.status()
            );
            Ok(Instance::Handler { _kept: instance })
        })
    }
}

/// A command that has run.
fn command<M: Module>(module: &M, grants: &Grants) -> Result<Instance<M>> {
    let mut instance = module.instantiate(grants)?;
    let code = instance.run()?;
    ensure!(code == 0, "the guest exited with code {code}");
    Ok(Instance::Command { _kept: instance })
}
