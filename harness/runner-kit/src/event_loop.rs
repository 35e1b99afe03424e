//! A tokio runtime that the thread which has it drives: for handlers, which are polled.

use std::future::Future;

use anyhow::{Context as _, Result};
use tokio::runtime::Runtime;
use tokio::task::LocalSet;

/// An event loop of one thread. Tasks that were started on it go on whenever it runs.
pub(crate) struct EventLoop {
    tasks: LocalSet,
    // After the tasks, which may refer to it.
    tokio: Runtime,
}

impl EventLoop {
    pub(crate) fn new() -> Result<Self> {
        let tokio = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .context("cannot start a tokio runtime")?;
        Ok(Self {
            tasks: LocalSet::new(),
            tokio,
        })
    }

    /// Runs `future` to its end on this thread.
    pub(crate) fn run<T>(&mut self, future: impl Future<Output = T>) -> T {
        self.tasks.block_on(&self.tokio, future)
    }
}
