//! The HTTP front end: a server on threads of its own, which hands each request to an
//! instance of the current module.
//!
//! One thread, unless more are asked for, as a native server that is compared with it
//! has: hyper's HTTP/1 server on a tokio runtime that the thread drives, and the guest on
//! the same thread, so that no request pays for a hand-over between threads. More threads
//! are each the same; one that only accepts gives them the connections in turn.

use std::convert::Infallible;
use std::net::TcpListener;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::{self, JoinHandle};

use anyhow::{Context as _, Result, ensure};
use labrun_protocol::{Grants, InstancePolicy};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::spawn_local;

use crate::connection::{Worker, converse};
use crate::event_loop::EventLoop;
use crate::events::Events;
use crate::failure;
use crate::runtime::Module;

/// How many requests have an instance at a time, on all threads together; more wait for
/// one of them.
///
/// Guests on a thread share it, so that more at once would only wait for each other, each
/// with its memory. Runtimes that reserve room for instances size it by this.
pub const IN_FLIGHT: u32 = 16;

/// Where and how a server listens. Another place is another server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) address: String,
    pub(crate) policy: InstancePolicy,
    pub(crate) threads: u32,
}

/// A server that listens. Dropping it stops it.
pub(crate) struct Front<M> {
    place: Place,
    shared: Arc<Shared<M>>,
    /// Never sent on: the server stops when it is dropped.
    stop: oneshot::Sender<Infallible>,
    thread: JoinHandle<()>,
}

/// What the thread that reads commands tells the threads that serve.
pub(crate) struct Shared<M> {
    pub(crate) policy: InstancePolicy,
    /// How many instances each thread has in use at a time.
    pub(crate) room: usize,
    pub(crate) current: watch::Sender<Arc<Current<M>>>,
    /// How many more requests are to be reported.
    pub(crate) trace: AtomicU32,
    pub(crate) events: Events,
}

/// What instances are made of. They are reused as long as it is the same.
pub(crate) struct Current<M> {
    /// None where no handler is loaded.
    pub(crate) handler: Option<Arc<M>>,
    pub(crate) grants: Grants,
}

impl<M: Module> Front<M> {
    /// Binds the address and starts the server. The kernel accepts connections from
    /// here on, whether or not the thread has got as far.
    pub(crate) fn start(place: Place, trace: u32, grants: Grants, events: Events) -> Result<Self> {
        ensure!(
            (1..=IN_FLIGHT).contains(&place.threads),
            "a server has 1 to {IN_FLIGHT} threads, and not {}",
            place.threads
        );
        let listener = TcpListener::bind(&place.address)
            .and_then(|listener| listener.set_nonblocking(true).map(|()| listener))
            .with_context(|| format!("cannot listen on {}", place.address))?;
        let shared = Arc::new(Shared {
            policy: place.policy,
            room: (IN_FLIGHT / place.threads) as usize,
            current: watch::Sender::new(Arc::new(Current {
                handler: None,
                grants,
            })),
            trace: AtomicU32::new(trace),
            events,
        });
        let (stop, stopped) = oneshot::channel();
        let served = shared.clone();
        let thread = if place.threads == 1 {
            spawn("http", move || serve_alone(listener, served, stopped))?
        } else {
            let threads = place.threads;
            spawn("accept", move || {
                hand_out(listener, &served, threads, stopped)
            })?
        };
        Ok(Self {
            place,
            shared,
            stop,
            thread,
        })
    }

    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    /// Stops it, and waits until its address is free.
    pub(crate) fn stop(self) {
        drop(self.stop);
        // It says itself why it ended.
        let _ = self.thread.join();
    }

    /// Reports the next `trace` requests, and grants their instances `grants`.
    pub(crate) fn renew(&self, trace: u32, grants: Grants) {
        self.change(|current| Current {
            handler: current.handler.clone(),
            grants,
        });
        self.shared.trace.store(trace, Ordering::Release);
    }

    /// Requests go to `module` from now on; where it is no handler, they wait.
    pub(crate) fn serve(&self, module: Option<Arc<M>>) {
        self.change(|current| Current {
            handler: module.filter(|module| module.is_handler()),
            grants: current.grants.clone(),
        });
    }

    fn change(&self, to: impl FnOnce(&Current<M>) -> Current<M>) {
        let current = &self.shared.current;
        current.send_modify(|current| *current = Arc::new(to(current)));
    }
}

/// Starts a thread of the server.
fn spawn(name: &str, work: impl FnOnce() -> Result<()> + Send + 'static) -> Result<JoinHandle<()>> {
    let work = move || {
        if let Err(error) = work() {
            eprintln!("the HTTP server stopped: {}", failure::one_line(&error));
        }
    };
    thread::Builder::new()
        .name(name.to_owned())
        .spawn(work)
        .context("cannot start the server's thread")
}

/// The only thread: accepts and serves.
fn serve_alone<M: Module>(
    listener: TcpListener,
    shared: Arc<Shared<M>>,
    stopped: oneshot::Receiver<Infallible>,
) -> Result<()> {
    EventLoop::new()?.run(async {
        let worker = Rc::new(Worker::new(shared));
        accept(listener, stopped, |stream| {
            spawn_local(converse(stream, worker.clone()));
            Ok(())
        })
        .await
    })
}

/// The thread that accepts: gives connections to `threads` others, in turn.
fn hand_out<M: Module>(
    listener: TcpListener,
    shared: &Arc<Shared<M>>,
    threads: u32,
    stopped: oneshot::Receiver<Infallible>,
) -> Result<()> {
    let mut others = Vec::new();
    for _ in 0..threads {
        let (give, given) = mpsc::unbounded_channel();
        let shared = shared.clone();
        others.push((give, spawn("http", move || take(given, shared))?));
    }
    let mut turns = (0..others.len()).cycle();
    let accepted = EventLoop::new()?.run(accept(listener, stopped, |stream| {
        let turn = turns.next().unwrap_or_default();
        let gone = || format!("thread {turn} of the server is gone");
        let given = others[turn].0.send(stream.into_std()?);
        given.ok().with_context(gone)
    }));
    for (give, thread) in others {
        drop(give);
        // It says itself why it ended.
        let _ = thread.join();
    }
    accepted
}

/// A thread that serves the connections which it is given, until no more can come.
fn take<M: Module>(
    mut given: mpsc::UnboundedReceiver<std::net::TcpStream>,
    shared: Arc<Shared<M>>,
) -> Result<()> {
    EventLoop::new()?.run(async {
        let worker = Rc::new(Worker::new(shared));
        while let Some(stream) = given.recv().await {
            let stream = TcpStream::from_std(stream).context("cannot poll a connection")?;
            spawn_local(converse(stream, worker.clone()));
        }
        Ok(())
    })
}

/// Accepts connections until the server is stopped.
async fn accept(
    listener: TcpListener,
    mut stopped: oneshot::Receiver<Infallible>,
    mut give: impl FnMut(TcpStream) -> Result<()>,
) -> Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener).context("cannot poll the socket")?;
    loop {
        tokio::select! {
            _ = &mut stopped => return Ok(()),
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => give(stream)?,
                // One connection that died in the queue, or no descriptor left for
                // it: neither is a reason to stop serving the others.
                Err(error) => {
                    eprintln!("cannot accept: {error}");
                    tokio::time::sleep(std::time::Duration::from_millis(1)).await;
                }
            },
        }
    }
}
