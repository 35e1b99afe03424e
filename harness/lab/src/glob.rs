//! Globs of isolations, and of files.

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};

/// Globs of isolations, as a scenario's file has them.
#[derive(Debug, Clone, Default)]
pub struct Globs(GlobSet);

impl Globs {
    /// Whether an isolation is among them. What holds for a technology holds for its other
    /// versions: `wasmtime/*` is `wasmtime@47/cranelift-aot` too.
    pub fn is_match(&self, isolation: &str) -> bool {
        self.0.is_match(isolation) || unversioned(isolation).is_some_and(|own| self.0.is_match(own))
    }
}

/// `wasmtime/cranelift-aot` for `wasmtime@47/cranelift-aot`.
fn unversioned(isolation: &str) -> Option<String> {
    let (technology, configuration) = isolation.split_once('/')?;
    let (runtime, _version) = technology.split_once('@')?;
    Some(format!("{runtime}/{configuration}"))
}

/// The set of isolations that some globs name.
pub fn glob_set(patterns: &[String]) -> Option<Globs> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        set.add(glob(pattern).ok()?);
    }
    set.build().ok().map(Globs)
}

/// `*` stays within a word: `native/*`, `*/cranelift-*`; a lone `*` is everything.
pub fn glob(pattern: &str) -> Result<Glob, globset::Error> {
    GlobBuilder::new(pattern)
        .literal_separator(pattern != "*")
        .build()
}

/// The set of files, by their paths in a folder, that some globs name: `*` stays within a name, and
/// `**` does not.
pub fn path_set(patterns: &[String]) -> Option<GlobSet> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let glob = GlobBuilder::new(pattern).literal_separator(true).build();
        set.add(glob.ok()?);
    }
    set.build().ok()
}

#[cfg(test)]
mod tests {
    use super::glob_set;

    #[test]
    fn what_a_scenario_says_of_a_technology_holds_for_its_versions() {
        let set = glob_set(&["rt/*".to_owned(), "other@1/aot".to_owned()]).expect("globs");
        for taken in ["rt/aot", "rt@47/aot", "rt@47.0.4/jit", "other@1/aot"] {
            assert!(set.is_match(taken), "{taken}");
        }
        for left in ["other/aot", "other@2/aot", "rtx@47/aot", "rt"] {
            assert!(!set.is_match(left), "{left}");
        }
    }
}
