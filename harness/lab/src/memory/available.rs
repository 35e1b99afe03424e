//! Memory that programs can still get without swapping.

use std::fs;

use super::MemoryError;
use crate::proc::bytes;

const PATH: &str = "/proc/meminfo";

/// Bytes that can be allocated without swapping: `MemAvailable` of proc(5).
pub fn available() -> Result<u64, MemoryError> {
    let text = fs::read_to_string(PATH).map_err(|source| MemoryError::Io {
        path: PATH.to_owned(),
        source,
    })?;
    bytes(&text, "MemAvailable").ok_or_else(|| MemoryError::Unsupported {
        what: format!("MemAvailable in {PATH}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_line_of_the_kernel() {
        let text = "MemTotal:       24 kB\nMemAvailable:   12 kB\nSwapFree: 1 kB\n";
        assert_eq!(bytes(text, "MemAvailable"), Some(12 * 1024));
        assert_eq!(bytes("MemTotal: 24 kB\n", "MemAvailable"), None);
        assert!(available().expect("this machine has it") > 0);
    }
}
