//! `file-io DIRECTORY --op OP ...`: one operation on files, in steady state.
//!
//! | OP | an operation is |
//! |---|---|
//! | `sequential-read`, `random-read` | reading a block of one file, and its sum |
//! | `sequential-write`, `random-write` | writing a block of one file |
//! | `fsync` | writing the next block, and syncing the file |
//! | `small-files` | creating, writing, closing, opening, reading and removing a file |
//!
//! The file is made and synced in the set-up, so what is read is in the page cache, and
//! what is written has its place on the disk. Its position is moved by a seek wherever
//! the next block does not follow: the one way that the standard library has on every
//! target. Nothing but files of its own in the directory is touched; they are gone
//! afterwards, unless it is killed. The next run then removes them.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use crate::files::FileError;
use crate::plan::Order;
use crate::reading::Reading;
use crate::small_files::SmallFiles;
use crate::steady::{self, Fault, Number, Work};
use crate::writing::Writing;

/// On what, and how often.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    /// Of the file that is read and written. `small-files` has none.
    pub(crate) file_bytes: u64,
    /// What is read or written at once; the length of a small file.
    pub(crate) block_bytes: usize,
    /// Operations in a batch.
    pub(crate) ops: u64,
}

const FILE_BYTES: Number = Number {
    name: "--file-bytes",
    default: 64 << 20,
    range: 16..=4 << 30,
};
const BLOCK_BYTES: Number = Number {
    name: "--block-bytes",
    default: 4096,
    range: 16..=64 << 20,
};
const OPS: Number = Number {
    name: "--ops",
    default: 1000,
    range: 1..=10_000_000,
};

/// The whole of the program, after its directory.
pub(crate) fn run(grant: &Path, mut arguments: Vec<OsString>) -> ExitCode {
    let op = take(&mut arguments, "--op");
    let numbers = [FILE_BYTES, BLOCK_BYTES, OPS];
    let usage = "file-io DIRECTORY --op OP";
    steady::run(usage, arguments, &numbers, |[file, block, ops]| {
        let size = Size {
            file_bytes: file,
            block_bytes: block as usize,
            ops,
        };
        let op = op.unwrap_or_default();
        set_up(grant, &op.to_string_lossy(), size)
    })
}

/// Removes the option `name` with its value, and gives the value.
fn take(arguments: &mut Vec<OsString>, name: &str) -> Option<OsString> {
    let at = arguments.iter().position(|argument| argument == name)?;
    let value = arguments.get(at + 1).cloned();
    arguments.drain(at..arguments.len().min(at + 2));
    value
}

fn set_up(grant: &Path, op: &str, size: Size) -> Result<Box<dyn Work>, Fault> {
    let usage = |reason: &str| Err(Fault::Usage(reason.to_owned()));
    if !size.block_bytes.is_multiple_of(8) {
        return usage("--block-bytes has to be a multiple of 8");
    }
    if op == "small-files" {
        return Ok(Box::new(SmallFiles::make(grant, size)?));
    }
    let (order, write, sync) = match op {
        "sequential-read" => (Order::Sequential, false, false),
        "random-read" => (Order::Random, false, false),
        "sequential-write" => (Order::Sequential, true, false),
        "random-write" => (Order::Random, true, false),
        "fsync" => (Order::Sequential, true, true),
        _ => {
            return Err(Fault::Usage(format!(
                "--op wants sequential-read, random-read, sequential-write, random-write, \
                 fsync or small-files, not {op:?}"
            )));
        }
    };
    if !size.file_bytes.is_multiple_of(size.block_bytes as u64) {
        return usage("--file-bytes has to be a multiple of --block-bytes");
    }
    Ok(if write {
        Box::new(Writing::make(grant, order, sync, size)?)
    } else {
        Box::new(Reading::make(grant, order, size)?)
    })
}

impl From<FileError> for Fault {
    fn from(error: FileError) -> Self {
        Self::Failed(error.to_string())
    }
}
