//! One thread of the null server.

use std::io;
use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustix::event::epoll;
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags, recv, send};

use crate::clock::now_ns;
use crate::wait::wait;

/// What an event is about, where it is no connection.
const ENDS: u64 = u64::MAX;
const LISTENER: u64 = u64::MAX - 1;

/// Bytes that one read takes at most.
const BUFFER: usize = 64 << 10;

/// Bytes that are looked at together.
const STRIDE: usize = 256;

/// The end of a request without a body.
const END: &[u8] = b"\r\n\r\n";

/// What all threads of a server have.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) response: Vec<u8>,
    pub(super) listener: TcpListener,
    /// Can be read once the server is to end.
    pub(super) end: OwnedFd,
    /// How many connections were accepted. Each thread takes one in turn.
    pub(super) accepted: AtomicUsize,
    pub(super) threads: usize,
    /// How long a thread looks for more to do before it sleeps.
    pub(super) spin_ns: u64,
}

/// A connection that is served.
struct Connection {
    stream: TcpStream,
    /// How many bytes of [`END`] the last read ended with.
    matched: usize,
    /// Bytes that are still to be written.
    owed: usize,
    armed: bool,
}

/// One thread of the server.
pub(super) struct ServerThread {
    shared: Arc<Shared>,
    /// Which of the threads it is, from 0.
    number: usize,
    epoll: OwnedFd,
    buffer: Box<[u8]>,
    /// By the number of their event; none is used twice.
    connections: Vec<Option<Connection>>,
}

impl ServerThread {
    pub(super) fn new(shared: &Arc<Shared>, number: usize) -> io::Result<Self> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        let flags = epoll::EventFlags::IN;
        epoll::add(&epoll, &shared.end, epoll::EventData::new_u64(ENDS), flags)?;
        let data = epoll::EventData::new_u64(LISTENER);
        epoll::add(&epoll, &shared.listener, data, flags)?;
        Ok(Self {
            shared: Arc::clone(shared),
            number,
            epoll,
            buffer: vec![0; BUFFER].into_boxed_slice(),
            connections: Vec::new(),
        })
    }

    /// Serves until the server ends.
    pub(super) fn serve(mut self) {
        let mut events: Vec<epoll::Event> = Vec::with_capacity(1024);
        let mut busy_ns = now_ns();
        loop {
            let sleeps = now_ns() - busy_ns > self.shared.spin_ns;
            let wait_ns = (!sleeps).then_some(0);
            if wait(&self.epoll, &mut events, wait_ns).is_err() {
                return;
            }
            if events.is_empty() {
                continue;
            }
            for event in &events {
                match event.data.u64() {
                    ENDS => return,
                    LISTENER => self.accept(),
                    number => self.serve_one(number, Self::hear),
                }
            }
            // All that was asked is read before anything is answered, as the generator does.
            for event in &events {
                if event.data.u64() < LISTENER {
                    self.serve_one(event.data.u64(), Self::answer);
                }
            }
            busy_ns = now_ns();
        }
    }

    /// Takes a connection if it is this thread's turn. All threads are woken by one that comes
    /// in, so that the one whose turn it is does not miss it.
    fn accept(&mut self) {
        let shared = &self.shared;
        if shared.accepted.load(Ordering::Relaxed) % shared.threads != self.number {
            return;
        }
        let Ok((stream, _)) = shared.listener.accept() else {
            return;
        };
        shared.accepted.fetch_add(1, Ordering::Relaxed);
        let usable = stream.set_nonblocking(true).and(stream.set_nodelay(true));
        let data = epoll::EventData::new_u64(self.connections.len() as u64);
        let added = epoll::add(&self.epoll, &stream, data, epoll::EventFlags::IN);
        if usable.is_ok() && added.is_ok() {
            self.connections.push(Some(Connection {
                stream,
                matched: 0,
                owed: 0,
                armed: false,
            }));
        }
    }

    /// Does something for a client, who is forgotten if it has gone.
    fn serve_one(&mut self, number: u64, what: fn(&mut Self, u64) -> Option<()>) {
        if what(self, number).is_none()
            && let Some(client) = self.connections.get_mut(number as usize)
        {
            *client = None;
        }
    }

    /// Reads what a client asks; `None` if it has gone.
    fn hear(&mut self, number: u64) -> Option<()> {
        let client = self.connections.get_mut(number as usize)?.as_mut()?;
        match recv(&client.stream, &mut *self.buffer, RecvFlags::empty()) {
            Ok((_, 0)) => return None,
            Ok((_, count)) => {
                client.owed +=
                    self.shared.response.len() * ends(&self.buffer[..count], &mut client.matched);
            }
            Err(Errno::AGAIN | Errno::INTR) => {}
            Err(_) => return None,
        }
        Some(())
    }

    /// Writes what a client is owed; `None` if it has gone.
    fn answer(&mut self, number: u64) -> Option<()> {
        let client = self.connections.get_mut(number as usize)?.as_mut()?;
        while client.owed > 0 {
            let whole = self.shared.response.len();
            let left = (client.owed - 1) % whole + 1;
            match send(
                &client.stream,
                &self.shared.response[whole - left..],
                SendFlags::NOSIGNAL,
            ) {
                Ok(count) => client.owed -= count,
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => break,
                Err(_) => return None,
            }
        }
        let arm = client.owed > 0;
        if arm != client.armed {
            client.armed = arm;
            let mut flags = epoll::EventFlags::IN;
            flags.set(epoll::EventFlags::OUT, arm);
            let data = epoll::EventData::new_u64(number);
            epoll::modify(&self.epoll, &client.stream, data, flags).ok()?;
        }
        Some(())
    }
}

/// How many requests end in `bytes`; `matched` bytes of an end came before them.
fn ends(bytes: &[u8], matched: &mut usize) -> usize {
    let mut count = 0;
    for part in bytes.chunks(STRIDE) {
        // What fills a large request is passed over.
        if *matched == 0 && !part.contains(&END[0]) {
            continue;
        }
        for byte in part {
            *matched = if *byte == END[*matched] {
                *matched + 1
            } else {
                usize::from(*byte == END[0])
            };
            if *matched == END.len() {
                *matched = 0;
                count += 1;
            }
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_however_they_are_cut() {
        let filled = format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(700)).into_bytes();
        for request in [&b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"[..], &filled] {
            counted(request);
        }
        assert_eq!(ends(b"\r\r\n\r\n", &mut 0), 1);
    }

    fn counted(request: &[u8]) {
        let two = [request, request].concat();
        for at in 0..=two.len() {
            let mut matched = 0;
            let (a, b) = two.split_at(at);
            assert_eq!(
                ends(a, &mut matched) + ends(b, &mut matched),
                2,
                "cut at {at}"
            );
        }
    }
}
