//! The files of a bundle: what a machine without Rust, checkout and network measures from. A
//! bundle is a `.tar.zst`, or the folder that it unpacks to. What goes in, and what its
//! contents mean, is not known here.
//!
//! The first entry is `bundle.json`: a list of every other file with its digest, and the
//! contents as whoever wrote it describes them. The second, `bundle.sha256`, is the digest of
//! the first. So nothing can be altered, left out or added without being seen.

mod archive;
mod contents;
mod error;
pub mod fit;
mod folder;
mod list;
mod name;
mod open;
mod steps;
mod unpack;
mod write;

pub use contents::Contents;
pub use error::BundleError;
pub use list::FileEntry;
pub use open::{Opened, open};
pub use write::{Written, check_out};

/// The version of the format that is written. It and every one before it are read.
pub const BUNDLE_VERSION: u64 = 1;

/// What the name of a bundle ends in.
pub const ENDING: &str = ".tar.zst";

/// The list, the first entry.
pub(crate) const LIST: &str = "bundle.json";

/// The list's digest, the second entry, as `sha256sum` writes and checks it.
const DIGEST: &str = "bundle.sha256";

/// Longest list that is read, in bytes. What follows is bounded by what the list says.
const LIST_LIMIT: u64 = 16 * 1024 * 1024;
