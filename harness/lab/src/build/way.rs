//! Whether a runner can be built here, before cargo spends minutes on finding out.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use super::inputs::Inputs;
use super::toolchain::Variable;
use crate::define::{Build, RunnerDefinition, Way};
use crate::digest::sha256;

/// Why a runner is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Absence {
    /// None of its ways is open here; the reason says how to open one.
    NoWay(String),
    /// A way is set up wrongly; the reason says how to mend it.
    Astray(String),
    /// It is not built, or could not be.
    Failed(String),
}

impl Absence {
    /// The reason.
    pub(super) fn into_reason(self) -> String {
        match self {
            Self::NoWay(reason) | Self::Astray(reason) | Self::Failed(reason) => reason,
        }
    }
}

impl From<String> for Absence {
    fn from(reason: String) -> Self {
        Self::Failed(reason)
    }
}

/// The way that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Taken {
    /// Its variable, which the build sees.
    pub(super) variable: Variable,
    /// Features of the package.
    pub(super) features: Vec<String>,
    /// Digest of what the runner is linked with beside its packages.
    pub(super) digest: String,
}

/// The way to build a runner in this environment; none where it needs none.
pub(super) fn choose(
    definition: &RunnerDefinition,
    variable: impl Fn(&str) -> Option<OsString>,
) -> Result<Option<Taken>, Absence> {
    let Build { ways, mend, .. } = &definition.build;
    if ways.is_empty() {
        return Ok(None);
    }
    let set = ways.iter().find_map(|way| {
        Some((
            way,
            variable(&way.variable).filter(|value| !value.is_empty())?,
        ))
    });
    let mended = |reason: String| match mend {
        Some(mend) => format!("{reason}; {mend}"),
        None => reason,
    };
    let Some((way, value)) = set else {
        let names: Vec<_> = ways.iter().map(|way| way.variable.as_str()).collect();
        let unset = match names.as_slice() {
            [name] => format!("{name} is not set"),
            names => format!("neither {} is set", names.join(" nor ")),
        };
        return Err(Absence::NoWay(mended(unset)));
    };
    take(way, &value)
        .map(Some)
        .map_err(|reason| Absence::Astray(mended(reason)))
}

/// Looks at what a way needs.
fn take(way: &Way, value: &OsStr) -> Result<Taken, String> {
    let folder = Path::new(value);
    if !way.files.is_empty() && folder.is_relative() {
        return Err(format!(
            "{} is {}, and has to be an absolute path",
            way.variable,
            folder.display()
        ));
    }
    let mut inputs = Inputs::default()
        .word(&way.variable)
        .bytes(value.as_bytes());
    for feature in &way.features {
        inputs = inputs.word(feature);
    }
    for alternatives in &way.files {
        let found = alternatives
            .iter()
            .map(|file| folder.join(file))
            .find(|file| file.is_file());
        let Some(path) = found else {
            return Err(format!(
                "{} is {}, where there is no {}",
                way.variable,
                folder.display(),
                joined(alternatives)
            ));
        };
        let contents = sha256(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        inputs = inputs.bytes(path.as_os_str().as_bytes()).word(&contents);
    }
    Ok(Taken {
        variable: (way.variable.clone(), value.to_owned()),
        features: way.features.clone(),
        digest: inputs.digest(),
    })
}

/// Cargo's target folder for what is linked by a way, beside `target`: packages of registries
/// may have the library in them, and cargo looks at its time alone. That of another library is
/// removed.
pub(super) fn target(target: &Path, runner: &str, taken: &Taken) -> io::Result<PathBuf> {
    let beginning = format!("linked-{runner}-");
    let own = target.with_file_name(format!("{beginning}{:.12}", taken.digest));
    let beside = own.parent().and_then(|folder| fs::read_dir(folder).ok());
    for entry in beside.into_iter().flatten() {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name()))?;
        if name.to_string_lossy().starts_with(&beginning) && path != own {
            fs::remove_dir_all(path)?;
        }
    }
    Ok(own)
}

fn joined(files: &[PathBuf]) -> String {
    let names: Vec<_> = files
        .iter()
        .map(|file| file.display().to_string())
        .collect();
    names.join(" and no ")
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::*;

    /// A runner that needs a library, or the network.
    fn definition() -> RunnerDefinition {
        toml::from_str(
            r#"
            name = "linked"
            summary = "links a library"
            tier = "wasm-sandbox"
            [build]
            needs = ["libfoo"]
            mend = "apt-get install libfoo"
            [[build.way]]
            variable = "FOO_DIR"
            files = [["foo.h"], ["lib64/libfoo.so", "lib/libfoo.so"]]
            [[build.way]]
            variable = "FOO_BUNDLED"
            features = ["bundled"]
            [[configuration]]
            name = "plain"
            summary = "as it is"
            targets = ["wasip1"]
            starts = ["process"]
            "#,
        )
        .expect("a definition")
    }

    fn with(name: &'static str, value: &Path) -> impl Fn(&str) -> Option<OsString> + use<> {
        let value = value.as_os_str().to_owned();
        move |asked| (asked == name).then(|| value.clone())
    }

    #[test]
    fn without_any_way_it_says_how_to_open_one() {
        for unset in [None, Some(OsString::new())] {
            let reason = choose(&definition(), |_| unset.clone()).expect_err("no way");
            let expected = "neither FOO_DIR nor FOO_BUNDLED is set; apt-get install libfoo";
            assert_eq!(reason, Absence::NoWay(expected.to_owned()));
        }
    }

    #[test]
    fn a_folder_without_the_file_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("foo.h"), "").expect("written");
        let reason = choose(&definition(), with("FOO_DIR", folder.path())).expect_err("no library");
        let Absence::Astray(reason) = reason else {
            panic!("{reason:?}")
        };
        assert!(
            reason.ends_with(
                "where there is no lib64/libfoo.so and no lib/libfoo.so; apt-get install libfoo"
            ),
            "{reason}"
        );
    }

    #[test]
    fn a_folder_is_named_whole() {
        let reason =
            choose(&definition(), with("FOO_DIR", Path::new("foo"))).expect_err("relative");
        let Absence::Astray(reason) = reason else {
            panic!("{reason:?}")
        };
        assert!(
            reason.starts_with("FOO_DIR is foo, and has to be"),
            "{reason}"
        );
    }

    #[test]
    fn another_library_is_another_build() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("lib")).expect("made");
        fs::write(folder.path().join("foo.h"), "").expect("written");
        let library = folder.path().join("lib/libfoo.so");
        let take = || {
            let taken = choose(&definition(), with("FOO_DIR", folder.path()));
            taken.expect("a way").expect("it has ways")
        };
        fs::write(&library, "one").expect("written");
        let before = take();
        assert!(before.features.is_empty());
        assert_eq!(take(), before);
        // Of the same size and time.
        let times = fs::metadata(&library)
            .and_then(|of| of.modified())
            .expect("a time");
        fs::write(&library, "two").expect("written");
        let file = File::options().write(true).open(&library).expect("opened");
        file.set_modified(times).expect("set back");
        assert_ne!(take().digest, before.digest);
    }

    #[test]
    fn a_way_can_be_a_feature() {
        let taken = choose(&definition(), with("FOO_BUNDLED", Path::new("1")));
        let taken = taken.expect("a way").expect("it has ways");
        assert_eq!(taken.features, ["bundled"]);
    }
}
