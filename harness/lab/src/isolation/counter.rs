//! Counting the instructions that a program executes: an emulator runs it, and a plugin of the lab's counts
//! (`harness/helpers/instructions`), of this machine's architecture as of another.

use std::fs;
use std::os::fd::RawFd;
use std::path::{Path, PathBuf};

use super::emulator::Emulator;
use crate::arch::Arch;
use crate::outcome::Failure;

/// The helper that holds the plugin.
pub const COUNTER: &str = "instructions";

/// What counts.
#[derive(Debug, Clone)]
pub struct Counter {
    emulator: Emulator,
    plugin: PathBuf,
}

impl Counter {
    /// That for programs of an architecture, with the plugin in this file; or why there is none.
    pub fn find(arch: Arch, plugin: &Path) -> Result<Self, String> {
        let emulator = Emulator::find(arch)?;
        if let Some(why) = emulator.refuses_plugins() {
            return Err(why);
        }
        Ok(Self {
            emulator,
            plugin: plugin.to_owned(),
        })
    }

    /// The emulator, which counts nothing.
    pub fn emulator(&self) -> &Emulator {
        &self.emulator
    }

    /// The emulator, which adds to a file how many instructions there were by each write to a descriptor.
    pub fn counting(&self, out: &Path, descriptor: RawFd) -> Emulator {
        let words = [
            ("out", out.display().to_string()),
            ("fd", descriptor.to_string()),
        ];
        self.emulator.with_plugin(&self.plugin, &words)
    }
}

/// How many instructions there were by each write to a program's output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counts(Vec<(u64, u64)>);

impl Counts {
    /// Those that the plugin has written. What was cut off, as a program was ended, is left out.
    pub fn read(out: &Path) -> Result<Self, Failure> {
        let text = fs::read_to_string(out).map_err(|error| {
            Failure::failed(format!(
                "the plugin that counts instructions said nothing: {error}"
            ))
        })?;
        Ok(Self::parse(&text))
    }

    fn parse(text: &str) -> Self {
        let whole = text
            .split_inclusive('\n')
            .filter(|line| line.ends_with('\n'));
        let pair = |line: &str| {
            let (bytes, count) = line.trim().split_once(' ')?;
            Some((bytes.parse().ok()?, count.parse().ok()?))
        };
        Self(whole.filter_map(pair).collect())
    }

    /// How many there were when so many bytes of its output were written.
    pub fn by(&self, bytes: u64) -> Option<u64> {
        let mut writes = self.0.iter();
        let (_, count) = writes.find(|(written, _)| *written >= bytes)?;
        Some(*count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_that_of_the_write_by_which_all_was_there() {
        let counts = Counts::parse("3 1000\n6 1500\n9 2000\nend 2100\n12 26");
        assert_eq!(counts.by(1), Some(1000));
        assert_eq!(counts.by(6), Some(1500));
        assert_eq!(counts.by(7), Some(2000));
        assert_eq!(counts.by(10), None, "a line that was cut off is none");
        assert_eq!(Counts::parse("").by(0), None);
    }
}
