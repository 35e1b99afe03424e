//! The file of a bundle, unpacked into an empty folder. Nothing is made that is not in the
//! list, which is read first, and the list says how long everything may be.

use std::collections::BTreeSet;
use std::fs::{self, File, Permissions};
use std::io::{self, Read, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use labrun_record::regular;
use tar::Entry;

use super::archive::{self, Fault};
use super::list::List;
use super::steps::Steps;
use super::{BundleError, DIGEST, LIST, LIST_LIMIT, name};
use crate::interrupt::Interrupt;
use crate::progress::Progress;

/// Most zeros that may follow the last file, in bytes. Tar fills its last record with them.
const END_LIMIT: u64 = 1024 * 1024;

/// Unpacks it. On an error the folder is as empty as before.
pub(super) fn unpack(
    path: &Path,
    into: &Path,
    interrupt: &Interrupt,
    progress: &dyn Progress,
) -> Result<List, BundleError> {
    let unreadable = |error| BundleError::unreadable(into, error);
    if fs::read_dir(into).map_err(unreadable)?.next().is_some() {
        return Err(BundleError::NotEmpty {
            path: into.to_owned(),
        });
    }
    let unpacking = Unpacking {
        path,
        into,
        interrupt,
        progress,
    };
    unpacking.run().inspect_err(|_| empty(into))
}

/// Removes what is in a folder. What cannot be removed stays.
fn empty(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let _ = fs::remove_file(&path).or_else(|_| fs::remove_dir_all(&path));
    }
}

struct Unpacking<'a> {
    path: &'a Path,
    into: &'a Path,
    interrupt: &'a Interrupt,
    progress: &'a dyn Progress,
}

impl Unpacking<'_> {
    fn run(&self) -> Result<List, BundleError> {
        let file = regular::open(self.path);
        let file = file.map_err(|error| BundleError::unreadable(self.path, error))?;
        let (unpacker, fault) = archive::unpacker(self.path, &file)?;
        let mut archive = tar::Archive::new(unpacker);
        let entries = archive.entries().map_err(|error| fault.of(error))?;
        // Raw: a bundle has no extensions, and what they would make of an entry is refused.
        let mut entries = entries.raw(true);
        let text = self.own(entries.next(), LIST, &fault)?;
        let digest = self.own(entries.next(), DIGEST, &fault)?;
        let list = List::parse(self.path, &text, &digest)?;
        for (name, bytes) in [(LIST, &text), (DIGEST, &digest)] {
            let (mut file, target) = self.create(name, false)?;
            let written = file.write_all(bytes);
            written.map_err(|error| BundleError::write(&target, error))?;
        }
        self.files(entries, &list, &fault)?;
        self.end(archive.into_inner(), &fault)?;
        Ok(list)
    }

    /// One of the two entries that come first.
    fn own<R: Read>(
        &self,
        entry: Option<io::Result<Entry<'_, R>>>,
        wanted: &str,
        fault: &Fault<'_>,
    ) -> Result<Vec<u8>, BundleError> {
        let missing = || BundleError::not_a_bundle(self.path, format!("{wanted} is missing"));
        let entry = entry
            .ok_or_else(missing)?
            .map_err(|error| fault.of(error))?;
        if self.name(&entry)? != wanted {
            return Err(missing());
        }
        let bytes = entry.size();
        if bytes > LIST_LIMIT {
            let what = format!("{wanted} has {bytes} bytes, more than {LIST_LIMIT}");
            return Err(BundleError::refused(self.path, what));
        }
        let mut text = Vec::new();
        let read = { entry }.read_to_end(&mut text);
        read.map_err(|error| fault.of(error))?;
        Ok(text)
    }

    /// All the others.
    fn files<'e, R: Read + 'e>(
        &self,
        entries: impl Iterator<Item = io::Result<Entry<'e, R>>>,
        list: &List,
        fault: &Fault<'_>,
    ) -> Result<(), BundleError> {
        let what = "bundle unpacked, MiB";
        let mut steps = Steps::new(what, list.bytes(), self.interrupt, self.progress);
        let mut missing: BTreeSet<&str> = list.files.keys().map(String::as_str).collect();
        for entry in entries {
            let mut entry = entry.map_err(|error| fault.of(error))?;
            let name = self.name(&entry)?;
            let (bytes, executable) = (entry.size(), is_executable(&entry));
            list.check_file(self.path, &name, bytes, executable)?;
            if !missing.remove(&*name) {
                let what = format!("{name:?} is there twice");
                return Err(BundleError::refused(self.path, what));
            }
            let (mut file, target) = self.create(&name, executable)?;
            let read = steps.pass(
                &mut entry,
                |error| fault.of(error),
                |piece| {
                    let written = file.write_all(piece);
                    written.map_err(|error| BundleError::write(&target, error))
                },
            )?;
            if read.0 < bytes {
                return Err(fault.of(io::ErrorKind::UnexpectedEof.into()));
            }
            list.check_digest(self.path, &name, &read)?;
        }
        List::check_all_found(self.path, missing.first().copied())
    }

    /// The name of an entry that may be made: a file, with a name that stays inside.
    fn name<R: Read>(&self, entry: &Entry<'_, R>) -> Result<String, BundleError> {
        let bytes = entry.path_bytes();
        let shown = String::from_utf8_lossy(&bytes);
        let refused = |why: String| BundleError::refused(self.path, format!("{shown:?}: {why}"));
        let kind = entry.header().entry_type();
        if !kind.is_file() {
            return Err(refused(format!("it is no file, but {kind:?}")));
        }
        let name = std::str::from_utf8(&bytes);
        let name = name.map_err(|_| refused("its name is not UTF-8".to_owned()))?;
        name::check(name).map_err(|why| refused(why.to_owned()))?;
        Ok(name.to_owned())
    }

    /// A new file, where nothing was: everything in the folder was made here, so that no folder
    /// on the way to it is a link.
    fn create(&self, name: &str, executable: bool) -> Result<(File, PathBuf), BundleError> {
        let target = self.into.join(name);
        let create = || {
            fs::create_dir_all(target.parent().unwrap_or(self.into))?;
            let file = File::create_new(&target)?;
            // Whatever the process's mask is.
            let mode = if executable { 0o755 } else { 0o644 };
            file.set_permissions(Permissions::from_mode(mode))?;
            Ok(file)
        };
        match create() {
            Ok(file) => Ok((file, target)),
            Err(error) => Err(BundleError::write(&target, error)),
        }
    }

    /// Reads what follows the last file, which makes the checksum of the whole be looked at.
    fn end(&self, unpacker: impl Read, fault: &Fault<'_>) -> Result<(), BundleError> {
        let mut rest = Vec::new();
        let read = unpacker.take(END_LIMIT).read_to_end(&mut rest);
        read.map_err(|error| fault.of(error))?;
        if rest.len() as u64 == END_LIMIT || rest.iter().any(|byte| *byte != 0) {
            let what = "something follows its last file";
            return Err(BundleError::refused(self.path, what));
        }
        Ok(())
    }
}

fn is_executable<R: Read>(entry: &Entry<'_, R>) -> bool {
    entry.header().mode().is_ok_and(|mode| mode & 0o100 != 0)
}
