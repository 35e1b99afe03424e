//! That what is launched is still the file that was looked at when the run began: a build that goes on
//! beside a run, or an upgrade, puts another one in its place, whose times would pass for those of the first.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// Files as they were when the run began.
#[derive(Debug, Default)]
pub(super) struct Unchanged(Vec<(PathBuf, Identity)>);

/// What another file in its place does not share. Not when its inode was changed: a link to it does that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Identity {
    device: u64,
    inode: u64,
    bytes: u64,
    modified: (i64, i64),
}

impl Unchanged {
    /// These files as they are now. Folders are none, and what cannot be looked at is told by its launch.
    pub(super) fn since_now(files: impl IntoIterator<Item = PathBuf>) -> Self {
        let files = files.into_iter();
        Self(
            files
                .filter_map(|file| Identity::of(&file).map(|identity| (file, identity)))
                .collect(),
        )
    }

    /// The first that is another one now, or is no more.
    pub(super) fn changed(&self) -> Option<&Path> {
        let mut files = self.0.iter();
        let changed = files.find(|(file, was)| Identity::of(file).as_ref() != Some(was));
        changed.map(|(file, _)| file.as_path())
    }
}

impl Identity {
    fn of(file: &Path) -> Option<Self> {
        let found = fs::metadata(file).ok().filter(fs::Metadata::is_file)?;
        Some(Self {
            device: found.dev(),
            inode: found.ino(),
            bytes: found.size(),
            modified: (found.mtime(), found.mtime_nsec()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_file_in_its_place_is_seen_and_a_link_to_it_is_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        let [app, other] = ["app", "other"].map(path);
        for file in [&app, &other] {
            fs::write(file, "first").expect("writes");
        }
        let seen = || Unchanged::since_now([app.clone(), folder.path().to_owned(), path("gone")]);
        let was = seen();
        assert_eq!(was.changed(), None);
        fs::hard_link(&app, path("link")).expect("links");
        fs::read(&app).expect("reads");
        assert_eq!(was.changed(), None);
        // Of the same length, by another name.
        fs::rename(&other, &app).expect("renames");
        assert_eq!(was.changed(), Some(app.as_path()));
        let was = seen();
        fs::write(&app, "longer than it was").expect("writes");
        assert_eq!(was.changed(), Some(app.as_path()));
        let was = seen();
        fs::remove_file(&app).expect("removes");
        assert_eq!(was.changed(), Some(app.as_path()));
    }
}
