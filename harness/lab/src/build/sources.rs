//! Whether every file of the checkout that the compiler has read is among the digested ones.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::inputs::is_left_out;

/// The first file of the checkout `lab` that went into `built` and does not count, if there is
/// one: cargo writes beside what it builds from which files of `own` packages that came.
pub(super) fn uncounted(
    lab: &Path,
    own: &BTreeMap<PathBuf, String>,
    target_dir: &Path,
    built: &Path,
) -> io::Result<Option<PathBuf>> {
    let text = fs::read_to_string(built.with_extension("d"))?;
    let is_uncounted = |path: &PathBuf| {
        path.starts_with(lab) && !path.starts_with(target_dir) && !counts(own, path)
    };
    let read = files(&text).into_iter().map(PathBuf::from);
    // A way through `..` is no other file.
    let read = read.map(|path| fs::canonicalize(&path).unwrap_or(path));
    Ok(read.into_iter().find(is_uncounted))
}

/// As the digest is taken: all of a package but what is hidden or built, and sources beside it.
fn counts(own: &BTreeMap<PathBuf, String>, path: &Path) -> bool {
    let is_source = path.extension().is_some_and(|end| end == "rs");
    own.keys().any(|package| {
        let is_beside = is_source && path.parent() == package.parent();
        let inside = path.strip_prefix(package).ok();
        is_beside || inside.is_some_and(|inside| !inside.iter().any(is_left_out))
    })
}

/// The files after the colon of a rule for make, in which a space in a name is `\ `.
fn files(rule: &str) -> Vec<String> {
    let line = rule.lines().next().unwrap_or_default();
    let Some((_, files)) = line.split_once(": ") else {
        return Vec::new();
    };
    let files = files.replace("\\ ", "\0");
    let files = files.split(' ').filter(|file| !file.is_empty());
    files.map(|file| file.replace('\0', " ")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_names_its_files() {
        let rule = "/t/release/one: /lab/one/src/main.rs /lab/my\\ file.rs\n\n/lab/other:\n";
        assert_eq!(files(rule), ["/lab/one/src/main.rs", "/lab/my file.rs"]);
        assert!(files("/t/release/one:\n").is_empty());
    }

    #[test]
    fn what_is_in_a_package_counts_and_sources_beside_it() {
        let own = BTreeMap::from([(PathBuf::from("/lab/workloads/one"), "one".to_owned())]);
        for (file, expected) in [
            ("/lab/workloads/one/src/main.rs", true),
            ("/lab/workloads/one/table.bin", true),
            ("/lab/workloads/hold.rs", true),
            ("/lab/workloads/table.bin", false),
            ("/lab/workloads/one/.hidden", false),
            ("/lab/workloads/two/src/lib.rs", false),
            ("/lab/table.rs", false),
        ] {
            assert_eq!(counts(&own, Path::new(file)), expected, "{file}");
        }
    }
}
