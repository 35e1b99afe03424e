//! Cleaning up after a lab that was killed.

use std::fs::{self, File};
use std::io;
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use crate::cgroup;
use crate::isolation::docker::DockerHost;
use crate::network;
use crate::owner::{self, Claim, Life, Owner, Unknown, VARIABLE};
use crate::proc::{self, Pid};
use crate::site::{DISK_PARENT, GRANTS, ROOTS, SCRATCH_PARENT, SCRATCH_PREFIX, unmount};
use crate::wait::kill_if;

/// What was removed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Swept {
    /// Processes ended.
    pub processes: u32,
    /// Folders removed.
    pub folders: u32,
    /// Containers removed.
    pub containers: u32,
    /// Cgroups of launches removed.
    pub cgroups: u32,
    /// Network links and routes removed.
    pub links: u32,
    /// What could not be removed, or was left alone, and why.
    pub left: Vec<String>,
}

impl Swept {
    /// Whether anything was removed.
    pub fn has_removed(&self) -> bool {
        let removed = [self.processes, self.folders, self.containers];
        let more = [self.cgroups, self.links];
        removed.iter().chain(&more).any(|count| *count > 0)
    }
}

/// Removes whatever belongs to a lab that no longer runs.
pub fn sweep(with_docker: bool) -> Swept {
    let mut unknown = Unknown::default();
    let mut left = Vec::new();
    let processes = processes(&mut unknown, &mut left);
    // Containers before folders: one may still hold a folder as its mount.
    let mut containers = 0;
    if with_docker {
        let (removed, resisting) = DockerHost::default().sweep(&mut unknown);
        containers = removed;
        left.extend(resisting);
    }
    // After the containers: most links went with them.
    let links = network::sweep(&mut unknown);
    // After the processes: a cgroup goes once it is empty.
    let (cgroups, stuck) = cgroup::sweep(&mut unknown);
    left.extend(stuck);
    // Last of all, since a folder is what shows that its lab has ended.
    let all_gone = with_docker && left.is_empty();
    let folders = folders(all_gone, &mut left);
    left.extend(unknown.lines());
    Swept {
        processes,
        folders,
        containers,
        cgroups,
        links,
        left,
    }
}

fn processes(unknown: &mut Unknown, left: &mut Vec<String>) -> u32 {
    if !proc::shows_this_namespace() {
        let line = "processes of killed labs are not looked for: /proc is that of another PID \
            namespace; mount this one's: mount -t proc proc /proc";
        left.push(line.to_owned());
        return 0;
    }
    let own = std::process::id().cast_signed();
    let mut ended = 0;
    for pid in proc::every().filter(|pid| *pid != own) {
        let Some(owner) = owner_of(pid) else { continue };
        match owner.life_by_what_runs() {
            Life::Runs => {}
            Life::Unknown => unknown.note(&owner, format!("process {pid} ({})", proc::name(pid))),
            Life::Ended => ended += u32::from(end(pid, &owner)),
        }
    }
    ended
}

/// Whose a process is.
fn owner_of(pid: Pid) -> Option<Owner> {
    let mark = proc::variable(pid, VARIABLE)?;
    Owner::parse(std::str::from_utf8(&mark).ok()?)
}

/// Ends a process, if its number is still that of one of this owner.
fn end(pid: Pid, owner: &Owner) -> bool {
    kill_if(pid, || owner_of(pid).as_ref() == Some(owner))
}

/// Removes the folders of labs that have ended. That in memory of a lab elsewhere stays, empty,
/// as long as not all that it has left is known to be gone: without it the rest could not be
/// told from that of a lab that runs.
fn folders(all_gone: bool, left: &mut Vec<String>) -> u32 {
    let mut removed = 0;
    for (path, owner) in named() {
        let Claim::Free(folder) = owner::claim(&path) else {
            continue;
        };
        // It may be about to take its lock.
        if owner.process_runs() {
            continue;
        }
        let shows = path.starts_with(SCRATCH_PARENT) && !owner.is_of_here() && !all_gone;
        match clear(&folder, &path, shows) {
            Ok(had_any) => removed += u32::from(had_any),
            Err(error) => left.push(format!("{}: {error}", path.display())),
        }
    }
    removed
}

/// Every folder that bears the name of a lab other than this.
fn named() -> Vec<(PathBuf, Owner)> {
    let this = Owner::this();
    let parents = [SCRATCH_PARENT, DISK_PARENT].map(Path::new);
    let entries = parents
        .into_iter()
        .flat_map(|parent| fs::read_dir(parent).into_iter().flatten().flatten());
    let named = entries.filter_map(|entry| {
        let name = entry.file_name();
        let owner = Owner::parse(name.to_str()?.strip_prefix(SCRATCH_PREFIX)?)?;
        (owner != this).then(|| (entry.path(), owner))
    });
    named.collect()
}

/// Removes a folder that is held, and all in it; only that where it is to stay. Gives whether
/// there was anything to remove.
fn clear(folder: &File, path: &Path, stays: bool) -> io::Result<bool> {
    // By the folder that is held: whatever lies at its path by then is not looked at.
    let inside = PathBuf::from(format!("/proc/self/fd/{}", folder.as_raw_fd()));
    // A disk of the lab's own may be mounted there, and roots of containers.
    owner::nothing_mounted_in(path, &[GRANTS, ROOTS])?;
    for name in [GRANTS, ROOTS] {
        let own = inside.join(name);
        unmount(&own);
        if let Ok(found) = fs::symlink_metadata(&own)
            && found.dev() != folder.metadata()?.dev()
        {
            return Err(io::Error::other(format!(
                "something is mounted on {name} in it: umount it"
            )));
        }
    }
    owner::nothing_mounted_in(path, &[])?;
    if !stays {
        return fs::remove_dir_all(path).map(|()| true);
    }
    let mut had_any = false;
    for entry in fs::read_dir(&inside)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?;
        } else {
            fs::remove_file(entry.path())?;
        }
        had_any = true;
    }
    Ok(had_any)
}
