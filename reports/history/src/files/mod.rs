//! A history on disk: one file for each recorded run, which is never changed, and one for each check.
//!
//! The files are the truth. They are small, and named so that those of the last nights of a class are
//! found without reading any.

mod folder;
mod read;
mod rest;
mod sealed;

pub use folder::{Damaged, HistoryError, HistoryFolder, Recording, Stored};
pub use read::ReadNights;
