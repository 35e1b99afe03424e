//! One thread of load: its connections, and the loop that asks, reads and waits.
//!
//! The loop is level-triggered epoll. Each turn reads all that is ready, and then writes the
//! next requests straight to the connections that fell free: an exchange costs one `recv`,
//! one `send` and a share of one wait. Reading first and then writing keeps each
//! path of the kernel in the processor's caches, and no answer waits for another's request.

use std::collections::VecDeque;
use std::os::fd::OwnedFd;
use std::sync::Arc;

use rustix::event::epoll;

use crate::arrivals::Arrivals;
use crate::clock::{self, now_ns, ns};
use crate::connection::{Asked, Connection, Read};
use crate::error::Error;
use crate::mix::{Mix, Order, Sent};
use crate::plan::{Pace, Plan};
use crate::report::{ErrorKind, Report};
use crate::tally::Tally;
use crate::wait::wait;

/// How often timeouts and the wish to stop are looked at, and how long a connection that
/// could not be opened rests.
const LOOK_NS: u64 = 10_000_000;

/// When what happens: instants of the clock, in ns.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    /// The first request is due.
    pub(crate) began: u64,
    /// The warm-up is over.
    pub(crate) from: u64,
    /// Nothing is due any more.
    pub(crate) until: u64,
}

/// A thread's part of a plan.
pub(crate) struct Worker<'a> {
    plan: &'a Plan,
    stop: &'a (dyn Fn() -> bool + Sync),
    mix: &'a Mix<'a>,
    order: Order,
    timeout_ns: u64,
    window: Window,
    epoll: Arc<OwnedFd>,
    connections: Vec<Connection>,
    /// Connections without a request, longest first; some of them may have to be reopened.
    idle: VecDeque<usize>,
    /// Those that could not be opened, until the next look.
    resting: Vec<usize>,
    under_way: usize,
    next_look_ns: u64,
    spin_ns: u64,
    arrivals: Arrivals,
    tally: Tally,
}

impl<'a> Worker<'a> {
    /// Thread `thread` of the plan, with as many of its connections.
    pub(crate) fn new(
        plan: &'a Plan,
        mix: &'a Mix<'a>,
        stop: &'a (dyn Fn() -> bool + Sync),
        thread: usize,
        count: usize,
        window: Window,
    ) -> Result<Self, Error> {
        let made = epoll::create(epoll::CreateFlags::CLOEXEC);
        let epoll = Arc::new(made.map_err(|e| Error::system("make an epoll")(e.into()))?);
        let Window { began, from, until } = window;
        Ok(Self {
            plan,
            stop,
            mix,
            order: mix.order(thread),
            timeout_ns: ns(plan.timeout),
            window,
            connections: (0..count)
                .map(|index| Connection::new(&epoll, index))
                .collect(),
            epoll,
            idle: (0..count).collect(),
            resting: Vec::new(),
            under_way: 0,
            next_look_ns: began,
            spin_ns: clock::spin_ns(plan.threads),
            arrivals: Arrivals::new(plan, began, until, thread),
            tally: Tally::new(from, until, mix.sent.len()),
        })
    }

    /// Opens every connection before the clock starts; those that are refused are tried
    /// again when a request needs them.
    pub(crate) fn open_all(&mut self) {
        for connection in &mut self.connections {
            let _ = connection.open(&self.plan.target.address);
        }
    }

    /// Makes the load.
    pub(crate) fn run(mut self) -> Report {
        let mut events: Vec<epoll::Event> = Vec::with_capacity(self.connections.len().min(1024));
        let mut busy_ns = 0;
        loop {
            let now_ns = now_ns();
            if now_ns >= self.next_look_ns && !self.look(now_ns) {
                break;
            }
            self.give_due(now_ns);
            if now_ns >= self.window.until && self.is_done(now_ns) {
                break;
            }
            // A thread that sleeps has to be woken by whoever sends to it: by the server, which
            // would be slower for it. So it looks again for a while where processors are enough.
            let spins = now_ns < busy_ns + self.spin_ns;
            let wait_ns = if spins { 0 } else { self.wait_ns(now_ns) };
            // Should it fail, the turn goes on without events.
            let _ = wait(&*self.epoll, &mut events, Some(wait_ns));
            if !events.is_empty() {
                busy_ns = now_ns;
            }
            for event in &events {
                self.handle(event.data.u64() as usize, event.flags);
            }
        }
        self.tally.report()
    }

    /// What is done now and then; gives whether to go on.
    fn look(&mut self, now_ns: u64) -> bool {
        if (self.stop)() {
            self.tally.interrupt(now_ns);
            return false;
        }
        self.next_look_ns = now_ns + LOOK_NS.min(self.timeout_ns / 4).max(100_000);
        for index in self.resting.drain(..) {
            self.connections[index].freed_ns = now_ns;
            self.idle.push_back(index);
        }
        for index in 0..self.connections.len() {
            let asked = self.connections[index].asked;
            if asked.is_some_and(|asked| now_ns - asked.given_ns >= self.timeout_ns) {
                self.fail(index, ErrorKind::Timeout, now_ns);
            }
        }
        true
    }

    /// Gives every request that is due to a connection that is free.
    fn give_due(&mut self, now_ns: u64) {
        while let Some(index) = self.idle.front().copied() {
            let Some(due_ns) = self.arrivals.take(now_ns) else {
                return;
            };
            self.idle.pop_front();
            // If even the one that was free first was not when the request was due, it waited.
            let waited = due_ns < self.connections[index].freed_ns;
            self.give(index, due_ns, now_ns, waited);
        }
    }

