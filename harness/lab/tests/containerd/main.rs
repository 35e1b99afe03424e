//! `containerd/runc` against a containerd of its own: with guests that behave well and badly,
//! a lab that is killed, and a daemon that is absent or dies. And a shim of runwasi.
//!
//! Where none can be started, each test says so on stderr and in the file that `LABRUN_SKIPS`
//! names, and passes without testing.

mod daemons;
mod killed;
mod launches;
mod own_daemon;
mod runwasi;
mod standing;
mod support;
