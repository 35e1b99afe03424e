//! Where folders of the lab are: a file system in memory, and one on a disk. How large they are, and
//! what may be done there.

use std::io;

use rustix::fs::{StatVfsMountFlags, statvfs};

use super::{Limit, shown};
use crate::site::{DISK_PARENT, SCRATCH_PARENT, is_in_memory, no_disk};
use crate::task::FileSystem;

/// Room below which a workload of the lab's own may not fit: `file-io` has a file of 64 MiB.
const SMALL: u64 = 128 << 20;

/// How a file system in memory comes to be there.
const MOUNT: &str = "mount -t tmpfs tmpfs /dev/shm";

/// Why nothing that lies there can be said to be in memory.
pub fn no_tmpfs() -> Option<String> {
    match is_in_memory(SCRATCH_PARENT) {
        Ok(true) => None,
        Ok(false) => Some(format!(
            "{SCRATCH_PARENT} is no tmpfs but lies on a disk: {MOUNT}"
        )),
        Err(error) => Some(format!("{SCRATCH_PARENT} cannot be used: {error}; {MOUNT}")),
    }
}

/// What to do where the lab cannot make its folder in memory, for this reason.
pub fn no_scratch(error: &io::Error) -> String {
    if error.kind() == io::ErrorKind::StorageFull {
        return format!(
            "labrun keeps what it needs for a launch in {SCRATCH_PARENT}, and cannot make a folder there \
             ({error}): {}",
            no_room(FileSystem::Tmpfs)
        );
    }
    format!(
        "labrun keeps what it needs for a launch in {SCRATCH_PARENT}, and cannot make a folder there \
         ({error}): it has to be a file system in memory that this user may write to: {MOUNT} \
         (in Docker: no --read-only, or with --tmpfs {SCRATCH_PARENT}:exec)"
    )
}

/// What a full file system is, of those that the lab makes folders on.
pub(super) fn full(on: FileSystem) -> String {
    let folder = place(on).0;
    format!("its granted directory is in {folder}, and {}", no_room(on))
}

/// What there is no more of where the lab's own folders are, and how to get it.
pub(super) fn full_scratch() -> String {
    format!(
        "labrun's folders are in {SCRATCH_PARENT}, and {}",
        no_room(FileSystem::Tmpfs)
    )
}

/// What there is no more of on a file system, and how to get it.
fn no_room(on: FileSystem) -> String {
    let (folder, mend) = place(on);
    if let Some([files, left]) = few_inodes(folder) {
        return format!("it {}", no_files(folder, files, left));
    }
    let size = size(folder).map_or("no size".to_owned(), |[size, _]| shown(size));
    format!("it has {size} in all: {mend}")
}

/// That hardly a file can be made on a file system, and how to have more.
fn no_files(folder: &str, files: u64, left: u64) -> String {
    format!(
        "may have {files} files (inodes), of which {left} are left: remove some, or \
         mount -o remount,nr_inodes=1m {folder}"
    )
}

/// Where granted directories are, and how it is made larger.
fn place(on: FileSystem) -> (&'static str, &'static str) {
    match on {
        FileSystem::Tmpfs => (
            SCRATCH_PARENT,
            "mount -o remount,size=1g /dev/shm, or docker run --shm-size=1g",
        ),
        FileSystem::Disk => (DISK_PARENT, "make room there"),
    }
}

/// Files that a launch may need at once, with some to spare: what was refused for want of them is gone
/// again when that is looked at.
const FEW_FILES: u64 = 64;

/// How many files a file system may have, and how many more, where those are few.
fn few_inodes(folder: &str) -> Option<[u64; 2]> {
    let stat = statvfs(folder).ok()?;
    (stat.f_files > 0 && stat.f_favail < FEW_FILES).then_some([stat.f_files, stat.f_favail])
}

/// The size of a file system, and what is free, in bytes.
fn size(folder: &str) -> Option<[u64; 2]> {
    let stat = statvfs(folder).ok()?;
    Some([stat.f_blocks, stat.f_bavail].map(|blocks| blocks.saturating_mul(stat.f_frsize)))
}

/// For a person.
pub(super) fn stated() -> [Limit; 2] {
    [
        (FileSystem::Tmpfs, no_tmpfs()),
        (FileSystem::Disk, no_disk()),
    ]
    .map(|(on, absent)| {
        let (folder, mend) = place(on);
        let mut lift: Vec<String> = absent.into_iter().collect();
        let mut said = folder.to_owned();
        if let Some([size, free]) = size(folder) {
            said = format!("{folder}: {}, {} free", shown(size), shown(free));
            if free < SMALL {
                lift.push(format!("what finds no room there is unavailable: {mend}"));
            }
        }
        if let Some([files, left]) = few_inodes(folder) {
            lift.push(format!("it {}", no_files(folder, files, left)));
        }
        let flags = statvfs(folder).map(|stat| stat.f_flag);
        if flags.is_ok_and(|flags| flags.contains(StatVfsMountFlags::NOEXEC)) {
            said.push_str(", noexec");
            lift.push(format!(
                "a product that runs what it keeps in its HOME cannot: mount -o remount,exec {folder}"
            ));
        }
        Limit {
            what: on.name(),
            said,
            lift: (!lift.is_empty()).then(|| lift.join("; ")),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_have_a_size() {
        let [size, free] = size("/").expect("a root");
        assert!(size >= free && size > 0);
        assert_eq!(super::size("/no/such/place"), None);
        let [memory, disk] = stated();
        assert!(memory.said.starts_with("/dev/shm") && disk.said.starts_with("/var/tmp"));
        assert!(full(FileSystem::Tmpfs).contains("--shm-size"));
    }
}
