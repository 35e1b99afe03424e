//! How a process comes to be in a cgroup before its first instruction.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::fd::OwnedFd;

use rustix::fs::{Mode, OFlags, open};

use super::group::Group;
use super::mount::{Mount, Version};

/// A way in.
pub(crate) enum Entrance {
    /// Version 1: the thread that spawns is in the group, and what it starts inherits
    /// that. Only this one thread: nothing that the lab's others allocate is charged.
    ThisThread(Inside),
    /// Version 2: the folder, for `clone3` with `CLONE_INTO_CGROUP`.
    Clone(OwnedFd),
}

/// That this thread is in the cgroup of a launch. It leaves with the value, and is in
/// no other thread's hands.
pub(crate) struct Inside {
    /// The file `tasks` of the cgroup that it came from, until it is back there.
    home: Option<File>,
    on_this_thread: std::marker::PhantomData<*const ()>,
}

impl Entrance {
    pub(super) fn of(group: &Group) -> io::Result<Self> {
        match group.version {
            Version::V1 => Ok(Self::ThisThread(Inside::enter(group)?)),
            Version::V2 => {
                let flags = OFlags::DIRECTORY | OFlags::CLOEXEC;
                Ok(Self::Clone(open(&group.path, flags, Mode::empty())?))
            }
        }
    }
}

impl Inside {
    fn enter(group: &Group) -> io::Result<Self> {
        let text = std::fs::read_to_string("/proc/thread-self/cgroup")?;
        let home = Mount::find()
            .ok_or("no cgroup hierarchy is mounted".to_owned())
            .and_then(|mount| mount.folder_of(&text))
            .map_err(io::Error::other)?;
        let tasks =
            |folder: &std::path::Path| OpenOptions::new().write(true).open(folder.join("tasks"));
        // Both are open before the first move, so that the way back is sure.
        let (home, mut there) = (tasks(&home)?, tasks(&group.path)?);
        there.write_all(THIS_THREAD)?;
        Ok(Self {
            home: Some(home),
            on_this_thread: std::marker::PhantomData,
        })
    }

    /// Goes back.
    pub(crate) fn leave(mut self) -> io::Result<()> {
        self.go_back()
    }

    fn go_back(&mut self) -> io::Result<()> {
        let home = self.home.take();
        home.map_or(Ok(()), |mut home| home.write_all(THIS_THREAD))
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        let _ = self.go_back();
    }
}

/// What stands in a file `tasks` for the thread that writes it.
const THIS_THREAD: &[u8] = b"0";
