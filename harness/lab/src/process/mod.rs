//! Starting a process and holding on to it: `posix_spawn`, pipes, `poll`, pidfd.
//!
//! Everything that can be done before the clock starts is done in
//! [`Program::prepare`]; [`Prepared::spawn`] is the system call and little else.

mod bare;
mod clone_into;
mod exit;
mod followed;
mod held;
mod isolate;
mod left;
mod outlived;
mod output;
mod reaper;
mod source;
mod spawn;

pub(crate) use bare::run_bare;
pub use exit::Exit;
pub(crate) use followed::{Followed, stops_at_first};
pub use held::{Mark, Process};
pub use isolate::Isolate;
pub(crate) use left::{end_all, ends_until};
pub(crate) use reaper::{Subreaper, reap_group};
pub use source::Stream;
pub use spawn::{Prepared, Program};
pub(crate) use spawn::{awaited_from, make_named_pipe};
