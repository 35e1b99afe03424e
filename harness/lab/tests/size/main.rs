//! Exact sizes, held against the system's own tools: strip, gzip, zstd, ldd, tar.
//!
//! Where a tool is missing, its test says so on stderr and in the file that
//! `LABRUN_SKIPS` names, and passes without testing.

mod compressed;
mod elf;
mod libraries;
mod saved;
mod support;
mod wasm;
