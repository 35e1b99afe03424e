//! The quickest server: it answers each request with the same bytes as soon as it has
//! seen the request's end, and does nothing else. Loading it shows the generator's ceiling.

mod server_thread;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::thread::{self, JoinHandle};

use rustix::event::{EventfdFlags, eventfd};

use crate::clock;
use server_thread::{Endpoint, ServerThread};

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
    stop: Arc<AtomicBool>,
    wakes: Vec<Arc<OwnedFd>>,
    threads: Vec<JoinHandle<()>>,
}

impl NullServer {
    /// Starts one that answers with `response`, on so many threads.
    pub fn start(response: &[u8], threads: usize) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let stop = Arc::new(AtomicBool::new(false));
        let threads = threads.max(1);
        let spin_ns = clock::spin_ns(threads);
        let mut wakes = Vec::new();
        let mut inboxes = Vec::new();
        let mut servers: Vec<ServerThread> = Vec::new();
        for _ in 0..threads {
            let flags = EventfdFlags::NONBLOCK | EventfdFlags::CLOEXEC;
            let wake = Arc::new(eventfd(0, flags)?);
            let (sender, inbox) = channel();
            servers.push(ServerThread::new(response, inbox, &wake, &stop, spin_ns)?);
            inboxes.push((sender, Arc::clone(&wake)));
            wakes.push(wake);
        }
        servers[0].mind(Endpoint::new(listener, inboxes))?;
        let threads = servers
            .into_iter()
            .map(|server| thread::spawn(|| server.serve()));
        Ok(Self {
            address,
            stop,
            wakes,
            threads: threads.collect(),
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for NullServer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for wake in &self.wakes {
            let _ = rustix::io::write(&**wake, &1_u64.to_ne_bytes());
        }
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}
