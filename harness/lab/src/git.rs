//! What git says of the folder of a lab: which commit it is at, which commit a word names, and the
//! files of one. The user's repository is only read: neither its index nor its list of worktrees
//! is touched.

use std::fmt::Display;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use thiserror::Error;

use crate::define::hint;

/// Variables by which git takes another repository than that of a folder: a hook has them set.
const ELSEWHERE: [&str; 6] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
];

/// Why git gave no answer.
#[derive(Debug, Error)]
pub enum GitError {
    /// There is no git.
    #[error("git does not start: {0}; install it: sudo apt-get install git")]
    Missing(io::Error),
    /// The folder is in no checkout.
    #[error("{folder} is no git checkout, so that no commit of it can be had: {said}")]
    NoCheckout {
        /// The folder.
        folder: PathBuf,
        /// Git's own words.
        said: String,
    },
    /// A word that names no commit.
    #[error(
        "git knows no commit `{word}` in {top}{hint}; a shallow clone gets older ones by \
         `git fetch --unshallow`"
    )]
    Unknown {
        /// The word.
        word: String,
        /// The top folder of the checkout.
        top: PathBuf,
        /// What was probably meant, in brackets.
        hint: String,
    },
    /// It could not do what it was asked for.
    #[error(
        "`git {what}` failed in {top}: {said}; `git fsck` there tells what of the repository is damaged, \
         and a fresh clone has it whole"
    )]
    Failed {
        /// What that is.
        what: String,
        /// The top folder of the checkout.
        top: PathBuf,
        /// Git's own words.
        said: String,
    },
}

/// A checkout, by a folder in it.
#[derive(Debug, Clone)]
pub struct Checkout {
    top: PathBuf,
    inside: PathBuf,
}

impl Checkout {
    /// The one that `folder` is in.
    pub fn of(folder: &Path) -> Result<Self, GitError> {
        let said = said(folder, &["rev-parse", "--show-toplevel", "--show-prefix"])?;
        let no_checkout = |said: String| GitError::NoCheckout {
            folder: folder.to_owned(),
            said,
        };
        let said = said.map_err(no_checkout)?;
        let mut lines = said.lines();
        let top = lines.next().unwrap_or_default().into();
        let inside = lines.next().unwrap_or_default().into();
        Ok(Self { top, inside })
    }

    /// Where the folder is, below the top one; empty where it is that one.
    pub fn inside(&self) -> &Path {
        &self.inside
    }

    /// The whole name of the commit that `word` names: a branch, a tag, `HEAD~1`, a beginning.
    pub fn commit(&self, word: &str) -> Result<String, GitError> {
        let named = format!("{word}^{{commit}}");
        // What begins so is an option to git, and the name of no commit.
        if !word.starts_with('-')
            && let Ok(commit) = said(&self.top, &["rev-parse", "--verify", "--quiet", &named])?
        {
            return Ok(commit);
        }
        let listed = said(&self.top, &["for-each-ref", "--format=%(refname:short)"])?;
        let listed = listed.unwrap_or_default();
        Err(GitError::Unknown {
            word: word.to_owned(),
            top: self.top.clone(),
            hint: hint(word, listed.lines()),
        })
    }

    /// The commits after `first` up to and with `last`, oldest first, along the first parents.
    pub fn between(&self, first: &str, last: &str) -> Result<Vec<String>, GitError> {
        let range = format!("{first}..{last}");
        let listed = said(
            &self.top,
            &["rev-list", "--reverse", "--first-parent", &range],
        )?;
        let listed = listed.unwrap_or_default();
        Ok(listed.lines().map(str::to_owned).collect())
    }

    /// Whether a commit has this file or folder, told from the top.
    pub fn has(&self, commit: &str, path: &Path) -> Result<bool, GitError> {
        let named = format!("{commit}:{}", path.display());
        Ok(said(&self.top, &["cat-file", "-e", &named])?.is_ok())
    }

