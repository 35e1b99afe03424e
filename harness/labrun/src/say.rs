//! What is told on stderr: progress, notes, errors. None of it is a result, so a stderr that takes
//! nothing any more (a disk that is full, a terminal that was closed) stops nobody.

use std::io::Write as _;

use labrun_record::plain;

/// How errors are marked.
const RED: anstyle::Style = anstyle::AnsiColor::Red.on_default().bold();

/// Tells a line, whoever said it.
pub(crate) fn line(text: &str) {
    let _ = writeln!(anstream::stderr(), "{}", plain(text));
}

/// Tells that something went wrong.
pub(crate) fn error(text: &str) {
    let _ = writeln!(anstream::stderr(), "{RED}error:{RED:#} {}", plain(text));
}
