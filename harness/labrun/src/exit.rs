//! Exit codes, documented in `labrun --help` and the README.

use lab::define::DefineError;

use crate::say;

/// All went well.
pub(crate) const FINE: u8 = 0;
/// The lab itself failed.
pub(crate) const LAB_FAILED: u8 = 1;
/// The command line, or a file that it names, is wrong.
pub(crate) const USAGE: u8 = 2;
/// Nothing was measured.
pub(crate) const NOTHING_MEASURED: u8 = 4;
/// A regression is confirmed.
pub(crate) const REGRESSION: u8 = 100;
/// A workload failed, or its output was wrong.
pub(crate) const WORKLOAD_FAILED: u8 = 101;
/// The environment is unfit, under `--strict`.
pub(crate) const UNFIT: u8 = 102;
/// The run was interrupted.
pub(crate) const INTERRUPTED: u8 = 130;

/// The exit code of what was interrupted before there was anything of it, which is said: `left`, what came of it.
pub(crate) fn interrupted(left: &str) -> u8 {
    say::line(&format!("interrupted: {left}"));
    INTERRUPTED
}

/// A mistake of the user's, with what to do.
#[derive(Debug)]
pub(crate) struct Usage(pub String);

impl std::fmt::Display for Usage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

/// The exit code of an error.
pub(crate) fn code_of(error: &anyhow::Error) -> u8 {
    let of_usage = error
        .chain()
        .any(|cause| cause.is::<Usage>() || cause.is::<DefineError>());
    if of_usage { USAGE } else { LAB_FAILED }
}
