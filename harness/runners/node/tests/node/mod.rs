//! Whether Node.js is there, and new enough.

use std::process::Command;

/// Why the tests cannot run here, if so.
pub(crate) fn missing() -> Option<String> {
    let install = "20 or newer is needed: sudo apt-get install nodejs";
    let asked = Command::new("node")
        .args(["-p", "parseInt(process.versions.node, 10) >= 20"])
        .output();
    match asked {
        Ok(said) if said.stdout == b"true\n" => None,
        Ok(_) => Some(format!("node is too old; {install}")),
        Err(error) => Some(format!("node: {error}; {install}")),
    }
}
