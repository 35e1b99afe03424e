//! The files of a commit, in the store: `<store>/commits/<commit>/`.
//!
//! They are kept, so that the same commit is the same folder the next time, and held against what
//! git has of it before they are used. What is built of them is kept where everything is: by the
//! digest of its inputs, so that what a commit has in common with another one is built once.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::SideError;
use crate::build::{Store, with_versions};
use crate::define::{Definitions, LabFolder};
use crate::git::Checkout;
use crate::progress::Progress;
use crate::site::Site;

/// What is defined in a commit, read from its files in the store of the lab in `here`.
pub(super) fn definitions(
    here: &Path,
    commit: &str,
    site: &Site,
    progress: &dyn Progress,
) -> Result<Definitions, SideError> {
    let checkout = Checkout::of(here)?;
    let inside = checkout.inside();
    for folder in ["workloads", "scenarios"] {
        if !checkout.has(commit, &inside.join(folder))? {
            return Err(SideError::Refused(format!(
                "the commit {commit:.12} holds no lab: it has no folder `{}`",
                inside.join(folder).display()
            )));
        }
    }
    let store = Store::of(here);
    let files = extracted(&checkout, commit, &store, site, progress)?;
    let read = LabFolder::find(Some(&files.join(inside)), here).and_then(Definitions::read);
    let mut definitions = read.map_err(SideError::Unreadable)?;
    definitions.runners = with_versions(&store, definitions.runners);
    Ok(definitions)
}

/// The folder of a commit's files.
fn extracted(
    checkout: &Checkout,
    commit: &str,
    store: &Store,
    site: &Site,
    progress: &dyn Progress,
) -> Result<PathBuf, SideError> {
    let name = format!("commits/{commit}");
    let folder = store.path(&name);
    // Another lab may want the same.
    let _turn = store.turn(site, progress).map_err(SideError::Failed)?;
    let mut archive = checkout.archive(commit)?;
    if folder.is_dir() {
        if archive.read(|archive| holds(&folder, archive))? {
            return Ok(folder);
        }
        let (shown, commit) = (folder.display(), &commit[..12]);
        progress.note(&format!(
            "{shown} is not as git has the commit {commit}: its files are written anew"
        ));
        archive = checkout.archive(commit)?;
    }
    let beside = format!("{name}.partial");
    let failed =
        |error: io::Error| SideError::Failed(format!("cannot write {}: {error}", folder.display()));
    store.remove([name, beside.clone()]).map_err(failed)?;
    let partial = store.path(&beside);
    let unpacked = archive.read(|archive| tar::Archive::new(archive).unpack(&partial));
    let renamed = unpacked
        .map_err(SideError::from)
        .and_then(|()| fs::rename(&partial, &folder).map_err(failed));
    if renamed.is_err() {
        let _ = store.remove([beside]);
    }
    renamed.map(|()| folder)
}

/// Whether a folder holds the files of an archive, and no others.
fn holds(folder: &Path, archive: impl Read) -> io::Result<bool> {
    let mut wanted = BTreeSet::new();
    for entry in tar::Archive::new(archive).entries()? {
        let mut entry = entry?;
        let path = folder.join(entry.path()?);
        let same = if entry.header().entry_type().is_file() {
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes)?;
            fs::read(&path).is_ok_and(|found| found == bytes)
        } else if entry.header().entry_type().is_symlink() {
            let to = entry.link_name()?;
            fs::read_link(&path).is_ok_and(|found| to.is_some_and(|to| *to == found))
        } else {
            continue;
        };
        if !same {
            return Ok(false);
        }
        wanted.insert(path);
    }
    Ok(every(folder)? == wanted)
}

/// Every file and link below a folder.
fn every(folder: &Path) -> io::Result<BTreeSet<PathBuf>> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            found.extend(every(&entry.path())?);
        } else {
            found.insert(entry.path());
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_holds_what_is_in_the_archive_and_no_more() {
        let mut archive = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_ustar();
        header.set_size(3);
        header.set_mode(0o644);
        archive
            .append_data(&mut header, "a/file", &b"one"[..])
            .expect("written");
        let mut link = tar::Header::new_ustar();
        link.set_entry_type(tar::EntryType::Symlink);
        link.set_size(0);
        archive
            .append_link(&mut link, "link", "a/file")
            .expect("written");
        let archive = archive.into_inner().expect("written");
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path();
        tar::Archive::new(&archive[..])
            .unpack(path)
            .expect("unpacked");
        let holds = || holds(path, &archive[..]).expect("is read");
        assert!(holds());
        fs::write(path.join("more"), "").expect("written");
        assert!(!holds(), "one more");
        fs::remove_file(path.join("more")).expect("removed");
        fs::write(path.join("a/file"), "two").expect("written");
        assert!(!holds(), "altered");
        fs::remove_file(path.join("a/file")).expect("removed");
        assert!(!holds(), "missing");
    }
}
