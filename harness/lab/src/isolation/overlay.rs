//! The root of one launch of an image: the unpacked image below, and above it a layer of its own that the
//! launch writes to. It is made before the clock, and nothing that is written reaches another launch.
//!
//! The layer is on a disk, as engines of containers have it; in memory where that cannot hold one.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::{Path, PathBuf};

use rustix::mount::{MountFlags, mount};

use crate::outcome::Failure;
use crate::site::{Grant, Site, unmount};
use crate::unpack::has;

/// A mounted root; it goes with the value.
#[derive(Debug)]
pub(super) struct Overlay {
    root: PathBuf,
    /// What it is made of; it goes last.
    _layer: Grant,
}

impl Overlay {
    /// Mounts one over an unpacked image.
    pub(super) fn over(image: &Path, site: &Site) -> Result<Self, Failure> {
        let failed = |error: io::Error| {
            Failure::unavailable(format!(
                "the image's root cannot be given a layer to write to (overlayfs): {error}"
            ))
        };
        Self::mount(image, site.root_on_disk().map_err(failed)?)
            .or_else(|_| Self::mount(image, site.root_in_memory()?))
            .map_err(failed)
    }

    fn mount(image: &Path, layer: Grant) -> io::Result<Self> {
        let [root, upper, work] = ["root", "upper", "work"].map(|name| layer.path().join(name));
        for folder in [&root, &upper, &work] {
            fs::create_dir(folder)?;
        }
        // The root that is seen has the owner and mode of the upper one.
        let found = fs::metadata(image)?;
        chown(&upper, Some(found.uid()), Some(found.gid()))?;
        fs::set_permissions(&upper, Permissions::from_mode(found.mode()))?;
        let options = format!(
            "lowerdir={},upperdir={},workdir={}",
            escaped(image)?,
            escaped(&upper)?,
            escaped(&work)?
        );
        let options = std::ffi::CString::new(options)?;
        mount("overlay", &root, "overlay", MountFlags::empty(), &*options)?;
        Ok(Self {
            root,
            _layer: layer,
        })
    }

    /// That what is started of an image is in it: a runtime or sandbox says of that no more than that it
    /// could not start something.
    pub(super) fn has_program(
        &self,
        program: &str,
        env: &[(String, String)],
        folder: &Path,
    ) -> Result<(), Failure> {
        let has = |path: &Path| has(&self.root, path).unwrap_or(true);
        let is_there = if program.contains('/') {
            has(&folder.join(program))
        } else {
            let search = env.iter().find(|(name, _)| name == "PATH");
            // Without one whoever starts it looks where it likes to.
            search.is_none_or(|(_, folders)| {
                let mut folders = folders.split(':');
                folders.any(|folder| has(&Path::new(folder).join(program)))
            })
        };
        if is_there {
            return Ok(());
        }
        let reason = format!("the image has no {program}, which is to be started");
        Err(Failure::failed(reason))
    }

    /// Where it is.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }
}

impl Drop for Overlay {
    fn drop(&mut self) {
        unmount(&self.root);
    }
}

/// A path as an option of a mount: a comma begins the next option, a colon the next layer.
fn escaped(path: &Path) -> io::Result<String> {
    let text = path.to_str();
    let text = text.ok_or_else(|| io::Error::other(format!("{} is no text", path.display())))?;
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '\\' | ',' | ':') {
            plain.push('\\');
        }
        plain.push(letter);
    }
    Ok(plain)
}
