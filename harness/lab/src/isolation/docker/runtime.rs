//! Which OCI runtime the daemon starts by a name: the program that it finds, and what that calls itself.

use std::path::{Path, PathBuf};

use super::daemon::Live;
use crate::isolation::ask::ask;
use crate::isolation::find::in_folders;
use crate::limits::advice;

/// The version of the runtime `name`, as far as it is to be seen; or why what the daemon starts by that
/// name is no such runtime, with the way to mend it. A program that is not to be seen here, as that of a
/// daemon in a container, is taken at its name.
pub(super) fn version(live: &Live, name: &str) -> Result<Option<String>, String> {
    let Some(path) = live.runtimes.get(name) else {
        return Err(format!(
            "the Docker daemon has no runtime `{name}`: install {name}, name it under \"runtimes\" in \
             /etc/docker/daemon.json, and restart the daemon (or: dockerd --add-runtime {name}=$(command -v {name}))"
        ));
    };
    let path = path.as_deref().filter(|path| !path.is_empty());
    let reported = live.version.of_runtime(name);
    let mend = format!(
        "name {name}'s own program, with its folder, under \"runtimes\" in /etc/docker/daemon.json, and \
         restart the daemon"
    );
    let Some(program) = program(path.unwrap_or(name), &live.folders) else {
        // A daemon that sees other files than this process may have it.
        return match path.filter(|path| live.sees_the_same && path.contains('/')) {
            None => Ok(reported.map(str::to_owned)),
            Some(path) => Err(format!(
                "the Docker daemon's runtime `{name}` is {path}, where no program is: {mend}"
            )),
        };
    };
    let shown = program.display();
    let said = ask(&program, &["--version".to_owned()]);
    let answer = said.as_ref().ok();
    let version = answer.and_then(|said| said_by(name, &said.text));
    let by = answer.map_or("", |said| said.started(&program));
    match (version, reported) {
        (Some(version), Some(reported)) if version != reported => Err(format!(
            "the Docker daemon's runtime `{name}` is version {reported}, it says, and {shown}, the only one \
             that is seen from here, {version}: {mend}"
        )),
        (Some(version), _) => Ok(Some(format!("{version}{by}"))),
        (None, _) => {
            let (what, mend) = match said {
                Ok(said) => {
                    let first = said.text.lines().next().unwrap_or_default();
                    (format!("calls itself {first:?}"), mend)
                }
                Err(reason) => {
                    let mend = advice(&reason, &mend);
                    (reason, mend)
                }
            };
            Err(format!(
                "the Docker daemon's runtime `{name}` is {shown}, which {what}: {mend}"
            ))
        }
    }
}

/// The program that a daemon finds in these folders; an absolute path is found as it is.
fn program(path: &str, folders: &[PathBuf]) -> Option<PathBuf> {
    if path.contains('/') {
        return Some(PathBuf::from(path)).filter(|path| Path::is_file(path));
    }
    in_folders(folders, &[path]).ok()
}

/// The version in `NAME version VERSION` (youki says `NAME version: VERSION`), the first line of what an
/// OCI runtime says of itself.
fn said_by<'a>(name: &str, said: &'a str) -> Option<&'a str> {
    let first = said.lines().next()?;
    let rest = first.strip_prefix(name)?.strip_prefix(" version")?;
    let rest = rest.strip_prefix(':').unwrap_or(rest).strip_prefix(' ')?;
    rest.split_whitespace().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_runtime_s_version_is_that_of_its_own_name() {
        let runc = "runc version 1.1.5+ds1\ncommit: 1.1.5+ds1-1+deb12u1\n";
        assert_eq!(said_by("runc", runc), Some("1.1.5+ds1"));
        assert_eq!(said_by("crun", runc), None);
        assert_eq!(
            said_by("runsc", "runsc version release-20240401.0\nspec: 1.1.0\n"),
            Some("release-20240401.0")
        );
        let youki = "youki version: 0.7.0\ncommit: 0.7.0\nspec: 1.1.0\n";
        assert_eq!(said_by("youki", youki), Some("0.7.0"));
        for other in [
            "",
            "runc versions 1",
            "runc version",
            "runc version:1",
            "runcs version 1",
        ] {
            assert_eq!(said_by("runc", other), None, "{other}");
        }
    }
}
