//! The cgroup of one launch: made, and gone with the value.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use super::entrance::Entrance;
use super::group::Group;
use super::hierarchy::Hierarchy;
use super::mount::Version;
use super::{CgroupError, removal};
use crate::owner::Owner;
use crate::site::Site;

/// A cgroup of one launch: `labrun-OWNER/launch-N`. Dropping it ends whatever runs in it
/// and removes it; what cannot be removed is left to the sweep of the next run.
#[derive(Debug)]
pub struct Cgroup {
    group: Group,
    removed: bool,
}

impl Cgroup {
    /// Makes one.
    pub fn new(site: &Site) -> Result<Self, CgroupError> {
        Self::below(&Hierarchy::detect()?, &site.owner)
    }

    pub(super) fn below(hierarchy: &Hierarchy, owner: &Owner) -> Result<Self, CgroupError> {
        static MADE: AtomicU64 = AtomicU64::new(0);
        let version = hierarchy.mount.version;
        let folder = hierarchy.of_owner(owner);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let path = folder.join(format!("launch-{number}"));
        let _one = one_at_a_time();
        let made = make(version, &folder, &path);
        if made.is_err() {
            let _ = fs::remove_dir(&folder);
        }
        made.map(|()| Self {
            group: Group {
                version,
                root: hierarchy.mount.folder.clone(),
                path,
            },
            removed: false,
        })
    }

    /// To read it.
    pub fn group(&self) -> &Group {
        &self.group
    }

    /// The way in, for the thread that asks.
    pub(crate) fn entrance(&self) -> io::Result<Entrance> {
        Entrance::of(&self.group)
    }

    /// Ends whatever runs in it, waits until it is empty, and removes it.
    pub fn remove(mut self) -> Result<(), CgroupError> {
        self.removed = true;
        self.go()
    }

    fn go(&self) -> Result<(), CgroupError> {
        removal::remove(&self.group)?;
        let _one = one_at_a_time();
        // The owner's folder goes with its last launch.
        if let Some(folder) = self.group.path().parent() {
            let _ = fs::remove_dir(folder);
        }
        Ok(())
    }
}

impl Drop for Cgroup {
    fn drop(&mut self) {
        if !self.removed {
            let _ = self.go();
        }
    }
}

/// The folder of the owner, unless another launch of it has made it, and in it that of
/// the launch.
fn make(version: Version, folder: &Path, launch: &Path) -> Result<(), CgroupError> {
    match fs::create_dir(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            return Err(CgroupError::io("make", folder)(error));
        }
        _ => {}
    }
    if version == Version::V2 {
        // No process is ever in it, so it may give its children a controller.
        let path = folder.join("cgroup.subtree_control");
        fs::write(&path, "+memory").map_err(CgroupError::io("write +memory to", &path))?;
    }
    fs::create_dir(launch).map_err(CgroupError::io("make", launch))
}

/// The owner's folder must not go between its making and that of a launch's.
fn one_at_a_time() -> impl Drop {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::clock::now_ns;
    use crate::interrupt::Interrupt;
    use crate::process::{Isolate as _, Process, Program, Stream};

    /// A cgroup of version 2, wherever that is mounted and with no controllers: enough to
    /// see how processes come into it. None where it may not be made.
    fn unified(site: &Site, name: &str) -> Option<Cgroup> {
        let mounts = fs::read_to_string("/proc/self/mountinfo").ok()?;
        let line = mounts.lines().find(|line| line.contains(" - cgroup2 "))?;
        let root = Path::new(line.split(' ').nth(4)?);
        let folder = root.join(format!("labrun-{}", site.owner));
        let path = folder.join(name);
        fs::create_dir_all(&path)
            .inspect_err(|error| eprintln!("not tested here: {}: {error}", path.display()))
            .ok()?;
        Some(Cgroup {
            group: Group {
                version: Version::V2,
                root: root.to_owned(),
                path,
            },
            removed: false,
        })
    }

    fn program(path: &str, args: &[&str]) -> Program {
        Program {
            path: path.into(),
            args: args.iter().map(|arg| (*arg).to_owned()).collect(),
            ..Program::default()
        }
    }

    fn printed(site: &Site, process: &mut Process) -> String {
        let deadline_ns = now_ns() + Duration::from_mins(1).as_nanos() as u64;
        while !process.is_closed(Stream::Stdout) {
            process.wait(site, deadline_ns).expect("it prints");
        }
        assert!(process.end(site, deadline_ns).expect("ends").is_success());
        String::from_utf8_lossy(process.kept(Stream::Stdout)).into_owned()
    }

    #[test]
    fn a_clone_into_a_cgroup_is_there_and_else_like_any_other() {
        let site = Site::new(Interrupt::never().expect("an interrupt")).expect("a site");
        let Some(cgroup) = unified(&site, "clone") else {
            return;
        };
        let group = program("/bin/cat", &["/proc/self/cgroup"]);
        let prepared = group.prepare(&site).expect("prepares");
        let mut process = prepared.spawn_in_after(&cgroup, || Ok(())).expect("starts");
        let ending = format!("/labrun-{}/clone", site.owner);
        let text = printed(&site, &mut process);
        let line = text.lines().find(|line| line.starts_with("0::"));
        assert!(line.is_some_and(|line| line.ends_with(&ending)), "{text}");

        // What a program can see of how it was started: signals, descriptors, its group.
        // Of signals 1 to 28: posix_spawn ignores two above that glibc keeps for itself.
        let seen = "sed -nE 's/^(Sig(Blk|Ign)):.*(.{7})$/\\1 \\3/p' /proc/self/status; \
                    ls /proc/self/fd; env | sort; \
                    [ $(cut -d ' ' -f 5 /proc/$$/stat) = $$ ] && echo leads";
        let seen = program("/bin/sh", &["-c", seen]);
        let mut cloned = seen
            .prepare(&site)
            .expect("prepares")
            .spawn_in_after(&cgroup, || Ok(()))
            .expect("starts");
        let mut spawned = seen
            .prepare(&site)
            .expect("prepares")
            .spawn()
            .expect("starts");
        let cloned = printed(&site, &mut cloned);
        assert_eq!(cloned, printed(&site, &mut spawned));
        assert!(
            cloned.contains("SigIgn") && cloned.ends_with("leads\n"),
            "{cloned}"
        );

        let none = program("/no/such/program", &[])
            .prepare(&site)
            .expect("prepares");
        let error = none
            .spawn_in_after(&cgroup, || Ok(()))
            .expect_err("it is not there");
        assert_eq!(error.kind(), io::ErrorKind::NotFound);

        let path = cgroup.group().path().to_owned();
        let mut still = program("/bin/sleep", &["600"])
            .prepare(&site)
            .expect("prepares")
            .spawn_in_after(&cgroup, || Ok(()))
            .expect("starts");
        cgroup.remove().expect("goes");
        assert!(!path.exists());
        let deadline_ns = now_ns() + Duration::from_mins(1).as_nanos() as u64;
        let exit = still.end(&site, deadline_ns).expect("ends").to_string();
        assert!(exit.contains("signal 9"), "{exit}");
    }
}
