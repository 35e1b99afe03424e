//! Small real servers: a thread for each connection, and whatever a test has them answer.

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use labrun_load::{Pace, Plan, Report, Target, run};

/// What is done after an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    /// The next request is waited for.
    Stay,
    /// The connection is closed.
    Close,
    /// The whole server ends, with all its connections.
    Die,
}

struct Shared {
    dead: AtomicBool,
    /// Requests so far, and connections.
    requests: AtomicU64,
    accepted: AtomicU64,
    /// The connections that are open, by number: one that ended holds no descriptor, or a
    /// fast machine would run out of them.
    streams: Mutex<HashMap<u64, TcpStream>>,
    listener: Mutex<Option<TcpListener>>,
}

impl Shared {
    fn end(&self, address: SocketAddr) {
        if self.dead.swap(true, Ordering::SeqCst) {
            return;
        }
        drop(self.listener.lock().unwrap().take());
        // Wakes the thread that accepts, which holds the last reference to the port.
        let _ = TcpStream::connect(address);
        for (_, stream) in self.streams.lock().unwrap().drain() {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

/// A server on a loopback address; it ends when it is dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

impl Server {
    /// Answers each request by `answer`, which is given the request's number, from 0.
    pub(crate) fn new<F>(answer: F) -> Self
    where
        F: Fn(u64, &mut TcpStream) -> Then + Send + Sync + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            dead: AtomicBool::new(false),
            requests: AtomicU64::new(0),
            accepted: AtomicU64::new(0),
            streams: Mutex::new(HashMap::new()),
            listener: Mutex::new(Some(listener.try_clone().unwrap())),
        });
        let (own, answer) = (Arc::clone(&shared), Arc::new(answer));
        let accepting = thread::spawn(move || {
            for stream in listener.incoming() {
                if own.dead.load(Ordering::SeqCst) {
                    return;
                }
                let mut stream = stream.unwrap();
                stream.set_nodelay(true).unwrap();
                let number = own.accepted.fetch_add(1, Ordering::SeqCst);
                let kept = stream.try_clone().unwrap();
                own.streams.lock().unwrap().insert(number, kept);
                let (own, answer) = (Arc::clone(&own), Arc::clone(&answer));
                thread::spawn(move || {
                    serve(&mut stream, address, &own, &*answer);
                    let _ = stream.shutdown(Shutdown::Both);
                    own.streams.lock().unwrap().remove(&number);
                });
            }
        });
        Self {
            address,
            shared,
            accepting: Some(accepting),
        }
    }

    /// Answers `body` with status 200 to everything.
    pub(crate) fn right(body: &'static str) -> Self {
        Self::new(move |_, stream| say(stream, "200 OK", body))
    }

    /// Connections so far.
    pub(crate) fn accepted(&self) -> u64 {
        self.shared.accepted.load(Ordering::SeqCst)
    }

    /// Short loads of this server: 4 connections, no warm-up, 1 s.
    pub(crate) fn plan(&self, pace: Pace) -> Plan {
        let mut plan = Plan::new(Target::new(self.address, "/"));
        plan.pace = pace;
        plan.connections = 4;
        plan.warmup = Duration::ZERO;
        plan.duration = Duration::from_secs(1);
        // Long, so that a busy machine does not make an answer late.
        plan.timeout = Duration::from_secs(20);
        plan
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.end(self.address);
        if let Some(accepting) = self.accepting.take() {
            accepting.join().unwrap();
        }
    }
}

fn serve(
    stream: &mut TcpStream,
    address: SocketAddr,
    shared: &Shared,
    answer: &(dyn Fn(u64, &mut TcpStream) -> Then + Sync),
) {
    let mut asked = Vec::new();
    let mut bytes = [0; 4096];
    loop {
        while !asked.ends_with(b"\r\n\r\n") {
            match stream.read(&mut bytes) {
                Ok(0) | Err(_) => return,
                Ok(count) => asked.extend_from_slice(&bytes[..count]),
            }
        }
        asked.clear();
        let number = shared.requests.fetch_add(1, Ordering::SeqCst);
        match answer(number, stream) {
            Then::Stay => {}
            Then::Close => return,
            Then::Die => return shared.end(address),
        }
    }
}

/// Answers with a status and a body, and stays.
pub(crate) fn say(stream: &mut TcpStream, status: &str, body: &str) -> Then {
    let length = body.len();
    raw(
        stream,
        &format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n{body}"),
    )
}

/// Sends bytes as they are, and stays.
pub(crate) fn raw(stream: &mut TcpStream, text: &str) -> Then {
    let _ = stream.write_all(text.as_bytes());
    Then::Stay
}

/// Carries out a plan to its end.
pub(crate) fn load(plan: &Plan) -> Report {
    let report = run(plan, &|| false).unwrap();
    assert!(!report.interrupted);
    report
}

/// The latency at a quantile, in ms.
pub(crate) fn ms(report: &Report, quantile: f64) -> f64 {
    report.latency.value_at_quantile(quantile) as f64 / 1e6
}
