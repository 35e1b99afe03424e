//! The quickest server: it answers each request with the same bytes as soon as it has
//! seen the request's end, and does nothing else. Loading it shows the generator's ceiling.

mod server_thread;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::thread::{self, JoinHandle};

use rustix::event::{EventfdFlags, eventfd};

use crate::clock;
use server_thread::{ServerThread, Shared};

/// A response with status 200 and a body of so many bytes.
pub fn response(body: usize) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {body}\r\n\r\n");
    let mut bytes = head.into_bytes();
    bytes.resize(bytes.len() + body, b'x');
    bytes
}

/// A running null server on a loopback address; it ends when it is dropped.
#[derive(Debug)]
pub struct NullServer {
    address: SocketAddr,
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

impl NullServer {
    /// Starts one that answers with `response`, on so many threads.
    pub fn start(response: &[u8], threads: usize) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let threads = threads.max(1);
        let shared = Arc::new(Shared {
            response: response.to_vec(),
            listener,
            end: eventfd(0, EventfdFlags::NONBLOCK | EventfdFlags::CLOEXEC)?,
            accepted: AtomicUsize::new(0),
            threads,
            spin_ns: clock::spin_ns(threads),
        });
        let servers = (0..threads).map(|number| ServerThread::new(&shared, number));
        let servers: Vec<ServerThread> = servers.collect::<io::Result<_>>()?;
        let mut started = Self {
            address,
            threads: Vec::new(),
            shared,
        };
        for server in servers {
            let thread = thread::Builder::new().spawn(|| server.serve())?;
            started.threads.push(thread);
        }
        Ok(started)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for NullServer {
    fn drop(&mut self) {
        let _ = rustix::io::write(&self.shared.end, &1_u64.to_ne_bytes());
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}
