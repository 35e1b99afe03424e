//! Saying that a test was skipped, and why, where a person and `scripts/test` see it.

use std::fs::OpenOptions;
use std::io::Write as _;

/// Notes a skip; the test then returns.
pub(crate) fn skip(test: &str, reason: &str) {
    let line = format!("SKIPPED {test}: {}\n", reason.replace('\n', " "));
    eprint!("{line}");
    if let Some(path) = std::env::var_os("LABRUN_SKIPS") {
        let file = OpenOptions::new().create(true).append(true).open(path);
        file.and_then(|mut file| file.write_all(line.as_bytes()))
            .expect("notes the skip");
    }
}
