//! The workload `http`: one handler, the same source for every target.
//!
//! [`respond`] is the handler. Around it there are three front ends: the native
//! server (`src/server.rs`, in the binary), the wasip1 reactor (`src/reactor.rs`)
//! and the wasip2 component (`src/component.rs`). [`frame`] is the byte layout in
//! which requests and responses cross into the reactor; a host uses the same file.
//!
//! # The reactor
//!
//! What the wasip1 library exports is described in `src/reactor.rs`:
//!
//! ```text
//! handler_alloc(len: u32) -> ptr: u32
//! handler_respond(ptr: u32, len: u32) -> u64    // response ptr << 32 | len
//! ```

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")
)]

#[cfg(all(target_os = "wasi", target_env = "p2"))]
mod component;
mod file;
pub mod frame;
mod message;
mod primes;
#[cfg(all(target_os = "wasi", target_env = "p1"))]
mod reactor;
mod respond;

pub use message::{Header, Request, Response};
pub use respond::{respond, respond_in};

/// Longest request body, in bytes, that a front end takes; a longer one is
/// answered with [`Response::too_large`].
pub const BODY_LIMIT: usize = 8 << 20;

/// The environment variable that names the directory behind `/file/NAME`.
pub const FILES_VARIABLE: &str = "HTTP_FILES";

/// The directory behind `/file/NAME` where [`FILES_VARIABLE`] is not set.
pub const FILES_DEFAULT: &str = "/grant";
