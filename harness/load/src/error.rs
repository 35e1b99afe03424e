//! What can be wrong before there is a report.

use std::io;
use std::net::SocketAddr;

/// Why a URL is no target.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// It cannot be read.
    #[error("`{url}` is no URL to load: {why}; write http://127.0.0.1:8080/path")]
    NoUrl {
        /// What was given.
        url: String,
        /// What is wrong with it.
        why: String,
    },
    /// It asks for TLS.
    #[error(
        "`{0}` asks for TLS, and the generator speaks plain HTTP: load the http:// port behind it"
    )]
    Tls(String),
    /// Its host has no address.
    #[error("cannot find the host `{host}`: {why}; give its IP address")]
    Unknown {
        /// The name.
        host: String,
        /// What the resolver says.
        why: String,
    },
}

/// What is wrong with a plan.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PlanError {
    /// A rate that is none.
    #[error("a rate of {0} is none: give requests per second above 0 and up to 10 million")]
    Rate(f64),
    /// No connection.
    #[error("without a connection there is no load: give 1 to 65536 connections, not {0}")]
    Connections(usize),
    /// No thread, or more than there are connections.
    #[error(
        "{threads} threads cannot share {connections} connections: give 1 to {connections} threads"
    )]
    Threads {
        /// Threads.
        threads: usize,
        /// Connections.
        connections: usize,
    },
    /// A length of time that is none, or not usable.
    #[error("the {0} has to be more than nothing and at most a day")]
    Length(&'static str),
    /// No request, or too many.
    #[error("a load is of 1 to {most} requests, not {0}", most = crate::MOST_REQUESTS)]
    Requests(usize),
    /// A weight that is none.
    #[error("a weight of {0} is none: give 1 to {most}", most = crate::MOST_WEIGHT)]
    Weight(u32),
    /// What cannot stand in a request.
    #[error(
        "{0:?} cannot stand in a request: no spaces in a path, no control characters, a path begins with \
         /, and framing and connection are the generator's"
    )]
    Text(String),
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The plan is wrong.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// Not one connection was accepted.
    #[error(
        "no server accepts connections at {address}: {source}; start it first, or check the address and port"
    )]
    NoServer {
        /// Where.
        address: SocketAddr,
        /// What the kernel says.
        source: io::Error,
    },
    /// More open files than this process may have.
    #[error(
        "it takes {needed} open files, and this process may have {limit} (RLIMIT_NOFILE, the hard \
         limit): raise it, as root: `ulimit -n {needed}` (or: docker run --ulimit nofile={needed}), \
         or ask for fewer connections"
    )]
    Files {
        /// How many it takes.
        needed: u64,
        /// How many there may be.
        limit: u64,
    },
    /// The machine does not give what the generator needs.
    #[error("cannot {what}: {source}{}", lift(source))]
    System {
        /// What was tried.
        what: &'static str,
        /// What the kernel says.
        source: io::Error,
    },
}

/// What to do where a thread or process is refused (clone(2)).
fn lift(source: &io::Error) -> &'static str {
    match source.kind() {
        io::ErrorKind::WouldBlock => {
            "; no more processes and threads are allowed here: docker run --pids-limit, TasksMax= of the \
             unit, `ulimit -u`"
        }
        _ => "",
    }
}

impl Error {
    pub(crate) fn system(what: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::System { what, source }
    }
}
