//! How a side of a replay is named: `run:DIR`, `commit:REV`, `bundle:FILE`, `isolation:NAME`.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use thiserror::Error;

use crate::define::hint;

/// What kind of thing a side is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SideKind {
    /// What a run has launched.
    Run,
    /// What is built of a commit.
    Commit,
    /// What a bundle holds.
    Bundle,
    /// An isolation of the current checkout.
    Isolation,
}

impl SideKind {
    const ALL: [Self; 4] = [Self::Run, Self::Commit, Self::Bundle, Self::Isolation];

    fn word(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Commit => "commit",
            Self::Bundle => "bundle",
            Self::Isolation => "isolation",
        }
    }
}

/// A side, as it was named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SideName {
    /// What it is.
    pub kind: SideKind,
    /// Which: a folder, a commit, a file, the name of an isolation.
    pub which: String,
}

impl fmt::Display for SideName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind.word(), self.which)
    }
}

/// A word that names no side.
#[derive(Debug, PartialEq, Eq, Error)]
#[error(
    "`{word}` is no side{hint}: write run:DIR, commit:REV, bundle:FILE or isolation:NAME, such as \
     commit:HEAD~1"
)]
pub struct NoSide {
    word: String,
    hint: String,
}

impl FromStr for SideName {
    type Err = NoSide;

    fn from_str(text: &str) -> Result<Self, NoSide> {
        let (kind, which) = text.split_once(':').unwrap_or((text, ""));
        let mut kinds = SideKind::ALL.into_iter();
        match kinds.find(|known| known.word() == kind) {
            Some(kind) if !which.is_empty() => Ok(Self {
                kind,
                which: which.to_owned(),
            }),
            _ => Err(NoSide {
                word: text.to_owned(),
                hint: meant(text, kind),
            }),
        }
    }
}

/// What was probably meant, in brackets.
fn meant(text: &str, kind: &str) -> String {
    let path = Path::new(text);
    let bare = if path.join("run.json").is_file() {
        Some(SideKind::Run)
    } else if path.exists() && text.ends_with(crate::bundle::ENDING) {
        Some(SideKind::Bundle)
    } else {
        None
    };
    match bare {
        Some(kind) => format!(" (did you mean `{}:{text}`?)", kind.word()),
        None => hint(kind, SideKind::ALL.map(SideKind::word)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_before_the_colon_is_the_kind() {
        for (text, kind, which) in [
            ("run:runs/x", SideKind::Run, "runs/x"),
            ("commit:HEAD~1", SideKind::Commit, "HEAD~1"),
            ("commit:HEAD:x", SideKind::Commit, "HEAD:x"),
            ("bundle:b.tar.zst", SideKind::Bundle, "b.tar.zst"),
            ("isolation:a@1/b", SideKind::Isolation, "a@1/b"),
        ] {
            let name: SideName = text.parse().expect(text);
            assert_eq!((name.kind, name.which.as_str()), (kind, which));
            assert_eq!(name.to_string(), text);
        }
    }

    #[test]
    fn anything_else_is_answered_with_the_nearest_kind() {
        let error = |text: &str| SideName::from_str(text).expect_err(text).to_string();
        for (text, told) in [
            ("comit:HEAD", "did you mean `commit`?"),
            ("isolations:native/static", "did you mean `isolation`?"),
            ("commit:", "such as commit:HEAD~1"),
            (
                "",
                "write run:DIR, commit:REV, bundle:FILE or isolation:NAME",
            ),
        ] {
            let error = error(text);
            assert!(error.contains(told), "{error}");
        }
        assert!(!error("xyzzy").contains("did you mean"));
    }

    #[test]
    fn a_run_without_its_kind_is_known() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("run.json"), "{}").expect("written");
        let text = folder.path().display().to_string();
        let error = SideName::from_str(&text).expect_err("has no kind");
        let told = format!("did you mean `run:{text}`?");
        assert!(error.to_string().contains(&told), "{error}");
    }
}
