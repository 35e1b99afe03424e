//! `bundle.json`: which files there are, and what they are.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{BUNDLE_VERSION, BundleError, DIGEST, LIST, name};
use crate::digest::sha256_of;

/// A file of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// SHA-256, 64 hex digits.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
    /// Whether it may be run.
    pub executable: bool,
}

/// The whole list. Fields that a later labrun adds are taken and left alone; one that a version
/// before did not have gets a default here.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct List {
    pub(super) bundle_version: u64,
    /// The version of the labrun that wrote it.
    pub(super) labrun: String,
    pub(super) files: BTreeMap<String, FileEntry>,
    pub(super) contents: Value,
}

/// What every version has, so that a newer one is named and not called broken.
#[derive(Deserialize)]
struct Head {
    bundle_version: u64,
    labrun: String,
}

impl List {
    /// The text of the list of `bundle`, held against its digest, then read.
    pub(super) fn parse(bundle: &Path, text: &[u8], digest: &[u8]) -> Result<Self, BundleError> {
        if digest != digest_line(text).as_bytes() {
            let what = format!("{LIST} does not have the digest in {DIGEST}");
            return Err(BundleError::altered(bundle, what));
        }
        let malformed = |error: serde_json::Error| {
            BundleError::not_a_bundle(bundle, format!("{LIST} cannot be read: {error}"))
        };
        let head: Head = serde_json::from_slice(text).map_err(malformed)?;
        if head.bundle_version > BUNDLE_VERSION {
            return Err(BundleError::Newer {
                path: bundle.to_owned(),
                version: head.bundle_version,
                labrun: head.labrun,
            });
        }
        let list: Self = serde_json::from_slice(text).map_err(malformed)?;
        name::check_all(list.files.keys()).map_err(|what| BundleError::refused(bundle, what))?;
        Ok(list)
    }

    /// Whether a name is that of a file or of a folder at its top.
    pub(super) fn begins(&self, name: &str) -> bool {
        let mut names = self.files.keys();
        name == LIST || name == DIGEST || names.any(|file| file.split('/').next() == Some(name))
    }

    /// The bytes of all files; so many at most where a list says what cannot be.
    pub(super) fn bytes(&self) -> u64 {
        let sizes = self.files.values().map(|file| file.bytes);
        sizes.fold(0, u64::saturating_add)
    }

    /// A file of `bundle` as it is found, held against the list. Not its digest, which
    /// [`check_digest`](Self::check_digest) does when its bytes were read.
    pub(super) fn check_file(
        &self,
        bundle: &Path,
        name: &str,
        bytes: u64,
        executable: bool,
    ) -> Result<&FileEntry, BundleError> {
        let altered = |what: String| BundleError::altered(bundle, format!("{name:?} {what}"));
        let listed = self
            .files
            .get(name)
            .ok_or_else(|| altered(format!("is not in {LIST}")))?;
        if bytes != listed.bytes {
            return Err(altered(format!("has {bytes} bytes, not {}", listed.bytes)));
        }
        if executable != listed.executable {
            let may = if executable { "may" } else { "may not" };
            return Err(altered(format!("{may} be run, other than listed")));
        }
        Ok(listed)
    }

    /// The same for its bytes.
    pub(super) fn check_digest(
        &self,
        bundle: &Path,
        name: &str,
        (bytes, sha256): &(u64, String),
    ) -> Result<(), BundleError> {
        let same = |listed: &FileEntry| listed.bytes == *bytes && listed.sha256 == *sha256;
        if self.files.get(name).is_some_and(same) {
            return Ok(());
        }
        let what = format!("{name:?} does not have the digest in {LIST}");
        Err(BundleError::altered(bundle, what))
    }

    /// Whether all were found; `missing` is one that was not.
    pub(super) fn check_all_found(bundle: &Path, missing: Option<&str>) -> Result<(), BundleError> {
        missing.map_or(Ok(()), |name| {
            Err(BundleError::altered(bundle, format!("{name:?} is missing")))
        })
    }
}

/// What [`DIGEST`] holds for a list.
pub(super) fn digest_line(list: &[u8]) -> String {
    format!("{}  {LIST}\n", sha256_of(list))
}
