//! The Docker isolations against a real daemon: every configuration with guests that
//! behave well and badly, and a daemon that is absent or dies.
//!
//! Where no daemon answers, each test says so on stderr and in the file that
//! `LABRUN_SKIPS` names, and passes without testing.

mod bench;
mod daemons;
mod interrupts;
mod launches;
mod own_daemon;
mod sizes;
mod support;
mod sweeps;
