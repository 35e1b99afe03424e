//! What a version is called: `wasmtime@47`, as long as no other is called that.

use semver::Version;

/// Every name that a version answers to, the shortest first: `wasmtime@47`,
/// `wasmtime@47.0`, `wasmtime@47.0.4`. A pre-release has its full name alone.
pub(super) fn also(runtime: &str, version: &Version) -> Vec<String> {
    let full = format!("{runtime}@{version}");
    if !version.pre.is_empty() {
        return vec![full];
    }
    let Version { major, minor, .. } = version;
    vec![
        format!("{runtime}@{major}"),
        format!("{runtime}@{major}.{minor}"),
        full,
    ]
}

/// Its name among `every` version of the runtime, the checkout's own among them: the
/// shortest to which no other answers.
pub(super) fn name(runtime: &str, version: &Version, every: &[&Version]) -> String {
    let others = every.iter().filter(|other| **other != version);
    let taken: Vec<String> = others.flat_map(|other| also(runtime, other)).collect();
    let mut own = also(runtime, version).into_iter();
    own.find(|name| !taken.contains(name))
        .unwrap_or_else(|| format!("{runtime}@{version}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names of `versions` beside the checkout's own `current`.
    fn names(current: &str, versions: &[&str]) -> Vec<String> {
        let parse = |text: &&str| Version::parse(text).expect("a version");
        let all: Vec<Version> = [current].iter().chain(versions).map(parse).collect();
        let every: Vec<&Version> = all.iter().collect();
        let others = all.iter().skip(1);
        others.map(|one| name("rt", one, &every)).collect()
    }

    #[test]
    fn the_only_one_of_its_major_is_called_by_it() {
        assert_eq!(names("48.0.8", &["47.0.4"]), ["rt@47"]);
        assert_eq!(names("48.0.8", &["46.1.0", "47.0.4"]), ["rt@46", "rt@47"]);
    }

    #[test]
    fn two_of_a_major_are_called_by_more_of_their_numbers() {
        let both = names("48.0.8", &["47.0.3", "47.0.4"]);
        assert_eq!(both, ["rt@47.0.3", "rt@47.0.4"]);
        let both = names("48.0.8", &["47.0.4", "47.1.0"]);
        assert_eq!(both, ["rt@47.0", "rt@47.1"]);
        // The checkout's own is one of them, unless it has become the very same.
        assert_eq!(names("48.0.8", &["48.0.7"]), ["rt@48.0.7"]);
        assert_eq!(names("48.0.8", &["48.0.8"]), ["rt@48"]);
    }

    #[test]
    fn a_pre_release_is_never_taken_for_its_release() {
        let both = names("3.0.0", &["2.0.0-beta.2", "2.0.0"]);
        assert_eq!(both, ["rt@2.0.0-beta.2", "rt@2"]);
    }
}
