//! Whether Node.js is there.

use std::process::{Command, Stdio};

/// Why the tests cannot run here, if so.
pub(crate) fn missing() -> Option<String> {
    let mut version = Command::new("node");
    version.arg("--version").stdout(Stdio::null());
    match version.status() {
        Ok(_) => None,
        Err(error) => Some(format!(
            "node: {error}; install it: sudo apt-get install nodejs"
        )),
    }
}