    /// Gives a request to a connection, which is opened first if it has to be.
    fn give(&mut self, index: usize, due_ns: u64, given_ns: u64, waited: bool) {
        let request = self.order.draw();
        let asked = Asked {
            due_ns,
            given_ns,
            waited,
            request,
        };
        let connection = &mut self.connections[index];
        connection.ask(asked, &self.mix.sent[usize::from(request)]);
        self.under_way += 1;
        if !connection.is_open() && connection.open(&self.plan.target.address).is_err() {
            return self.fail(index, ErrorKind::Connect, given_ns);
        }
        if !connection.is_connecting() {
            self.begin(index);
        }
    }

    /// Writes the request that a connection was given.
    fn begin(&mut self, index: usize) {
        let connection = &mut self.connections[index];
        let Some(asked) = connection.asked else {
            return;
        };
        let sent = &self.mix.sent[usize::from(asked.request)];
        match connection.write(&sent.bytes) {
            Ok(()) if self.plan.pace == Pace::Closed => {}
            Ok(()) => self.tally.sent(asked.due_ns, asked.given_ns, asked.waited),
            Err(kind) => self.fail(index, kind, now_ns()),
        }
    }

    /// Something happened on a connection.
    fn handle(&mut self, index: usize, flags: epoll::EventFlags) {
        let connection = &mut self.connections[index];
        if connection.is_connecting() {
            return match connection.connected() {
                Ok(()) => self.begin(index),
                Err(kind) => self.fail(index, kind, now_ns()),
            };
        }
        let asked = connection.asked;
        let sent = asked.map(|asked| &self.mix.sent[usize::from(asked.request)]);
        if connection.is_writing()
            && let Some(sent) = sent
            && let Err(kind) = connection.write(&sent.bytes)
        {
            return self.fail(index, kind, now_ns());
        }
        if !flags.intersects(!epoll::EventFlags::OUT) {
            return;
        }
        match connection.read(sent.and_then(Sent::whole)) {
            Read::Wait => {}
            Read::Answer(answer) => {
                let now_ns = now_ns();
                // An answer to a request that is not all written yet leaves no clean connection.
                if !answer.keeps || connection.is_writing() {
                    connection.close();
                }
                let (Some(asked), Some(sent)) = (connection.asked.take(), sent) else {
                    // Nobody asked.
                    connection.close();
                    return;
                };
                self.under_way -= 1;
                let (request, due_ns, kept) = (asked.request, asked.due_ns, connection.kept());
                let wrong = if !sent.has_status(&answer) {
                    Some(ErrorKind::Status)
                } else if !sent.has_body(&answer, kept) {
                    Some(ErrorKind::Body)
                } else {
                    None
                };
                match wrong {
                    Some(kind) => {
                        self.tally.mistaken(request, due_ns, kind, (&answer, kept));
                    }
                    None => self.tally.answered(request, due_ns, now_ns, &answer),
                }
                self.rest(index, now_ns);
            }
            Read::Failed(kind) => self.fail(index, kind, now_ns()),
        }
    }

    /// A connection has no request any more.
    fn rest(&mut self, index: usize, now_ns: u64) {
        self.connections[index].freed_ns = now_ns;
        self.idle.push_back(index);
    }

    /// A connection is of no use any more, and the request that it had, if any, failed.
    /// A server may close a connection without a request: that is no error.
    fn fail(&mut self, index: usize, kind: ErrorKind, now_ns: u64) {
        let connection = &mut self.connections[index];
        connection.close();
        let Some(asked) = connection.asked.take() else {
            return;
        };
        self.under_way -= 1;
        self.tally.failed(asked.request, asked.due_ns, now_ns, kind);
        if kind == ErrorKind::Connect {
            self.resting.push(index);
        } else {
            self.rest(index, now_ns);
        }
    }

    /// After the window: whether every request has its outcome. What is not answered
    /// within the timeout never will be.
    fn is_done(&mut self, now_ns: u64) -> bool {
        let waiting = self.arrivals.next_ns(now_ns).is_some();
        if self.under_way == 0 && !waiting {
            return true;
        }
        // Nothing is open or could be opened: there is no server to wait for.
        let gone = self.under_way == 0 && self.resting.len() == self.connections.len();
        if !gone && now_ns < self.window.until.saturating_add(self.timeout_ns) {
            return false;
        }
        let kind = if gone {
            ErrorKind::Connect
        } else {
            ErrorKind::Timeout
        };
        for connection in &self.connections {
            if let Some(asked) = connection.asked {
                self.tally.failed(asked.request, asked.due_ns, now_ns, kind);
            }
        }
        while let Some(due_ns) = self.arrivals.take(now_ns) {
            let request = self.order.draw();
            self.tally.failed(request, due_ns, now_ns, kind);
        }
        true
    }

    /// How long nothing has to be done unless a socket is ready.
    fn wait_ns(&self, now_ns: u64) -> u64 {
        let look_ns = self.next_look_ns;
        let due_ns = if self.idle.is_empty() {
            None
        } else {
            self.arrivals.next_ns(now_ns)
        };
        // A timer wakes a thread some ten microseconds late, which would count as the server's:
        // so it is awake before a request is due, where processors are enough.
        due_ns
            .map_or(look_ns, |due_ns| {
                due_ns.saturating_sub(self.spin_ns).min(look_ns)
            })
            .saturating_sub(now_ns)
    }
}
