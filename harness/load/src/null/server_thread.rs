//! One thread of the null server, and the door through which connections come.

use std::io;
use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender};

use rustix::buffer::spare_capacity;
use rustix::event::epoll;
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags, recv, send};

use crate::clock::{now_ns, timespec};

/// What an event is about, where it is no connection.
const WAKE: u64 = u64::MAX;
const LISTENER: u64 = u64::MAX - 1;

/// The end of a request without a body.
const END: &[u8] = b"\r\n\r\n";

/// Where connections come in, and to whom they go in turn.
pub(super) struct Endpoint {
    listener: TcpListener,
    inboxes: Vec<(Sender<TcpStream>, Arc<OwnedFd>)>,
    next: usize,
}

impl Endpoint {
    /// Hands the connections of `listener` to the inboxes in turn, and wakes their owners.
    pub(super) fn new(
        listener: TcpListener,
        inboxes: Vec<(Sender<TcpStream>, Arc<OwnedFd>)>,
    ) -> Self {
        Self {
            listener,
            inboxes,
            next: 0,
        }
    }

    fn accept(&mut self) {
        while let Ok((stream, _)) = self.listener.accept() {
            let (inbox, wake) = &self.inboxes[self.next];
            self.next = (self.next + 1) % self.inboxes.len();
            let usable = stream.set_nonblocking(true).and(stream.set_nodelay(true));
            if usable.is_ok() && inbox.send(stream).is_ok() {
                let _ = rustix::io::write(&**wake, &1_u64.to_ne_bytes());
            }
        }
    }
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
    response: Vec<u8>,
    epoll: OwnedFd,
    wake: Arc<OwnedFd>,
    stop: Arc<AtomicBool>,
    inbox: Receiver<TcpStream>,
    door: Option<Endpoint>,
    spin_ns: u64,
    /// By the number of their event; none is used twice.
    guests: Vec<Option<Connection>>,
}

impl ServerThread {
    /// One that takes connections from `inbox` when `wake` is written to, until `stop`, and
    /// looks for `spin_ns` before it sleeps.
    pub(super) fn new(
        response: &[u8],
        inbox: Receiver<TcpStream>,
        wake: &Arc<OwnedFd>,
        stop: &Arc<AtomicBool>,
        spin_ns: u64,
    ) -> io::Result<Self> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        let data = epoll::EventData::new_u64(WAKE);
        epoll::add(&epoll, wake, data, epoll::EventFlags::IN)?;
        Ok(Self {
            response: response.to_vec(),
            epoll,
            wake: Arc::clone(wake),
            stop: Arc::clone(stop),
            inbox,
            door: None,
            spin_ns,
            guests: Vec::new(),
        })
    }

    /// Accepts connections, too.
    pub(super) fn mind(&mut self, door: Endpoint) -> io::Result<()> {
        let data = epoll::EventData::new_u64(LISTENER);
        epoll::add(&self.epoll, &door.listener, data, epoll::EventFlags::IN)?;
        self.door = Some(door);
        Ok(())
    }

    /// Serves until it is stopped.
    pub(super) fn serve(mut self) {
        let mut events: Vec<epoll::Event> = Vec::with_capacity(1024);
        let at_once = timespec(0);
        let mut busy_ns = now_ns();
        while !self.stop.load(Ordering::Relaxed) {
            let sleeps = now_ns() - busy_ns > self.spin_ns;
            events.clear();
            let wait = (!sleeps).then_some(&at_once);
            let _ = epoll::wait(&self.epoll, spare_capacity(&mut events), wait);
            if events.is_empty() {
                continue;
            }
            for event in &events {
                match event.data.u64() {
                    LISTENER => self.door.iter_mut().for_each(Endpoint::accept),
                    WAKE => self.welcome(),
                    guest => self.serve_one(guest, Self::hear),
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

    fn welcome(&mut self) {
        let _ = rustix::io::read(&*self.wake, &mut [0_u8; 8]);
        while let Ok(stream) = self.inbox.try_recv() {
            let data = epoll::EventData::new_u64(self.guests.len() as u64);
            if epoll::add(&self.epoll, &stream, data, epoll::EventFlags::IN).is_ok() {
                let guest = Connection {
                    stream,
                    matched: 0,
                    owed: 0,
                    armed: false,
                };
                self.guests.push(Some(guest));
            }
        }
    }

    /// Does something for a guest, who is forgotten if it has gone.
    fn serve_one(&mut self, number: u64, what: fn(&mut Self, u64) -> Option<()>) {
        if what(self, number).is_none()
            && let Some(guest) = self.guests.get_mut(number as usize)
        {
            *guest = None;
        }
    }

    /// Reads what a guest asks; `None` if it has gone.
    fn hear(&mut self, number: u64) -> Option<()> {
        let guest = self.guests.get_mut(number as usize)?.as_mut()?;
        let mut bytes = [0_u8; 4096];
        match recv(&guest.stream, &mut bytes[..], RecvFlags::empty()) {
            Ok((_, 0)) => return None,
            Ok((_, count)) => {
                guest.owed += self.response.len() * ends(&bytes[..count], &mut guest.matched);
            }
            Err(Errno::AGAIN | Errno::INTR) => {}
            Err(_) => return None,
        }
        Some(())
    }

    /// Writes what a guest is owed; `None` if it has gone.
    fn answer(&mut self, number: u64) -> Option<()> {
        let guest = self.guests.get_mut(number as usize)?.as_mut()?;
        while guest.owed > 0 {
            let whole = self.response.len();
            let left = (guest.owed - 1) % whole + 1;
            match send(
                &guest.stream,
                &self.response[whole - left..],
                SendFlags::NOSIGNAL,
            ) {
                Ok(count) => guest.owed -= count,
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => break,
                Err(_) => return None,
            }
        }
        let arm = guest.owed > 0;
        if arm != guest.armed {
            guest.armed = arm;
            let mut flags = epoll::EventFlags::IN;
            flags.set(epoll::EventFlags::OUT, arm);
            let data = epoll::EventData::new_u64(number);
            epoll::modify(&self.epoll, &guest.stream, data, flags).ok()?;
        }
        Some(())
    }
}

/// How many requests end in `bytes`; `matched` bytes of an end came before them.
fn ends(bytes: &[u8], matched: &mut usize) -> usize {
    let mut count = 0;
    for byte in bytes {
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
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_however_they_are_cut() {
        let request = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n";
        let two = [&request[..], request].concat();
        for at in 0..=two.len() {
            let mut matched = 0;
            let (a, b) = two.split_at(at);
            assert_eq!(
                ends(a, &mut matched) + ends(b, &mut matched),
                2,
                "cut at {at}"
            );
        }
        assert_eq!(ends(b"\r\r\n\r\n", &mut 0), 1);
    }
}
