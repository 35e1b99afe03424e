//! Looking for a program of somebody else's: its file on PATH, and the version that it says it has.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use super::ask::{ask, is_script};
use crate::define::Find;
use crate::digest::sha256;
use crate::isolation::runner::Ready;
use crate::limits::advice;
use crate::outcome::Failure;

/// The program, its version and its digest, or why it cannot be used.
pub(super) fn look_for(find: &Find) -> Result<Ready, Failure> {
    usable(find).map_err(Failure::unavailable)
}

fn usable(find: &Find) -> Result<Ready, String> {
    let name = &find.programs[0];
    let install = &find.install;
    let program =
        on_path(&find.programs).map_err(|reason| format!("{reason}; to get it: {install}"))?;
    let path = program.display();
    let asked = format!("`{path} {}`", find.version.join(" "));
    let broken = |reason: &str| {
        let mend = advice(reason, &format!("to mend it: {install}"));
        format!("{name} was found, but {asked} {reason}; {mend}")
    };
    let said = ask(&program, &find.version).map_err(|reason| broken(&reason))?;
    let version = version(&said.text, &find.version_after)
        .ok_or_else(|| broken(&format!("printed no version: {:?}", said.first_line())))?;
    if !is_least(&version, &find.least) {
        return Err(format!(
            "{path} is version {version}, and {} or newer is needed; to get it: {install}",
            find.least
        ));
    }
    let sha256 = sha256(&program).map_err(|error| broken(&format!("cannot be read: {error}")))?;
    // What is measured is what users start, and the part of what starts it is not hidden.
    let by = said.started(&program);
    Ok(Ready {
        starts: said.other_of(&program),
        ..Ready::of_file(program, version + by, sha256)
    })
}

/// The file that an interpreter's name stands for, symbolic links followed. What only starts
/// it would be measured in its place.
pub(crate) fn interpreter(name: &str) -> Result<PathBuf, String> {
    let file = on_path(&[name])?;
    if is_script(&file) {
        return Err(format!(
            "{} is a script, which starts the runtime and is none itself: have PATH begin with the \
             folder of {name}'s own program",
            file.display()
        ));
    }
    // What does not answer this may be one all the same.
    let answer = ask(&file, &["--version".to_owned()]);
    if let Some(other) = answer.ok().and_then(|answer| answer.other) {
        return Err(format!(
            "{} only starts {}, and is no runtime itself: have PATH begin with the folder of {name}'s own \
             program",
            file.display(),
            other.display()
        ));
    }
    fs::canonicalize(&file).map_err(|error| format!("{}: {error}", file.display()))
}

/// The first program of one of these names, as a shell finds it.
pub(crate) fn on_path(names: &[impl AsRef<str>]) -> Result<PathBuf, String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    // Where Debian keeps what only root runs, and a user's PATH may lack.
    let beside = ["/usr/sbin", "/sbin"].map(PathBuf::from);
    let folders: Vec<PathBuf> = std::env::split_paths(&path).chain(beside).collect();
    in_folders(&folders, names)
}

/// The first program of one of these names in the folders, relative ones left out.
pub(super) fn in_folders(
    folders: &[PathBuf],
    names: &[impl AsRef<str>],
) -> Result<PathBuf, String> {
    let mut cannot = None;
    for name in names {
        for folder in folders.iter().filter(|folder| folder.is_absolute()) {
            let file = folder.join(name.as_ref());
            match fs::metadata(&file) {
                Ok(found) if found.is_file() && found.permissions().mode() & 0o111 != 0 => {
                    return Ok(file);
                }
                Ok(found) if found.is_file() => cannot = cannot.or(Some(file)),
                _ => {}
            }
        }
    }
    if let Some(file) = cannot {
        let file = file.display();
        return Err(format!(
            "{file} may not be executed: it has no x permission"
        ));
    }
    let names: Vec<_> = names.iter().map(AsRef::as_ref).collect();
    Err(format!("{} is not on PATH", names.join(" or ")))
}

/// The first word after `after` that begins with a digit, or with `v` and one.
fn version(said: &str, after: &str) -> Option<String> {
    let rest = &said[said.find(after)? + after.len()..];
    let mut words = rest.split(|c: char| c.is_whitespace() || "(),;".contains(c));
    words.find_map(|word| {
        let word = word.strip_prefix('v').unwrap_or(word);
        word.starts_with(|c: char| c.is_ascii_digit())
            .then(|| word.to_owned())
    })
}

/// Whether a version is at least another, number by number.
fn is_least(version: &str, least: &str) -> bool {
    let numbers = |text: &str| -> Vec<u64> {
        let parts = text.split(|c: char| !c.is_ascii_digit());
        parts.filter_map(|part| part.parse().ok()).collect()
    };
    numbers(version) >= numbers(least)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_what_programs_say() {
        let of = |said, after| version(said, after).unwrap_or_default();
        assert_eq!(of("wasmtime 48.0.8 (abc 2026)\n", "wasmtime "), "48.0.8");
        assert_eq!(of("deno 2.9.6 (stable)\nv8 15.0\n", "deno "), "2.9.6");
        assert_eq!(of("1.4.5\n", ""), "1.4.5");
        assert_eq!(of("Wasm3 v0.5.0 on x86_64\n", "Wasm3 "), "0.5.0");
        assert_eq!(of("workerd 2026-11-17\n", "workerd "), "2026-11-17");
        assert_eq!(version("dev\n", ""), None);
        assert_eq!(version("something else 1.0\n", "wasmtime "), None);
    }

    #[test]
    fn versions_are_compared_number_by_number() {
        assert!(is_least("48.0.8", "48.0.8"));
        assert!(is_least("100.0", "48.0.8"));
        assert!(is_least("2026-11-17", "2026-01-01"));
        assert!(!is_least("9.0.0", "48.0.8"));
        assert!(!is_least("48.0", "48.0.1"));
    }
}
