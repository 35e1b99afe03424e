//! Saying that a test was skipped, and why, where a person and `scripts/test` see it.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

/// Notes a skip; the test then returns.
///
/// # Panics
/// If it cannot be noted in the file that `LABRUN_SKIPS` names.
pub fn skip(test: &str, reason: &str) {
    let line = format!("SKIPPED {test}: {}\n", reason.replace('\n', " "));
    eprint!("{line}");
    if let Some(path) = std::env::var_os("LABRUN_SKIPS") {
        let file = OpenOptions::new().create(true).append(true).open(path);
        file.and_then(|mut file| file.write_all(line.as_bytes()))
            .expect("notes the skip");
    }
}

/// What a runner's tests are where its runtime is not there: one, which is skipped.
pub fn skipped(test: &str, reason: &str) -> ExitCode {
    let (name, reason) = (test.to_owned(), reason.to_owned());
    let trial = Trial::test(test, move || {
        skip(&name, &reason);
        Ok(())
    });
    libtest_mimic::run(&Arguments::from_args(), vec![trial]).exit_code()
}
