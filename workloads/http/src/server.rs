//! The server of the native binary: hyper around the handler, on one thread unless
//! more are asked for.

use std::convert::Infallible;
use std::future::poll_fn;
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full, Limited};
use http_workload::{BODY_LIMIT, Header, Request, Response, respond, respond_in};
use hyper::body::{Body as _, Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{SignalKind, signal};

use crate::options::Options;

/// Serves until SIGTERM or SIGINT.
pub(crate) fn run(options: &Options) -> Result<(), String> {
    let runtime = runtime(options.threads.get()).map_err(|error| format!("no runtime: {error}"))?;
    let files = options.files.as_deref().map(Arc::from);
    let served = runtime.block_on(async {
        // Before `ready`: from then on a signal has to end the server in order.
        let fail = |error: io::Error| format!("cannot wait for signals: {error}");
        let mut terminate = signal(SignalKind::terminate()).map_err(fail)?;
        let mut interrupt = signal(SignalKind::interrupt()).map_err(fail)?;
        let listener = TcpListener::bind(options.listen)
            .await
            .map_err(|error| format!("cannot listen on {}: {error}", options.listen))?;
        announce(&listener).map_err(|error| format!("cannot say that it is ready: {error}"))?;
        tokio::spawn(accept(listener, files));
        poll_fn(|context| {
            let ended = terminate.poll_recv(context).is_ready();
            if ended || interrupt.poll_recv(context).is_ready() {
                Poll::Ready(Ok(()))
            } else {
                Poll::Pending
            }
        })
        .await
    });
    runtime.shutdown_background();
    served
}

fn runtime(threads: usize) -> io::Result<Runtime> {
    match threads {
        1 => Builder::new_current_thread().enable_all().build(),
        _ => Builder::new_multi_thread()
            .worker_threads(threads)
            .enable_all()
            .build(),
    }
}

fn announce(listener: &TcpListener) -> io::Result<()> {
    let line = format!("ready {}\n", listener.local_addr()?);
    let mut stdout = io::stdout();
    stdout.write_all(line.as_bytes())?;
    stdout.flush()
}

async fn accept(listener: TcpListener, files: Option<Arc<Path>>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(connection(stream, files.clone()));
            }
            // Out of file descriptors, say: connections have to end first.
            Err(error) => {
                eprintln!("http: cannot accept: {error}");
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
    }
}

async fn connection(stream: TcpStream, files: Option<Arc<Path>>) {
    // Without it small answers could wait for an acknowledgement.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| answer(request, files.clone()));
    // An error is the client's: it went away, or spoke no HTTP.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn answer(
    request: hyper::Request<Incoming>,
    files: Option<Arc<Path>>,
) -> Result<hyper::Response<Full<Bytes>>, Infallible> {
    let response = match read(request).await {
        Ok(request) => match files {
            Some(files) => respond_in(&request, &files),
            None => respond(&request),
        },
        Err(response) => response,
    };
    Ok(write(response))
}

/// The request, whole; or the response that says what is wrong with it.
async fn read(request: hyper::Request<Incoming>) -> Result<Request, Response> {
    let (head, body) = request.into_parts();
    let target = head
        .uri
        .path_and_query()
        .map_or("", |target| target.as_str());
    // A length that is announced is refused without waiting for the bytes.
    if body.size_hint().lower() > BODY_LIMIT as u64 {
        return Err(Response::too_large());
    }
    let body = Limited::new(body, BODY_LIMIT).collect().await;
    let body = body.map_err(|error| {
        if error.is::<http_body_util::LengthLimitError>() {
            Response::too_large()
        } else {
            Response::error(400, &format!("cannot read the body: {error}"))
        }
    })?;
    Ok(Request {
        method: head.method.as_str().to_owned(),
        target: target.to_owned(),
        headers: content_type(head.headers.get(CONTENT_TYPE))?,
        body: body.to_bytes().into(),
    })
}

fn content_type(value: Option<&HeaderValue>) -> Result<Vec<Header>, Response> {
    let Some(value) = value else {
        return Ok(Vec::new());
    };
    let value = std::str::from_utf8(value.as_bytes())
        .map_err(|_| Response::error(400, "the content type is not UTF-8"))?;
    Ok(vec![("content-type".into(), value.to_owned().into())])
}

fn write(response: Response) -> hyper::Response<Full<Bytes>> {
    let mut builder = hyper::Response::builder().status(response.status);
    for (name, value) in &response.headers {
        builder = builder.header(&**name, &**value);
    }
    let body = Full::new(Bytes::from(response.body));
    // Only a status or header that is none can fail, and the handler makes no such.
    builder.body(body).unwrap_or_else(|_| {
        let mut failed = hyper::Response::new(Full::default());
        *failed.status_mut() = hyper::StatusCode::INTERNAL_SERVER_ERROR;
        failed
    })
}
