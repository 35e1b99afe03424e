//! What a build sees of the environment: what is stated here, and nothing else.
//!
//! A variable that could change what is built is either in the digest of the inputs or does
//! not reach the build. Those that only say where things are, or how the network is reached,
//! are handed on: what comes over the network is held against the lockfile.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Handed on, and not counted. A star stands for any ending.
const CARRIED: [&str; 17] = [
    "HOME",
    "TMPDIR",
    "RUSTUP_HOME",
    "SSH_AUTH_SOCK",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "http_proxy",
    "HTTP_PROXY",
    "https_proxy",
    "HTTPS_PROXY",
    "all_proxy",
    "ALL_PROXY",
    "no_proxy",
    "NO_PROXY",
    "CARGO_HTTP_*",
    "CARGO_NET_*",
    "CARGO_REGISTRIES_*",
];

/// What would reach a build by cargo's or a compiler's habit, and does not.
const UNUSED: [&str; 20] = [
    "RUSTFLAGS",
    "CARGO_ENCODED_RUSTFLAGS",
    "RUSTC",
    "RUSTC_WRAPPER",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTC_BOOTSTRAP",
    "CARGO_BUILD_*",
    "CARGO_INCREMENTAL",
    "CARGO_PROFILE_*",
    "CARGO_TARGET_*",
    "CC",
    "CC_*",
    "CXX",
    "CXX_*",
    "CFLAGS",
    "CFLAGS_*",
    "CXXFLAGS",
    "CXXFLAGS_*",
    "AR",
    "AR_*",
];

/// Of those, what is no setting of a build: where labrun's own store is, and what cargo tells
/// the tests that it runs.
const NONE_OF_THEM: [&str; 2] = ["CARGO_TARGET_DIR", "CARGO_TARGET_TMPDIR"];

/// Where every build finds programs, after those that it is given by name.
const FOLDERS: [&str; 3] = ["/usr/local/bin", "/usr/bin", "/bin"];

/// The environment of a build.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Environment {
    counted: BTreeMap<String, OsString>,
    carried: BTreeMap<String, OsString>,
    unused: Vec<String>,
}

impl Environment {
    /// What is taken of `variables`, with the programs in `folders` before the system's.
    pub(crate) fn new(
        variables: impl IntoIterator<Item = (OsString, OsString)>,
        folders: impl IntoIterator<Item = PathBuf>,
    ) -> Self {
        let mut this = Self::default();
        for (name, value) in variables {
            let Ok(name) = name.into_string() else {
                continue;
            };
            if is_in(&CARRIED, &name) {
                this.carried.insert(name, value);
            } else if is_in(&UNUSED, &name) && !is_in(&NONE_OF_THEM, &name) && !value.is_empty() {
                this.unused.push(name);
            }
        }
        this.unused.sort();
        let mut path: Vec<PathBuf> = Vec::new();
        for folder in folders.into_iter().chain(FOLDERS.map(PathBuf::from)) {
            // One with a colon cannot be named there.
            if !path.contains(&folder) && !folder.as_os_str().as_bytes().contains(&b':') {
                path.push(folder);
            }
        }
        let path = std::env::join_paths(path).unwrap_or_default();
        this.counted.insert("PATH".to_owned(), path);
        this
    }

    /// What counts: names and values.
    pub(crate) fn counted(&self) -> &BTreeMap<String, OsString> {
        &self.counted
    }

    /// Lets a command see this and no more.
    pub(crate) fn apply(&self, command: &mut Command) {
        command.env_clear().envs(&self.carried).envs(&self.counted);
    }

    /// What to tell a person of variables that have no effect, if there are any.
    pub(crate) fn note(&self) -> Option<String> {
        let (verb, names) = match self.unused.as_slice() {
            [] => return None,
            [name] => ("is", name.clone()),
            names => ("are", names.join(", ")),
        };
        Some(format!(
            "{names} {verb} set, and does not reach what labrun builds: flags, profiles and linkers \
             belong into .cargo/config.toml of the lab, which counts for what is stale"
        ))
    }
}

/// Where cargo keeps what is its user's.
pub(super) fn cargo_home() -> PathBuf {
    let set = std::env::var_os("CARGO_HOME").filter(|value| !value.is_empty());
    let home = || std::env::home_dir().unwrap_or_default().join(".cargo");
    let home = set.map_or_else(home, PathBuf::from);
    std::path::absolute(&home).unwrap_or(home)
}

/// The folder of a program.
pub(super) fn folder(program: &Path) -> PathBuf {
    program.parent().map(Path::to_owned).unwrap_or_default()
}

fn is_in(list: &[&str], name: &str) -> bool {
    list.iter().any(|known| match known.strip_suffix('*') {
        Some(beginning) => name.starts_with(beginning),
        None => *known == name,
    })
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::*;
    use crate::build::inputs::Inputs;

    fn of(variables: &[(&str, &str)]) -> Environment {
        let variables = variables
            .iter()
            .map(|(name, value)| (name.into(), value.into()));
        Environment::new(variables, ["/rust/bin".into(), "/usr/bin".into()])
    }

    fn seen(environment: &Environment) -> Vec<(String, String)> {
        let mut command = Command::new("true");
        command.env("BEFORE", "1");
        environment.apply(&mut command);
        let text = |text: &OsStr| text.to_string_lossy().into_owned();
        let all = command.get_envs();
        all.filter_map(|(name, value)| Some((text(name), text(value?))))
            .collect()
    }

    const PATH: &str = "/rust/bin:/usr/bin:/usr/local/bin:/bin";

    #[test]
    fn a_build_sees_what_is_stated_and_nothing_else() {
        let environment = of(&[
            ("PATH", "/home/one/bin:/bin"),
            ("HOME", "/home/one"),
            ("LANG", "de_DE.UTF-8"),
            ("https_proxy", "http://proxy"),
            ("CARGO_NET_OFFLINE", "true"),
            ("RUSTFLAGS", "-Copt-level=0"),
        ]);
        let expected = [
            ("CARGO_NET_OFFLINE", "true"),
            ("HOME", "/home/one"),
            ("PATH", PATH),
            ("https_proxy", "http://proxy"),
        ];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(seen(&environment), expected);
    }

    #[test]
    fn what_is_handed_on_does_not_count_and_the_programs_do() {
        let digest = |environment: &Environment| {
            let counted = environment.counted().iter();
            Inputs::default().variables(counted).digest()
        };
        let plain = of(&[]);
        let elsewhere = of(&[("HOME", "/home/two"), ("CARGO_HTTP_TIMEOUT", "5")]);
        assert_eq!(digest(&plain), digest(&elsewhere));
        let other = Environment::new([], ["/other/bin".into()]);
        assert_ne!(digest(&plain), digest(&other));
    }

    #[test]
    fn what_has_no_effect_is_said_once() {
        assert_eq!(
            of(&[("CARGO_TARGET_DIR", "/t"), ("RUSTC_WRAPPER", "")]).note(),
            None
        );
        let one = of(&[("RUSTFLAGS", "-g")]).note().expect("a note");
        assert!(one.starts_with("RUSTFLAGS is set, and"), "{one}");
        let several = of(&[("CC_x86_64", "tcc"), ("CARGO_TARGET_X_LINKER", "lld")]);
        let several = several.note().expect("a note");
        assert!(
            several.starts_with("CARGO_TARGET_X_LINKER, CC_x86_64 are set"),
            "{several}"
        );
    }
}
