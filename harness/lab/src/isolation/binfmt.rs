//! Whether the kernel starts an emulator in the place of a program of another architecture
//! (`binfmt_misc`), wherever that is: in a container as well.

use std::fs;
use std::path::Path;

use crate::arch::Arch;

/// Where the kernel tells what it knows.
const FOLDER: &str = "/proc/sys/fs/binfmt_misc";

/// Why it does not for an architecture, with the way to have it do so.
pub(crate) fn missing(arch: Arch) -> Option<String> {
    missing_in(Path::new(FOLDER), arch)
}

fn missing_in(folder: &Path, arch: Arch) -> Option<String> {
    let entry = fs::read_to_string(folder.join(format!("qemu-{arch}")));
    let why = match entry {
        Ok(entry) if is_usable(&entry) => return None,
        Ok(_) => {
            "does not open its emulator for them at once (the flag F), as a container needs it"
        }
        Err(_) => "knows no emulator for them",
    };
    Some(format!(
        "the kernel {why}; to have it: sudo apt-get install qemu-user-static binfmt-support"
    ))
}

/// Whether an entry is in use, and its emulator open: a container has no file of it.
fn is_usable(entry: &str) -> bool {
    let mut lines = entry.lines();
    let is_enabled = lines.next() == Some("enabled");
    let flags = lines.find_map(|line| line.strip_prefix("flags: "));
    is_enabled && flags.is_some_and(|flags| flags.contains('F'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_emulator_has_to_be_known_in_use_and_open() {
        let folder = tempfile::tempdir().expect("a folder");
        let missing = || missing_in(folder.path(), Arch::Aarch64);
        let why = missing().expect("is missing");
        assert!(why.contains("knows no emulator"), "{why}");
        assert!(why.contains("apt-get install qemu-user-static"), "{why}");
        let entry = |state: &str, flags: &str| {
            let text = format!(
                "{state}\ninterpreter /usr/libexec/qemu-binfmt/aarch64-binfmt-P\nflags: {flags}\n\
                 offset 0\nmagic 7f454c46\n"
            );
            fs::write(folder.path().join("qemu-aarch64"), text).expect("written");
        };
        entry("enabled", "P");
        let why = missing().expect("is not open");
        assert!(why.contains("the flag F"), "{why}");
        entry("disabled", "PF");
        assert!(missing().is_some());
        entry("enabled", "POCF");
        assert_eq!(missing(), None);
    }
}
