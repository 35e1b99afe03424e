//! A tokio runtime for WASI implementations that look for one.
//!
//! The file and clock functions of both wasmtime and wasmer are async inside, also
//! where the guest is called synchronously. What they want is a runtime to be there;
//! the one that they would start themselves has a thread for each core, which costs
//! a cold start some 250 us. This one has no thread. What it cannot do without one is
//! wait for a timer: a module that imports the function that waits is
//! [driven](Ambient::drive).

use std::future::Future;
use std::sync::Once;
use std::thread;

use anyhow::{Context as _, Result};
use tokio::runtime::{EnterGuard, Handle, Runtime};

/// The import of a wasip1 module that waits for timers.
pub const WAITS: &str = "poll_oneoff";

/// A tokio runtime without threads. Copies are the same one, which lives as long as the
/// process: modules refer to it from whichever thread drops them last, and a runtime
/// panics where it is dropped on a thread that drives another.
#[derive(Clone, Copy)]
pub struct Ambient(&'static Shared);

struct Shared {
    tokio: Runtime,
    driver: Once,
}

impl Ambient {
    /// Makes it. Nothing is started.
    pub fn new() -> Result<Self> {
        let tokio = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .context("cannot make a tokio runtime")?;
        let shared = Shared {
            tokio,
            driver: Once::new(),
        };
        Ok(Self(Box::leak(Box::new(shared))))
    }

    /// Makes it the one that is found on this thread, until the guard is dropped.
    pub fn enter(self) -> EnterGuard<'static> {
        self.0.tokio.enter()
    }

    /// What refers to it.
    pub fn handle(self) -> &'static Handle {
        self.0.tokio.handle()
    }

    /// Runs `future` to its end, driving the runtime meanwhile.
    pub fn block_on<T>(self, future: impl Future<Output = T>) -> T {
        self.0.tokio.block_on(future)
    }

    /// Starts a thread that wakes whoever waits for a timer or a task of it; once.
    pub fn drive(self) {
        self.0.driver.call_once(|| {
            let shared = self.0;
            let driver = thread::Builder::new().name("timers".into());
            let started = driver.spawn(|| shared.tokio.block_on(std::future::pending::<()>()));
            if let Err(error) = started {
                eprintln!("cannot start the thread for timers: {error}");
            }
        });
    }
}
