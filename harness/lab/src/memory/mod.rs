//! How much memory processes hold, read from outside: `/proc/PID/smaps_rollup` and
//! `/proc/PID/status` (proc(5)).
//!
//! Never `ru_maxrss` and never `wait4`: an exec carries the parent's high-water mark
//! into the child, so that a small program started by the lab would read as large as
//! the lab itself.

mod available;
mod error;
mod footprint;
mod settle;

pub use available::available;
pub use error::MemoryError;
pub use footprint::{Footprint, measure};
pub use settle::{AGREE_BYTES, AGREE_SHARE, LOOK_INTERVAL, settled};
