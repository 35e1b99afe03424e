//! Writing a bundle: whole under its name, or not at all.

use std::fs::{self, File};
use std::io::{Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use labrun_record::{Partial, check_whole, folder_of};
use serde_json::Value;

use super::archive::{self, Packer};
use super::contents::{Content, Contents};
use super::list::{FileEntry, List, digest_line};
use super::steps::Steps;
use super::{BUNDLE_VERSION, BundleError, DIGEST, ENDING, LIST, LIST_LIMIT, name};
use crate::interrupt::Interrupt;
use crate::progress::Progress;

/// A bundle that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Where.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// How many files are in it, its own two left out.
    pub files: usize,
    /// The size of those, uncompressed.
    pub content_bytes: u64,
}

/// Whether a bundle can be written there, to be asked before anything is built for it.
pub fn check_out(out: &Path) -> Result<(), BundleError> {
    let refused = |why: String| {
        Err(BundleError::Out {
            out: out.to_owned(),
            why,
        })
    };
    let name = out.file_name().unwrap_or_default().to_string_lossy();
    if name.len() <= ENDING.len() || !name.ends_with(ENDING) || out.ends_with("..") {
        return refused(format!("name a file that ends in {ENDING}"));
    }
    let folder = folder_of(out);
    if !folder.is_dir() {
        return refused(format!(
            "make the folder first: mkdir -p {}",
            folder.display()
        ));
    }
    if fs::symlink_metadata(out).is_ok_and(|there| !there.is_file()) {
        return refused("something other than a file has that name".to_owned());
    }
    check_whole(out).or_else(|error| refused(error.to_string()))
}

impl Contents {
    /// Writes them to `out` with a description of the writer's own, which whoever opens the
    /// bundle is given. It is written beside and renamed when it was read back: whatever goes
    /// wrong, nothing new is left, and a file that was there stays as it was. The same contents
    /// are the same bytes.
    pub fn write(
        &self,
        out: &Path,
        manifest: &Value,
        interrupt: &Interrupt,
        progress: &dyn Progress,
    ) -> Result<Written, BundleError> {
        check_out(out)?;
        name::check_all(self.files.keys()).map_err(|why| BundleError::Out {
            out: out.to_owned(),
            why,
        })?;
        let steps = |what, total| Steps::new(what, total, interrupt, progress);
        let list = self.list(
            manifest,
            &mut steps("digests of the bundle's files, MiB", 0),
        )?;
        let content_bytes = list.bytes();
        let failed = |error| BundleError::write(out, error);
        let mut partial = Partial::new(out).map_err(failed)?;
        let packed = self.pack(
            &list,
            out,
            &partial.file,
            &mut steps("bundle, MiB", content_bytes),
        )?;
        partial.file.sync_all().map_err(failed)?;
        let bytes = partial.file.seek(SeekFrom::End(0)).map_err(failed)?;
        partial.file.rewind().map_err(failed)?;
        let read = read_back(
            out,
            &partial.file,
            &mut steps("bundle read back, MiB", content_bytes),
        );
        match read {
            Ok(digest) if digest == packed => {}
            Err(BundleError::Interrupted) => return Err(BundleError::Interrupted),
            _ => {
                return Err(BundleError::ReadBack {
                    out: out.to_owned(),
                });
            }
        }
        partial.keep().map_err(failed)?;
        Ok(Written {
            path: out.to_owned(),
            bytes,
            files: self.files.len(),
            content_bytes,
        })
    }

    fn list(&self, manifest: &Value, steps: &mut Steps<'_>) -> Result<List, BundleError> {
        let mut entry = |content: &Content| {
            let (mut reader, _) = content.source.open()?;
            let unreadable = |error| content.source.unreadable(error);
            let (bytes, sha256) = steps.pass(&mut reader, unreadable, |_| Ok(()))?;
            Ok(FileEntry {
                sha256,
                bytes,
                executable: content.executable,
            })
        };
        let files = self.files.iter();
        let files = files.map(|(name, content)| Ok((name.clone(), entry(content)?)));
        Ok(List {
            bundle_version: BUNDLE_VERSION,
            labrun: env!("CARGO_PKG_VERSION").to_owned(),
            files: files.collect::<Result<_, BundleError>>()?,
            contents: manifest.clone(),
        })
    }

    /// The digest of the uncompressed archive.
    fn pack(
        &self,
        list: &List,
        out: &Path,
        file: &File,
        steps: &mut Steps<'_>,
    ) -> Result<String, BundleError> {
        let failed = |error| BundleError::write(out, error);
        let mut text = serde_json::to_vec_pretty(list).map_err(|error| failed(error.into()))?;
        text.push(b'\n');
        if text.len() as u64 > LIST_LIMIT {
            return Err(BundleError::Name {
                name: LIST.to_owned(),
                why: format!("it would have more than {LIST_LIMIT} bytes; bundle fewer cases"),
            });
        }
        let digest = digest_line(&text);
        let mut packer = Packer::new(file).map_err(failed)?;
        for (name, bytes) in [(LIST, &*text), (DIGEST, digest.as_bytes())] {
            let size = bytes.len() as u64;
            archive::header(name, size, false)
                .and_then(|header| packer.put(header.as_bytes()))
                .and_then(|()| packer.put(bytes))
                .and_then(|()| packer.pad(size))
                .map_err(failed)?;
        }
        for (name, content) in &self.files {
            let changed = || BundleError::Changed {
                path: content.source.path(),
            };
            let listed = &list.files[name];
            let (mut reader, bytes) = content.source.open()?;
            if bytes != listed.bytes {
                return Err(changed());
            }
            let header = archive::header(name, bytes, content.executable);
            let header = header.and_then(|header| packer.put(header.as_bytes()));
            header.map_err(failed)?;
            let put = steps.pass(
                &mut reader,
                |error| content.source.unreadable(error),
                |piece| packer.put(piece).map_err(failed),
            )?;
            if put != (listed.bytes, listed.sha256.clone()) {
                return Err(changed());
            }
            packer.pad(bytes).map_err(failed)?;
        }
        packer.finish().map_err(failed)
    }
}

/// The digest of what the file is compressed from.
fn read_back(out: &Path, file: &File, steps: &mut Steps<'_>) -> Result<String, BundleError> {
    let (mut unpacker, fault) = archive::unpacker(out, file)?;
    let (_, digest) = steps.pass(&mut unpacker, |error| fault.of(error), |_| Ok(()))?;
    Ok(digest)
}