    /// Every file of a commit, as a tar archive.
    pub fn archive(&self, commit: &str) -> Result<Archive, GitError> {
        let mut command = git(&self.top);
        command.args(["archive", "--format=tar", commit]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.spawn().map_err(GitError::Missing)?;
        Ok(Archive {
            child,
            top: self.top.clone(),
        })
    }
}

/// An archive that git writes.
#[derive(Debug)]
pub struct Archive {
    child: Child,
    top: PathBuf,
}

impl Archive {
    /// Has `read` read it, to its end or not. That git failed goes before what `read` says.
    pub fn read<T>(
        mut self,
        read: impl FnOnce(&mut ChildStdout) -> io::Result<T>,
    ) -> Result<T, GitError> {
        let failed = |said: &dyn Display| GitError::Failed {
            what: "archive".to_owned(),
            top: self.top.clone(),
            said: said.to_string(),
        };
        let given = self.child.stdout.take().map(|mut archive| {
            let given = read(&mut archive)?;
            // Who ends early leaves git none to write to.
            io::copy(&mut archive, &mut io::sink()).map(|_| given)
        });
        let mut said = String::new();
        if let Some(mut stderr) = self.child.stderr.take() {
            let _ = stderr.read_to_string(&mut said);
        }
        let status = self.child.wait().map_err(|error| failed(&error))?;
        match given {
            Some(Ok(given)) if status.success() => Ok(given),
            Some(Err(error)) if status.success() || said.is_empty() => Err(failed(&error)),
            _ => Err(failed(&said.trim())),
        }
    }
}

/// The commit that a folder is at, 12 digits, and whether a file that git knows was changed since.
/// None where git knows nothing of it.
pub fn head(folder: &Path) -> Option<(String, bool)> {
    let commit = said(folder, &["rev-parse", "--short=12", "HEAD"])
        .ok()?
        .ok()?;
    let changed = said(folder, &["status", "--porcelain", "--untracked-files=no"]);
    let changed = changed.ok().and_then(Result::ok);
    Some((commit, changed.is_some_and(|changed| !changed.is_empty())))
}

fn git(folder: &Path) -> Command {
    let mut command = Command::new("git");
    for name in ELSEWHERE {
        command.env_remove(name);
    }
    // A look at the state of the files would else refresh the index.
    command.env("GIT_OPTIONAL_LOCKS", "0");
    command.arg("-C").arg(folder).stdin(Stdio::null());
    command
}

/// What git prints, or the last line of what it says is wrong.
fn said(folder: &Path, args: &[&str]) -> Result<Result<String, String>, GitError> {
    let output = git(folder).args(args).output().map_err(GitError::Missing)?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    Ok(if output.status.success() {
        Ok(text(&output.stdout))
    } else {
        let said = text(&output.stderr);
        Err(said.lines().next_back().unwrap_or_default().to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(folder: &Path, args: &[&str]) {
        let identity = ["-c", "user.name=t", "-c", "user.email=t@t"];
        let done = git(folder).args(identity).args(args).output();
        let done = done.expect("git starts");
        let told = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(done.status.success(), "git {args:?}: {told}");
    }

    /// A checkout with one commit, and a lab in the folder `lab` of it.
    fn checkout() -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("lab")).expect("made");
        std::fs::write(folder.path().join("lab/file"), "one").expect("written");
        run(
            folder.path(),
            &["init", "--quiet", "--initial-branch=first"],
        );
        run(folder.path(), &["add", "."]);
        run(folder.path(), &["commit", "--quiet", "--message=one"]);
        folder
    }

    #[test]
    fn a_word_is_a_commit_or_a_mistake() {
        let folder = checkout();
        let checkout = Checkout::of(&folder.path().join("lab")).expect("is one");
        assert_eq!(checkout.inside(), Path::new("lab"));
        let commit = checkout.commit("HEAD").expect("is there");
        assert_eq!(commit.len(), 40);
        assert_eq!(checkout.commit("first").expect("a branch"), commit);
        assert_eq!(checkout.commit(&commit[..8]).expect("a beginning"), commit);
        for (word, told) in [
            ("frist", "did you mean `first`?"),
            ("HEAD~1", "git knows no commit `HEAD~1`"),
            ("--all", "git knows no commit `--all`"),
            ("HEAD:lab", "git knows no commit"),
        ] {
            let error = checkout.commit(word).expect_err(word).to_string();
            assert!(error.contains(told), "{error}");
        }
        assert!(checkout.has(&commit, Path::new("lab/file")).expect("git"));
        assert!(!checkout.has(&commit, Path::new("file")).expect("git"));
    }

    #[test]
    fn what_was_changed_is_seen() {
        let folder = checkout();
        let (commit, changed) = head(folder.path()).expect("is one");
        assert!(commit.len() == 12 && !changed);
        std::fs::write(folder.path().join("lab/file"), "two").expect("written");
        assert_eq!(head(folder.path()), Some((commit, true)));
    }

    #[test]
    fn an_archive_that_cannot_be_made_says_why() {
        let folder = checkout();
        let checkout = Checkout::of(folder.path()).expect("is one");
        let archive = checkout.archive("nothing").expect("git starts");
        let read = archive.read(|archive| {
            let mut bytes = Vec::new();
            archive.read_to_end(&mut bytes).map(|_| bytes.len())
        });
        let error = read.expect_err("there is none").to_string();
        assert!(error.contains("nothing"), "{error}");
    }

    #[test]
    fn a_damaged_object_is_named_with_the_folder_and_what_to_do() {
        let folder = checkout();
        let blob = said(folder.path(), &["rev-parse", "HEAD:lab/file"]);
        let blob = blob.expect("git starts").expect("is there");
        let object = folder
            .path()
            .join(".git/objects")
            .join(&blob[..2])
            .join(&blob[2..]);
        std::fs::remove_file(&object).expect("removes it");
        std::fs::write(&object, "no object").expect("writes something else");
        let checkout = Checkout::of(folder.path()).expect("is one");
        let archive = checkout.archive("HEAD").expect("git starts");
        let error = archive.read(|archive| io::copy(archive, &mut io::sink()));
        let error = error.expect_err("it is damaged").to_string();
        let top = checkout.top.display().to_string();
        for part in [&top, &blob, "`git fsck`"] {
            assert!(error.contains(part), "no {part} in {error}");
        }
    }
}
