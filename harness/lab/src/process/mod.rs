//! Starting a process and holding on to it: `posix_spawn`, pipes, `poll`, pidfd.
//!
//! Everything that can be done before the clock starts is done in
//! [`Program::prepare`]; [`Prepared::spawn`] is the system call and little else.

mod held;
mod spawn;

pub use held::{Exit, Process, Stream};
pub use spawn::{Prepared, Program};
