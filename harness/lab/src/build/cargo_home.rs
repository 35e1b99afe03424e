//! A cargo home of the lab's own, which shares with the user's what was downloaded, and takes
//! of its configuration only where crates come from.
//!
//! Flags, profiles, linkers and wrappers of a user's `config.toml` would reach what is built
//! with no word, and nothing in a checkout says that they are there.

use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::Path;

use toml::{Table, Value};

use super::store::replace;

/// What both homes share, folders first: cargo locks `.package-cache`, and so both at once.
const FOLDERS: [&str; 2] = ["registry", "git"];
const FILES: [&str; 4] = [
    ".package-cache",
    ".package-cache-mutate",
    ".global-cache",
    "credentials.toml",
];

/// The tables of a configuration that say where crates come from.
const TABLES: [&str; 6] = [
    "source",
    "registries",
    "registry",
    "http",
    "net",
    "credential-alias",
];

/// Makes `home` what it has to be beside the user's own.
pub(super) fn prepare(home: &Path, users: &Path) -> io::Result<()> {
    fs::create_dir_all(home)?;
    for name in FOLDERS {
        fs::create_dir_all(users.join(name))?;
    }
    for name in FOLDERS.into_iter().chain(FILES) {
        link(&users.join(name), &home.join(name))?;
    }
    let config = users.join("config.toml");
    let text = fs::read_to_string(&config).or_else(|error| match error.kind() {
        io::ErrorKind::NotFound => Ok(String::new()),
        _ => Err(error),
    })?;
    // The user's folders and files are relative to what their own `.cargo` is in.
    let base = users.parent().unwrap_or(users);
    let fault = |reason: String| io::Error::other(format!("{}: {reason}", config.display()));
    let text = configuration(&text, base).map_err(fault)?;
    let path = home.join("config.toml");
    if fs::read_to_string(&path).is_ok_and(|found| found == text) {
        return Ok(());
    }
    replace(&path, |beside| fs::write(beside, text))
}

/// Has `link` lead to `to`, whatever it was before.
fn link(to: &Path, link: &Path) -> io::Result<()> {
    if fs::read_link(link).is_ok_and(|there| there == to) {
        return Ok(());
    }
    replace(link, |beside| symlink(to, beside))
}

/// What is taken of a user's configuration.
fn configuration(text: &str, base: &Path) -> Result<String, String> {
    let all: Table = toml::from_str(text).map_err(|error| error.message().to_owned())?;
    let mut taken: Table = all
        .into_iter()
        .filter(|(name, _)| TABLES.contains(&name.as_str()))
        .collect();
    let sources = taken.get_mut("source").and_then(Value::as_table_mut);
    for (_, source) in sources.into_iter().flat_map(Table::iter_mut) {
        for key in ["directory", "local-registry"] {
            make_absolute(source, key, base);
        }
    }
    if let Some(http) = taken.get_mut("http") {
        make_absolute(http, "cainfo", base);
    }
    // What both share, only the user's own cargo tidies up.
    let never = Table::from_iter([("auto-clean-frequency".to_owned(), "never".into())]);
    taken.insert("cache".to_owned(), Value::Table(never));
    toml::to_string(&taken).map_err(|error| error.to_string())
}

fn make_absolute(table: &mut Value, key: &str, base: &Path) {
    if let Some(Value::String(path)) = table.get_mut(key) {
        *path = base.join(&*path).to_string_lossy().into_owned();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_where_crates_come_from_is_taken_of_a_configuration() {
        let text = "
            paths = ['/patched']
            [build]
            rustflags = ['-Copt-level=0']
            rustc-wrapper = 'w'
            [profile.release]
            opt-level = 0
            [env]
            CC = 'tcc'
            [target.x86_64-unknown-linux-gnu]
            linker = 'lld'
            [source.crates-io]
            replace-with = 'beside'
            [source.beside]
            directory = 'vendor'
            [net]
            offline = true
        ";
        let taken = configuration(text, Path::new("/home/one")).expect("is read");
        let taken: Table = toml::from_str(&taken).expect("is TOML");
        let names: Vec<&str> = taken.keys().map(String::as_str).collect();
        assert_eq!(names, ["cache", "net", "source"]);
        let directory = taken["source"]["beside"]["directory"].as_str();
        assert_eq!(directory, Some("/home/one/vendor"));
    }

    #[test]
    fn what_was_downloaded_is_shared() {
        let root = tempfile::tempdir().expect("a folder");
        let (home, users) = (root.path().join("own"), root.path().join("users"));
        prepare(&home, &users).expect("is made");
        fs::write(users.join("registry/crate"), "1").expect("written");
        let text = fs::read_to_string(home.join("registry/crate")).expect("read");
        assert_eq!(text, "1");
        // Another user's: the links follow.
        let other = root.path().join("other");
        prepare(&home, &other).expect("is made");
        assert!(!home.join("registry/crate").exists());
        prepare(&home, &other).expect("is there");
    }
}
