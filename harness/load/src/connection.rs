//! One connection: its socket, what was asked, and the parser of what comes.

use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::sync::Arc;

use rustix::event::epoll;
use rustix::io::Errno;
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, connect, recv, send, socket_with,
    sockopt,
};

use crate::mix::Sent;
use crate::report::ErrorKind;
use crate::response::{Answer, End, Reader};

/// A request under way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    /// When it was due.
    pub(crate) due_ns: u64,
    /// When it was given to this connection: its timeout counts from here.
    pub(crate) given_ns: u64,
    /// Whether it had to wait for a connection.
    pub(crate) waited: bool,
    /// Which of the plan's requests it is.
    pub(crate) request: u16,
}

/// What a connection came to when it was read.
#[derive(Debug)]
pub(crate) enum Read {
    /// More has to come.
    Wait,
    /// A whole response.
    Answer(Answer),
    /// No response will come on this connection.
    Failed(ErrorKind),
}

/// A connection, open or not.
#[derive(Debug)]
pub(crate) struct Connection {
    socket: Option<OwnedFd>,
    /// What its events are waited for with, and which number they have there.
    epoll: Arc<OwnedFd>,
    index: u64,
    reader: Reader,
    /// Bytes of the request that are written.
    written: usize,
    /// Whether writability is waited for: it connects, or a write was cut short.
    armed: bool,
    connecting: bool,
    /// The request that it has.
    pub(crate) asked: Option<Asked>,
    /// Since when it has none.
    pub(crate) freed_ns: u64,
}

impl Connection {
    /// One whose events `epoll` gives with the number `index`.
    pub(crate) fn new(epoll: &Arc<OwnedFd>, index: usize) -> Self {
        Self {
            socket: None,
            epoll: Arc::clone(epoll),
            index: index as u64,
            reader: Reader::new(),
            written: 0,
            armed: false,
            connecting: false,
            asked: None,
            freed_ns: 0,
        }
    }

    pub(crate) fn is_open(&self) -> bool {
        self.socket.is_some()
    }

    pub(crate) fn is_connecting(&self) -> bool {
        self.connecting
    }

    /// Whether part of a request is still to be written.
    pub(crate) fn is_writing(&self) -> bool {
        self.armed && !self.connecting
    }

    /// Gives it a request, of which nothing is written yet.
    pub(crate) fn ask(&mut self, asked: Asked, sent: &Sent<'_>) {
        self.asked = Some(asked);
        self.written = 0;
        self.reader.set(sent.keeps, sent.is_head);
    }

    /// What was kept of the body of its last answer.
    pub(crate) fn kept(&self) -> &[u8] {
        self.reader.kept()
    }

    /// Begins to open it.
    pub(crate) fn open(&mut self, address: &SocketAddr) -> rustix::io::Result<()> {
        let family = match address {
            SocketAddr::V4(_) => AddressFamily::INET,
            SocketAddr::V6(_) => AddressFamily::INET6,
        };
        let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
        let socket = socket_with(family, SocketType::STREAM, flags, None)?;
        sockopt::set_tcp_nodelay(&socket, true)?;
        self.connecting = match connect(&socket, address) {
            Ok(()) => false,
            Err(Errno::INPROGRESS) => true,
            Err(error) => return Err(error),
        };
        self.armed = self.connecting;
        let data = epoll::EventData::new_u64(self.index);
        epoll::add(&*self.epoll, &socket, data, interest(self.armed))?;
        self.reader.clear();
        self.socket = Some(socket);
        Ok(())
    }

    /// Closes it, which also takes it out of every epoll.
    pub(crate) fn close(&mut self) {
        self.socket = None;
        (self.armed, self.connecting) = (false, false);
    }

    /// How opening it ended, once its socket is ready.
    pub(crate) fn connected(&mut self) -> Result<(), ErrorKind> {
        let failed = |_| ErrorKind::Connect;
        let socket = self.socket.as_ref().ok_or(ErrorKind::Connect)?;
        sockopt::socket_error(socket).flatten().map_err(failed)?;
        self.connecting = false;
        self.arm(false).map_err(failed)
    }

    /// Whether writability is waited for from here on.
    fn arm(&mut self, armed: bool) -> rustix::io::Result<()> {
        if let Some(socket) = self.socket.as_ref().filter(|_| armed != self.armed) {
            let data = epoll::EventData::new_u64(self.index);
            epoll::modify(&*self.epoll, socket, data, interest(armed))?;
            self.armed = armed;
        }
        Ok(())
    }

    /// Writes what is left of the request. Writability is waited for only if the socket
    /// takes no more.
    pub(crate) fn write(&mut self, request: &[u8]) -> Result<(), ErrorKind> {
        let socket = self.socket.as_ref().ok_or(ErrorKind::Reset)?;
        while self.written < request.len() {
            match send(socket, &request[self.written..], SendFlags::NOSIGNAL) {
                Ok(count) => self.written += count,
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => break,
                Err(_) => return Err(ErrorKind::Reset),
            }
        }
        let is_left = self.written < request.len();
        self.arm(is_left).map_err(|_| ErrorKind::Reset)
    }

    /// Reads what is here.
    pub(crate) fn read(&mut self, expected: Option<&[u8]>) -> Read {
        let Some(socket) = &self.socket else {
            return Read::Wait;
        };
        loop {
            let space = self.reader.space();
            let room = space.len();
            let count = match recv(socket, space, RecvFlags::empty()) {
                Ok((_, 0)) => {
                    return match self.reader.end(expected) {
                        End::Answer(answer) => Read::Answer(answer),
                        End::Truncated => Read::Failed(ErrorKind::Truncated),
                        End::Nothing => Read::Failed(ErrorKind::Reset),
                    };
                }
                Ok((_, count)) => count,
                Err(Errno::AGAIN) => return Read::Wait,
                Err(Errno::INTR) => continue,
                Err(_) => {
                    return Read::Failed(match self.reader.end(expected) {
                        End::Nothing => ErrorKind::Reset,
                        End::Answer(_) | End::Truncated => ErrorKind::Truncated,
                    });
                }
            };
            match self.reader.take(count, expected) {
                Ok(Some(answer)) => return Read::Answer(answer),
                // A read that did not fill its space has taken all that was here.
                Ok(None) if count < room => return Read::Wait,
                Ok(None) => {}
                Err(_) => return Read::Failed(ErrorKind::Malformed),
            }
        }
    }
}

fn interest(writable: bool) -> epoll::EventFlags {
    if writable {
        epoll::EventFlags::IN | epoll::EventFlags::OUT
    } else {
        epoll::EventFlags::IN
    }
}
