//! The files of an image, by name: those of a folder, or of a tar that is not unpacked.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use super::super::file::Opened;
use super::super::other::{Kind, is_tar};
use super::super::refused::WhyNot;
use super::refused::WhyNoImage;

/// Longest list or configuration that is read, in bytes: real ones have some KiB.
const LONGEST: u64 = 4 << 20;

/// Most links that are followed to a file.
const LINKS: usize = 8;

/// The files of an image.
pub(super) enum Files {
    /// Those of a folder.
    Folder(PathBuf),
    /// Those of a tar.
    Tar {
        archive: Opened,
        entries: BTreeMap<String, Entry>,
    },
}

/// A file in a tar.
pub(super) enum Entry {
    /// Its place in the tar, and its bytes.
    At(u64, u64),
    /// Another name for a file inside.
    Link(String),
}

/// What is read of a file, and how many bytes that are.
type Content<'a> = (Box<dyn Read + 'a>, u64);

impl Files {
    /// Opens a folder or a tar.
    pub(super) fn open(path: &Path) -> Result<Self, WhyNoImage> {
        if fs::metadata(path)?.is_dir() {
            return Ok(Self::Folder(path.to_owned()));
        }
        let archive = Opened::at(path)?;
        let head = archive.head()?;
        if !is_tar(&head) {
            return Err(match Kind::of(&head) {
                kind @ Kind::Packed(_) => WhyNoImage::Compressed(kind),
                kind => WhyNoImage::Other(kind),
            });
        }
        let entries = entries(&archive)?;
        Ok(Self::Tar { archive, entries })
    }

    /// Opens the file of a name; none if there is no such file.
    pub(super) fn find(&self, name: &str) -> Result<Option<Content<'_>>, WhyNoImage> {
        let mut name = inside(name)?;
        match self {
            // A link that leads out of the folder is followed: stores share blobs so, and what is
            // read has to have the digest that is asked for.
            Self::Folder(folder) => match Opened::at(&folder.join(&name)) {
                Ok(opened) => {
                    let bytes = opened.bytes;
                    Ok(Some((Box::new(opened.into_part()), bytes)))
                }
                Err(WhyNot::Unreadable(error)) if is_nowhere(error.kind()) => Ok(None),
                Err(WhyNot::Other(Kind::Empty)) => Ok(Some((Box::new(io::empty()), 0))),
                Err(WhyNot::Other(kind)) => {
                    Err(WhyNoImage::damaged(&format!("{name} in it is {kind}")))
                }
                Err(why) => Err(why.into()),
            },
            Self::Tar { archive, entries } => {
                for _ in 0..LINKS {
                    match entries.get(&name) {
                        Some(Entry::At(at, bytes)) => {
                            return Ok(Some((Box::new(archive.part(*at, *bytes)), *bytes)));
                        }
                        Some(Entry::Link(to)) => name.clone_from(to),
                        None => return Ok(None),
                    }
                }
                Err(WhyNoImage::damaged(&format!(
                    "{name} is a link that leads nowhere"
                )))
            }
        }
    }

    /// The whole of a file that is a list or a configuration; none if there is no such file.
    pub(super) fn read(&self, name: &str) -> Result<Option<Vec<u8>>, WhyNoImage> {
        let Some((content, bytes)) = self.find(name)? else {
            return Ok(None);
        };
        if bytes > LONGEST {
            let why = format!("{name} has {bytes} bytes, and is read up to {LONGEST}");
            return Err(WhyNoImage::damaged(&why));
        }
        let mut text = Vec::new();
        content.take(LONGEST).read_to_end(&mut text)?;
        Ok(Some(text))
    }
}

/// Whether there is no file of a name, or cannot be one.
fn is_nowhere(kind: io::ErrorKind) -> bool {
    use io::ErrorKind::{InvalidFilename, InvalidInput, NotADirectory, NotFound};
    [NotFound, NotADirectory, InvalidFilename, InvalidInput].contains(&kind)
}

/// Where the files of a tar are.
fn entries(archive: &Opened) -> Result<BTreeMap<String, Entry>, WhyNoImage> {
    let damaged = |error: io::Error| match error.raw_os_error() {
        Some(_) => WhyNoImage::Unreadable(error),
        None => WhyNoImage::damaged(&error.to_string()),
    };
    let mut entries = BTreeMap::new();
    let mut tar = tar::Archive::new(&archive.file);
    for entry in tar.entries_with_seek().map_err(damaged)? {
        let entry = entry.map_err(damaged)?;
        let kind = entry.header().entry_type();
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        // A name that leads out is only refused where something asks for it.
        let Ok(name) = inside(&path) else { continue };
        if kind.is_file() {
            let (at, bytes) = (entry.raw_file_position(), entry.size());
            if at.checked_add(bytes).is_none_or(|end| end > archive.bytes) {
                return Err(WhyNoImage::Cut);
            }
            entries.insert(name, Entry::At(at, bytes));
        } else if kind.is_symlink() || kind.is_hard_link() {
            let to = entry.link_name_bytes().unwrap_or_default();
            let to = String::from_utf8_lossy(&to);
            // A symbolic link counts from its own folder. Docker before 25 writes a layer that is there
            // already as one.
            let folder = Path::new(&name).parent().filter(|_| kind.is_symlink());
            let to = folder.unwrap_or(Path::new("")).join(&*to);
            if let Ok(to) = inside(&to.to_string_lossy()) {
                entries.insert(name, Entry::Link(to));
            }
        }
    }
    Ok(entries)
}

/// A name without `.` and `..`, if it stays inside.
fn inside(name: &str) -> Result<String, WhyNoImage> {
    let mut parts: Vec<&str> = Vec::new();
    for part in Path::new(name).components() {
        let stays = match part {
            Component::CurDir => true,
            Component::Normal(part) => {
                parts.extend(part.to_str());
                true
            }
            Component::ParentDir => parts.pop().is_some(),
            Component::RootDir | Component::Prefix(_) => false,
        };
        if !stays {
            let name = name.to_owned();
            return Err(WhyNoImage::Outside { name });
        }
    }
    Ok(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_inside() {
        for (name, is) in [
            ("./a/../b", Some("b")),
            ("a//b/", Some("a/b")),
            ("", Some("")),
        ]
        .into_iter()
        .chain([("../a", None), ("a/../../b", None), ("/etc/passwd", None)])
        {
            assert_eq!(inside(name).ok().as_deref(), is, "{name}");
        }
    }
}
