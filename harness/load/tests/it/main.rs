//! The generator against real servers: good, slow, stalling, wrong, dying.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod errors;
mod latency;
mod mixed;
mod pace;
mod stall;
mod support;
