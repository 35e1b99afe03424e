//! Printing on stdout, where the reader may stop reading (`labrun list | head`).

use std::io::{self, Write as _};

use anyhow::Context as _;
use labrun_record::{plain_json, plain_with_colours};
use serde::Serialize;

/// Prints a line; colours are left out where they are not wanted, and other control characters in any
/// case. A reader that has gone is no error.
pub(crate) fn line(text: &str) -> anyhow::Result<()> {
    print(&plain_with_colours(text))
}

/// Prints a value as JSON.
pub(crate) fn json(value: &(impl Serialize + ?Sized)) -> anyhow::Result<()> {
    print(&plain_json(&serde_json::to_string_pretty(value)?))
}

/// What came of printing: what could not be printed is lost, unless nobody reads it any more.
pub(crate) fn printed(printed: io::Result<()>) -> anyhow::Result<()> {
    match printed {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(error).context("cannot print the result on stdout")
        }
        _ => Ok(()),
    }
}

fn print(text: &str) -> anyhow::Result<()> {
    let mut stdout = anstream::stdout();
    printed(writeln!(stdout, "{text}").and_then(|()| stdout.flush()))
}
