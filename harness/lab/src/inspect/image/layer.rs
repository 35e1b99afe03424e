//! The layers of an image: read as a stream, counted and checked, and nothing is kept.

use std::ffi::OsStr;
use std::io::{self, BufReader, Read};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Component, Path};

use flate2::read::MultiGzDecoder;
use sha2::{Digest as _, Sha256};
use structured_zstd::decoding::StreamingDecoder;

use super::files::Files;
use super::refused::WhyNoImage;
use super::{Part, hex};

/// A layer of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// SHA-256 of its tar, 64 hex digits: what Docker calls its diff id.
    pub sha256: String,
    /// Bytes of its tar.
    pub bytes: u64,
}

/// Reads the layers of an image, of which the tars have to have these digests.
pub(super) fn all(files: &Files, parts: &[Part], ids: &[String]) -> Result<Vec<Layer>, WhyNoImage> {
    if parts.len() != ids.len() {
        return Err(WhyNoImage::damaged(&format!(
            "its manifest names {} layers, and its configuration {}",
            parts.len(),
            ids.len()
        )));
    }
    let layers = parts.iter().zip(ids);
    layers
        .map(|(part, id)| read(files, part, hex(id)?))
        .collect()
}

fn read(files: &Files, part: &Part, id: &str) -> Result<Layer, WhyNoImage> {
    let name = || part.name.clone();
    let (content, _) = files
        .find(&part.name)?
        .ok_or_else(|| WhyNoImage::Missing { name: name() })?;
    let mut kept = Hashed::new(content);
    let counted = count(&mut kept);
    // What cannot be unpacked is told from its digest first: the file may be another one.
    io::copy(&mut kept, &mut io::sink()).map_err(of_file)?;
    if part
        .sha256
        .as_ref()
        .is_some_and(|sha256| *sha256 != kept.sha256())
    {
        return Err(WhyNoImage::Digest { name: name() });
    }
    let (layer, outside) = counted.map_err(of_file)?;
    if layer.sha256 != id {
        return Err(WhyNoImage::Digest { name: name() });
    }
    match outside {
        Some(name) => Err(WhyNoImage::LeadsOut { name }),
        None => Ok(layer),
    }
}

/// The tar of a layer, counted, and the first name in it that leads out of the image.
fn count(kept: &mut impl Read) -> io::Result<(Layer, Option<String>)> {
    let mut tar = Hashed::new(unpacked(kept)?);
    let outside = outside(&mut tar);
    // What is no tar to its end is told where it is unpacked; a digest is of all of it.
    io::copy(&mut tar, &mut io::sink())?;
    let layer = Layer {
        sha256: tar.sha256(),
        bytes: tar.bytes,
    };
    Ok((layer, outside))
}

/// The first name of a tar that leads out of what it is unpacked to: of an entry, or of what a hard link is
/// another name of. A symbolic link may lead wherever it likes, since the root of a container is all that there
/// is where it is followed.
fn outside(tar: &mut impl Read) -> Option<String> {
    let mut archive = tar::Archive::new(tar);
    for entry in archive.entries().ok()? {
        let entry = entry.ok()?;
        let linked = entry.header().entry_type().is_hard_link();
        let linked = linked.then(|| entry.link_name_bytes()).flatten();
        let names = [Some(entry.path_bytes()), linked].into_iter().flatten();
        for name in names {
            if leads_out(Path::new(OsStr::from_bytes(&name))) {
                return Some(String::from_utf8_lossy(&name).into_owned());
            }
        }
    }
    None
}

/// Whether a path leads above where it begins. Of old, names begin with `/` and mean the root of the image.
fn leads_out(path: &Path) -> bool {
    let mut depth = 0_usize;
    for part in path.components() {
        match part {
            Component::Normal(_) => depth += 1,
            Component::ParentDir if depth == 0 => return true,
            Component::ParentDir => depth -= 1,
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
    false
}

/// What an error of reading a layer means: a decoder's is of the file's content.
fn of_file(error: io::Error) -> WhyNoImage {
    match error.raw_os_error() {
        Some(_) => WhyNoImage::Unreadable(error),
        None => WhyNoImage::damaged(&format!("a layer cannot be unpacked: {error}")),
    }
}

/// The tar of a layer, however it is kept: as it is, by gzip or by zstd, told by its first bytes.
pub(crate) fn unpacked<'a>(mut kept: impl Read + 'a) -> io::Result<Box<dyn Read + 'a>> {
    let mut magic = Vec::with_capacity(4);
    kept.by_ref().take(4).read_to_end(&mut magic)?;
    let whole = io::Cursor::new(magic.clone()).chain(kept);
    Ok(match magic[..] {
        [0x1f, 0x8b, ..] => Box::new(MultiGzDecoder::new(whole)),
        [0x28, 0xb5, 0x2f, 0xfd] => Box::new(StreamingDecoder::new(BufReader::new(whole))),
        _ => Box::new(whole),
    })
}

/// A reader that knows the digest of what was read, and how much that was.
struct Hashed<R> {
    inner: R,
    hash: Sha256,
    bytes: u64,
}

impl<R: Read> Hashed<R> {
    fn new(inner: R) -> Self {
        Self {
            inner,
            hash: Sha256::new(),
            bytes: 0,
        }
    }

    fn sha256(&self) -> String {
        format!("{:x}", self.hash.clone().finalize())
    }
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.hash.update(&buffer[..read]);
        self.bytes += read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use tar::{Builder, EntryType, Header};

    use super::*;

    /// A tar of one entry, whose names are written as they are.
    fn tar_of(kind: EntryType, name: &str, to: &str) -> Vec<u8> {
        let mut header = Header::new_gnu();
        let fields = header.as_gnu_mut().expect("is GNU's");
        fields.name[..name.len()].copy_from_slice(name.as_bytes());
        fields.linkname[..to.len()].copy_from_slice(to.as_bytes());
        header.set_entry_type(kind);
        header.set_size(0);
        header.set_cksum();
        let mut tar = Builder::new(Vec::new());
        tar.append(&header, io::empty()).expect("packs");
        tar.into_inner().expect("packs")
    }

    #[test]
    fn a_name_that_leads_out_is_seen_and_a_symbolic_link_may_lead_anywhere() {
        use EntryType::{Link, Regular, Symlink};
        for (kind, name, to, told) in [
            (Regular, "../a", "", Some("../a")),
            (Regular, "a/../../b", "", Some("a/../../b")),
            (Link, "a", "../../etc/shadow", Some("../../etc/shadow")),
            (Regular, "/etc/a", "", None),
            (Regular, "a/../b", "", None),
            (Link, "a", "/etc/shadow", None),
            (Symlink, "a", "../../../etc", None),
        ] {
            let tar = tar_of(kind, name, to);
            let (layer, outside) = count(&mut &tar[..]).expect("reads");
            assert_eq!(outside.as_deref(), told, "{name} {to}");
            assert_eq!(layer.bytes, tar.len() as u64);
            assert_eq!(layer.sha256, crate::digest::sha256_of(&tar));
        }
    }
}
