//! Memory read from outside: a guest that holds exactly so much is read as exactly so
//! much, by each way of reading.
//!
//! Where the lab may make no cgroups, the tests that need one say so on stderr and in
//! the file that `LABRUN_SKIPS` names, and pass without testing.

mod cgroups;
mod containers;
mod figures;
mod footprints;
#[path = "../../../labrun/tests/e2e/support/skip.rs"]
mod skip;
mod support;
mod sweeps;
