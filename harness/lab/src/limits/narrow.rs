//! Why a program of somebody else's did not do what it always does: the place where it was started, or
//! the program.

use super::{blame, files, memory, places};

/// What to do where a program has failed that is asked for next to nothing, and said this: lift the
/// limit that it has met, or, where nothing here is narrow, `otherwise`.
pub(crate) fn advice(said: &str, otherwise: &str) -> String {
    // What else is full, as a disk that something is built on, is named by who says so.
    if said.contains(NO_HOME) && said.contains(FULL) {
        return places::full_scratch();
    }
    // Each program has words of its own for what it was not given.
    let narrow: Vec<String> = [files::few(), memory::small()]
        .into_iter()
        .flatten()
        .collect();
    if !narrow.is_empty() {
        return format!("it may have met a limit here: {}", narrow.join("; "));
    }
    blame::refused(said).unwrap_or(otherwise).to_owned()
}

/// What is said of a program for which there was no folder among labrun's own.
pub(crate) const NO_HOME: &str = "cannot be given a HOME";

/// What is said where a file system is full (ENOSPC, strerror(3)).
const FULL: &str = "No space left on device";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_lifted_and_a_program_installed() {
        let said = "cannot be started: Resource temporarily unavailable (os error 11)";
        assert!(advice(said, "install it").contains("pids-limit"));
        let said = "libLLVM.so: failed to map segment from shared object";
        assert!(advice(said, "install it").contains("ulimit -v"));
        assert_eq!(advice("failed: no such option", "install it"), "install it");
        let full = "No space left on device (os error 28)";
        let home = advice(&format!("{NO_HOME}: {full}"), "install it");
        assert!(home.contains("/dev/shm"), "{home}");
        let disk = format!("error: could not write output to target/x.o: {full}");
        assert_eq!(advice(&disk, ""), "", "that is another place");
    }
}
