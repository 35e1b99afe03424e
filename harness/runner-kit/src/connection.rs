//! One connection of the HTTP front end: reads requests, has instances answer them.

use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::future::{Future as _, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use anyhow::{Context as _, Result};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use http_workload::BODY_LIMIT;
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use labrun_protocol::{Event, InstancePolicy};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::clock::Marks;
use crate::listen::{Current, Shared};
use crate::runtime::{Handler as _, Module};
use crate::{failure, framing};

/// What the connections of one thread share.
pub(crate) struct Worker<M: Module> {
    shared: Arc<Shared<M>>,
    room: Semaphore,
    idle: RefCell<Idle<M>>,
}

/// Instances that wait for the next request; empty where none is reused.
struct Idle<M: Module> {
    /// What they were made of. Those of something else are dropped.
    of: Option<Arc<Current<M>>>,
    instances: Vec<M::Handler>,
}

/// What is left to do when the client has its answer.
struct Answered<'w, M: Module> {
    /// None where it failed: then it is dropped already.
    instance: Option<(Arc<Current<M>>, M::Handler)>,
    /// None where the request is not traced.
    marks: Option<Marks>,
    /// Given back last.
    _room: Option<SemaphorePermit<'w>>,
}

/// Serves one connection until the client closes it.
pub(crate) async fn converse<M: Module>(stream: TcpStream, worker: Rc<Worker<M>>) {
    // Without it a small answer may wait for an acknowledgement that is delayed.
    // It fails only on a connection that is already gone.
    let _ = stream.set_nodelay(true);
    let answered = Cell::new(None);
    let (on, last) = (&*worker, &answered);
    let service =
        service_fn(
            move |request| async move { Ok::<_, Infallible>(answer(on, last, request).await) },
        );
    let mut connection =
        pin!(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    // The one who went away, or spoke no HTTP, is the client; it knows.
    let _ = poll_fn(|context| {
        // hyper writes an answer in the same turn in which it gets it, so that after the
        // turn the client has it.
        let polled = connection.as_mut().poll(context);
        if let Some(answered) = last.take() {
            worker.finish(answered);
        }
        polled
    })
    .await;
}

/// Answers one request; what is to be done after that is left in `last`.
async fn answer<'w, M: Module>(
    worker: &'w Worker<M>,
    last: &Cell<Option<Answered<'w, M>>>,
    request: Request<Incoming>,
) -> Response<Full<Bytes>> {
    // Of requests that were sent before the answer to the one before, several may be
    // answered in one turn.
    if let Some(before) = last.take() {
        worker.finish(before);
    }
    let request = match read(request).await {
        Ok(request) => request,
        Err(refusal) => return refusal.map(Full::new),
    };
    let mut marks = worker.is_traced().then(Marks::new);
    end(&mut marks, "accept");
    // It is never closed.
    let room = worker.room.acquire().await.ok();
    let (response, instance) = match worker.exchange(request, &mut marks).await {
        Ok((response, current, instance)) => (response, Some((current, instance))),
        Err(error) => {
            let reason = failure::one_line(&error);
            eprintln!("a request failed: {reason}");
            (framing::error(500, &reason), None)
        }
    };
    let answered = Answered {
        instance,
        marks,
        _room: room,
    };
    last.set(Some(answered));
    response.map(Full::new)
}

fn end(marks: &mut Option<Marks>, phase: &'static str) {
    if let Some(marks) = marks {
        marks.end(phase);
    }
}

/// The request, whole; or what is to be answered instead. The limit is the
/// workload's own, which its native server keeps as well.
async fn read(request: Request<Incoming>) -> Result<Request<Bytes>, Response<Bytes>> {
    let (head, body) = request.into_parts();
    if body.is_end_stream() {
        return Ok(Request::from_parts(head, Bytes::new()));
    }
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

impl<M: Module> Worker<M> {
    pub(crate) fn new(shared: Arc<Shared<M>>) -> Self {
        Self {
            room: Semaphore::new(shared.room),
            shared,
            idle: RefCell::new(Idle {
                of: None,
                instances: Vec::new(),
            }),
        }
    }

    /// Whether this request is one of those to be reported.
    fn is_traced(&self) -> bool {
        let less = |left: u32| left.checked_sub(1);
        self.shared
            .trace
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, less)
            .is_ok()
    }

    /// Waits for a handler, and has an instance of it answer.
    async fn exchange(
        &self,
        request: Request<Bytes>,
        marks: &mut Option<Marks>,
    ) -> Result<(Response<Bytes>, Arc<Current<M>>, M::Handler)> {
        let (current, module) = self.current().await?;
        let mut instance = match self.take(&current) {
            Some(instance) => instance,
            None => module.instantiate_handler(&current.grants).await?,
        };
        end(marks, "instantiate");
        let response = instance.respond(request).await?;
        end(marks, "call");
        Ok((response, current, instance))
    }

    /// What is current, once it is a handler.
    async fn current(&self) -> Result<(Arc<Current<M>>, Arc<M>)> {
        let mut current = self.shared.current.borrow().clone();
        loop {
            if let Some(module) = current.handler.clone() {
                return Ok((current, module));
            }
            let mut changes = self.shared.current.subscribe();
            let change = changes.wait_for(|current| current.handler.is_some());
            current = change.await.context("the server stops")?.clone();
        }
    }

    /// An idle instance of what is `current`.
    fn take(&self, current: &Arc<Current<M>>) -> Option<M::Handler> {
        if self.shared.policy == InstancePolicy::Fresh {
            return None;
        }
        let idle = &mut *self.idle.borrow_mut();
        if !idle.of.as_ref().is_some_and(|of| Arc::ptr_eq(of, current)) {
            idle.instances.clear();
            idle.of = Some(current.clone());
        }
        idle.instances.pop()
    }

    /// Drops the instance or keeps it for the next request, and reports if that is wanted.
    fn finish(&self, answered: Answered<'_, M>) {
        let Answered {
            instance,
            mut marks,
            _room,
        } = answered;
        match instance {
            Some((current, instance)) if self.shared.policy == InstancePolicy::Reused => {
                let mut idle = self.idle.borrow_mut();
                if idle.of.as_ref().is_some_and(|of| Arc::ptr_eq(of, &current)) {
                    idle.instances.push(instance);
                }
            }
            instance => drop(instance),
        }
        end(&mut marks, "drop");
        if let Some(marks) = marks {
            let marks = marks.into_wire();
            if let Err(error) = self.shared.events.send(&Event::Served { marks }) {
                eprintln!("cannot report a request: {error}");
            }
        }
    }
}
