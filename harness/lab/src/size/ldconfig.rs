//! Where the loader finds a library by its name alone: its cache, and its default folders.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

/// Where the loader looks last, in its order (ld.so(8), 64 bits).
pub(super) const DEFAULT_FOLDERS: [&str; 4] = ["/lib64", "/usr/lib64", "/lib", "/usr/lib"];

/// Where `ldconfig` is, which is often not on the `PATH` of a user.
const PROGRAMS: [&str; 3] = ["ldconfig", "/sbin/ldconfig", "/usr/sbin/ldconfig"];

/// Which files the loader's cache has for each name, the preferred one first; empty where
/// there is no cache.
pub(super) fn cache() -> BTreeMap<String, Vec<PathBuf>> {
    let listed = PROGRAMS.iter().find_map(|program| {
        let listed = Command::new(program).arg("-p").output().ok()?;
        listed.status.success().then_some(listed.stdout)
    });
    parse(&String::from_utf8_lossy(&listed.unwrap_or_default()))
}

/// Lines like `libc.so.6 (libc6,x86-64) => /lib/x86_64-linux-gnu/libc.so.6`.
fn parse(listed: &str) -> BTreeMap<String, Vec<PathBuf>> {
    let mut files = BTreeMap::<String, Vec<PathBuf>>::new();
    for line in listed.lines() {
        let Some((left, path)) = line.split_once(" => ") else {
            continue;
        };
        let name = left.trim().split(' ').next().unwrap_or_default();
        files.entry(name.to_owned()).or_default().push(path.into());
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_its_files_in_the_order_of_the_cache() {
        let files = parse(
            "2 libs found in cache `/etc/ld.so.cache'\n\
             \tlibc.so.6 (libc6,x86-64, OS ABI: Linux 3.2.0) => /lib/a/libc.so.6\n\
             \tlibc.so.6 (libc6) => /lib/b/libc.so.6\n",
        );
        let expected = ["/lib/a/libc.so.6", "/lib/b/libc.so.6"].map(PathBuf::from);
        assert_eq!(files.len(), 1);
        assert_eq!(files["libc.so.6"], expected);
    }
}
