//! Memory that programs can still get without swapping.

use std::fs;

use super::MemoryError;

const PATH: &str = "/proc/meminfo";

/// Bytes that can be allocated without swapping: `MemAvailable` of proc(5).
pub fn available() -> Result<u64, MemoryError> {
    let text = fs::read_to_string(PATH).map_err(|source| MemoryError::Io {
        path: PATH.to_owned(),
        source,
    })?;
    of(&text).ok_or_else(|| MemoryError::Unsupported {
        what: format!("MemAvailable in {PATH}"),
    })
}

fn of(text: &str) -> Option<u64> {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim_end().parse().ok()?;
    Some(kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_line_of_the_kernel() {
        let text = "MemTotal:       24 kB\nMemAvailable:   12 kB\nSwapFree: 1 kB\n";
        assert_eq!(of(text), Some(12 * 1024));
        assert_eq!(of("MemTotal: 24 kB\n"), None);
        assert!(available().expect("this machine has it") > 0);
    }
}
