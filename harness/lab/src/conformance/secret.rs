//! A file that was not granted, and the ways by which a guest may try to reach it.

use std::io;
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::site::{Grant, Site};

/// A file in a folder of its own, and a folder to be granted from which ways lead to it.
pub(super) struct Secret {
    beside: Grant,
    granted: Grant,
}

/// What lies in the folder beside.
const NAME: &str = "secret.txt";

/// The link to it that lies in the granted folder.
const LINK: &str = "link";

impl Secret {
    /// On a file system in memory.
    pub(super) fn new(site: &Site) -> io::Result<Self> {
        let (beside, granted) = (site.folder()?, site.folder()?);
        let file = beside.path().join(NAME);
        std::fs::write(&file, "secret")?;
        symlink(&file, granted.path().join(LINK))?;
        Ok(Self { beside, granted })
    }

    /// The folder whose copy is granted.
    pub(super) fn granted(&self) -> &Path {
        self.granted.path()
    }

    /// Each way by its name, and its path; `{grant}` stands for the granted directory.
    pub(super) fn ways(&self) -> [(&'static str, String); 3] {
        let beside = self.beside.path();
        let name = beside.file_name().unwrap_or_default().display();
        [
            ("its path", beside.join(NAME).display().to_string()),
            ("`..`", format!("{{grant}}/../{name}/{NAME}")),
            ("a symbolic link", format!("{{grant}}/{LINK}")),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interrupt::Interrupt;
    use crate::task::FileSystem;

    #[test]
    fn each_way_leads_there_where_nothing_holds_a_program_back() {
        let site = Site::new(Interrupt::never().expect("an interrupt")).expect("a site");
        let secret = Secret::new(&site).expect("a secret");
        let grant = site.grant(secret.granted(), FileSystem::default());
        let grant = grant.expect("a copy");
        for (way, path) in secret.ways() {
            let path = path.replace("{grant}", &grant.path().display().to_string());
            let read = std::fs::read_to_string(&path);
            assert_eq!(read.expect("reads"), "secret", "by {way}: {path}");
        }
    }
}
