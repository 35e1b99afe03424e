//! Printing on stdout, where the reader may stop reading (`labrun list | head`).

use std::io::{self, Write as _};

use serde::Serialize;

/// Prints a line; colours are left out where they are not wanted. A reader that
/// has gone is no error.
pub(crate) fn line(text: &str) -> anyhow::Result<()> {
    let mut stdout = anstream::stdout();
    match writeln!(stdout, "{text}").and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// Prints a value as JSON.
pub(crate) fn json(value: &(impl Serialize + ?Sized)) -> anyhow::Result<()> {
    line(&serde_json::to_string_pretty(value)?)
}
