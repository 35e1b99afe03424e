//! Bundles: written and opened, refused in every way that one can be wrong, and whether what
//! they carry runs here.
//!
//! Where something is missing that a test needs, it says so on stderr and in the file that
//! `LABRUN_SKIPS` names, and passes without testing.

mod altered;
mod disks;
mod fit;
mod folders;
mod hostile;
mod interrupts;
mod meanwhile;
mod mutations;
mod support;
mod written;
