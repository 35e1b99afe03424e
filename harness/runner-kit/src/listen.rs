//! The HTTP front end: a server on a thread of its own, which hands each request
//! to a fresh instance of the current module.
//!
//! One thread, as a native server that is compared with it has: hyper's HTTP/1
//! server on a tokio runtime that the thread drives, and the guest on the same
//! thread, so that no request pays for a hand-over between threads.

use std::convert::Infallible;
use std::future::Future;
use std::net::TcpListener;
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use anyhow::{Context as _, Result};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use http_workload::BODY_LIMIT;
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use labrun_protocol::{Event, Grants};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, SemaphorePermit, oneshot, watch};
use tokio::task::{LocalSet, spawn_local};

use crate::clock::Marks;
use crate::events::Events;
use crate::runtime::{Handler as _, Module};
use crate::{failure, framing};

/// How many requests have an instance at a time; more wait for one of them.
///
/// Guests share one thread, so that more at once would only wait for each other, each
/// with its memory. Runtimes that reserve room for instances size it by this.
pub const IN_FLIGHT: u32 = 16;

/// A server that listens. Dropping it stops it.
pub(crate) struct Front<M> {
    address: String,
    shared: Arc<Shared<M>>,
    /// Never sent on: the server stops when it is dropped.
    _stop: oneshot::Sender<Infallible>,
}

/// What the thread that reads commands tells the thread that serves.
struct Shared<M> {
    handler: watch::Sender<Option<Arc<M>>>,
    grants: Mutex<Arc<Grants>>,
    room: Semaphore,
    /// How many more requests are to be reported.
    trace: AtomicU32,
    events: Events,
}

impl<M: Module> Front<M> {
    /// Binds `address` and starts the server. The kernel accepts connections from
    /// here on, whether or not the thread has got as far.
    pub(crate) fn start(address: &str, trace: u32, grants: Grants, events: Events) -> Result<Self> {
        let listener = TcpListener::bind(address)
            .and_then(|listener| listener.set_nonblocking(true).map(|()| listener))
            .with_context(|| format!("cannot listen on {address}"))?;
        let shared = Arc::new(Shared {
            handler: watch::Sender::new(None),
            grants: Mutex::new(Arc::new(grants)),
            room: Semaphore::new(IN_FLIGHT as usize),
            trace: AtomicU32::new(trace),
            events,
        });
        let (stop, stopped) = oneshot::channel();
        let served = shared.clone();
        thread::Builder::new()
            .name("http".into())
            .spawn(move || {
                if let Err(error) = block_on(accept(listener, served, stopped)).flatten() {
                    eprintln!("the HTTP server stopped: {}", failure::one_line(&error));
                }
            })
            .context("cannot start the server's thread")?;
        Ok(Self {
            address: address.to_owned(),
            shared,
            _stop: stop,
        })
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Reports the next `trace` requests, and grants their instances `grants`.
    pub(crate) fn renew(&self, trace: u32, grants: Grants) {
        *self
            .shared
            .grants
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Arc::new(grants);
        self.shared.trace.store(trace, Ordering::Release);
    }

    /// Requests go to `module` from now on; where it is no handler, they wait.
    pub(crate) fn serve(&self, module: Option<Arc<M>>) {
        self.shared
            .handler
            .send_replace(module.filter(|module| module.is_handler()));
    }
}

/// Runs `future` on this thread, with a tokio runtime that it drives.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start a tokio runtime")?;
    Ok(LocalSet::new().block_on(&runtime, future))
}

async fn accept<M: Module>(
    listener: TcpListener,
    shared: Arc<Shared<M>>,
    mut stopped: oneshot::Receiver<Infallible>,
) -> Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener).context("cannot poll the socket")?;
    loop {
        tokio::select! {
            _ = &mut stopped => return Ok(()),
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    spawn_local(converse(stream, shared.clone()));
                }
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

/// Serves one connection until the client closes it.
async fn converse<M: Module>(stream: TcpStream, shared: Arc<Shared<M>>) {
    // Without it a small answer may wait for an acknowledgement that is delayed.
    // It fails only on a connection that is already gone.
    let _ = stream.set_nodelay(true);
    let shared = Rc::new(shared);
    let service = service_fn(|request| {
        let shared = shared.clone();
        async move { Ok::<_, Infallible>(answer(&shared, request).await) }
    });
    // The one who went away, or spoke no HTTP, is the client; it knows.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// Answers one request.
async fn answer<M: Module>(
    shared: &Arc<Shared<M>>,
    request: Request<Incoming>,
) -> Response<Full<Bytes>> {
    let request = match read(request).await {
        Ok(request) => request,
        Err(refusal) => return refusal.map(Full::new),
    };
    let mut marks = Marks::new();
    marks.end("accept");
    let less = |left: u32| left.checked_sub(1);
    let traced = shared
        .trace
        .fetch_update(Ordering::AcqRel, Ordering::Acquire, less)
        .is_ok();
    // It is never closed.
    let room = shared.room.acquire().await.ok();
    let (response, instance) = match exchange(shared, request, &mut marks).await {
        Ok((response, instance)) => (response, Some(instance)),
        Err(error) => {
            let reason = failure::one_line(&error);
            eprintln!("a request failed: {reason}");
            (framing::error(500, &reason), None)
        }
    };
    // What is left is done when the client has its answer: hyper writes it in the same
    // turn of the loop, and this task has its turn after that.
    room.into_iter().for_each(SemaphorePermit::forget);
    let shared = shared.clone();
    spawn_local(async move {
        drop(instance);
        shared.room.add_permits(1);
        if traced {
            marks.end("drop");
            if let Err(error) = shared.events.send(&Event::Served {
                marks: marks.into_wire(),
            }) {
                eprintln!("cannot report a request: {error}");
            }
        }
    });
    response.map(Full::new)
}

/// The request, whole; or what is to be answered instead. The limit is the
/// workload's own, which its native server keeps as well.
async fn read(request: Request<Incoming>) -> Result<Request<Bytes>, Response<Bytes>> {
    let (head, body) = request.into_parts();
    if body.size_hint().lower() > BODY_LIMIT as u64 {
        return Err(framing::too_large());
    }
    match Limited::new(body, BODY_LIMIT).collect().await {
        Ok(body) => Ok(Request::from_parts(head, body.to_bytes())),
        Err(error) if error.is::<LengthLimitError>() => Err(framing::too_large()),
        Err(error) => Err(framing::error(
            400,
            &format!("cannot read the body: {error}"),
        )),
    }
}

/// Waits for a handler, and has a fresh instance of it answer.
async fn exchange<M: Module>(
    shared: &Shared<M>,
    request: Request<Bytes>,
    marks: &mut Marks,
) -> Result<(Response<Bytes>, M::Handler)> {
    let module = handler(shared).await?;
    let grants = shared
        .grants
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    let mut instance = module.instantiate_handler(&grants).await?;
    marks.end("instantiate");
    let response = instance.respond(request).await?;
    marks.end("call");
    Ok((response, instance))
}

/// The current module, once it is a handler.
async fn handler<M>(shared: &Shared<M>) -> Result<Arc<M>> {
    if let Some(module) = shared.handler.borrow().clone() {
        return Ok(module);
    }
    let mut changes = shared.handler.subscribe();
    let module = changes
        .wait_for(Option::is_some)
        .await
        .context("the server stops")?;
    module.clone().context("the server stops")
}
