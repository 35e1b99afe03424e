//! Writing samples when they are taken, and what lies beside them.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

/// Appends to a file of lines: one system call a line, so that whatever ends the
/// lab loses none that was taken before; synced after each block, so that not even
/// the machine's end loses much.
#[derive(Debug)]
pub(crate) struct Writer(File);

impl Writer {
    /// Opens a fresh file.
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        Ok(Self(
            OpenOptions::new()
                .append(true)
                .create_new(true)
                .open(path)?,
        ))
    }

    /// Writes one line, such as a sample.
    pub(crate) fn write(&mut self, value: &impl Serialize) -> io::Result<()> {
        let mut line = serde_json::to_vec(value)?;
        line.push(b'\n');
        self.0.write_all(&line)
    }

    /// Has the kernel bring what is written to the disk.
    pub(crate) fn sync(&self) -> io::Result<()> {
        self.0.sync_data()
    }
}
