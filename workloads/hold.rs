//! Staying alive after the output, so that memory can be measured at rest.
//!
//! Included by the workloads that run as commands.

use std::io::{self, Read as _};

/// With `LABRUN_HOLD=1`: waits until stdin ends. Otherwise does nothing.
pub(crate) fn hold_if_asked() {
    if std::env::var_os("LABRUN_HOLD").is_some_and(|value| value == "1") {
        let mut ignored = [0; 64];
        let mut stdin = io::stdin().lock();
        while matches!(stdin.read(&mut ignored), Ok(1..)) {}
    }
}
