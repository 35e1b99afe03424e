//! Who a process, container or folder of the lab belongs to, and whether that lab still runs.
//!
//! Everything that a lab makes carries its owner's name: processes in the variable
//! [`VARIABLE`], containers in the label [`LABEL`], folders and cgroups in their own name. So
//! the next lab finds what a killed one left behind, with no state file that could itself be
//! lost: what belongs to an owner that no longer runs is nobody's, and is removed.
//!
//! A living lab holds its folders locked (flock(2)): that is seen through every PID and mount
//! namespace that shows the folder. Where no lock is to be seen, a process is looked for, if it
//! would be one of this PID namespace. What neither decides is left alone, and named.

mod lock;
mod unknown;
mod within;

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::sync::{Mutex, OnceLock, PoisonError};

use crate::proc::{self, Pid};

pub(crate) use lock::{Claim, OwnFolder, claim};
pub use unknown::Unknown;
pub(crate) use within::nothing_mounted_in;

/// Environment variable of every process that the lab starts.
pub const VARIABLE: &str = "LABRUN_OWNER";

/// Environment variable that tells the processes of one launch from those of the others.
pub const LAUNCH: &str = "LABRUN_LAUNCH";

/// Label of every container that the lab creates.
pub const LABEL: &str = "labrun.owner";

/// Where scratch folders are made: a tmpfs on every common Linux.
pub const SCRATCH_PARENT: &str = "/dev/shm";

/// Where scratch folders on a disk are made: what is here outlives a reboot.
pub const DISK_PARENT: &str = "/var/tmp";

/// Prefix of the lab's scratch folders; the owner's name follows.
pub const SCRATCH_PREFIX: &str = "labrun-";

/// A lab: its process id and the instant at which that process started, and what the two count
/// in, a PID namespace and a boot of the machine. No other lab has ever had all four.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Owner {
    pid: Pid,
    started: u64,
    namespace: u64,
    boot: u32,
}

/// Whether a lab runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    /// It does.
    Runs,
    /// It does not.
    Ended,
    /// That is not to be seen from here.
    Unknown,
}

impl Owner {
    /// This process.
    pub fn this() -> Self {
        static THIS: OnceLock<Owner> = OnceLock::new();
        let this = || {
            let pid = std::process::id().cast_signed();
            Self {
                pid,
                started: proc::started(pid).unwrap_or(0),
                namespace: namespace(),
                boot: boot(),
            }
        };
        THIS.get_or_init(this).clone()
    }

    /// Whether it runs, as told by what may have outlived a reboot: a folder, a stopped container.
    pub fn life(&self) -> Life {
        self.life_if(self.is_of_another_boot())
    }

    /// The same as told by what the kernel has now: a process, a cgroup, a link, a container that runs.
    /// All of these were made since it booted. So if their mark names another boot, then its number was
    /// altered, as it is in some containers, and tells nothing.
    pub(crate) fn life_by_what_runs(&self) -> Life {
        self.life_if(false)
    }

    /// As told by things of it, all of which were or were not made since the machine booted.
    pub(crate) fn life_by(&self, are_of_this_boot: bool) -> Life {
        self.life_if(!are_of_this_boot && self.is_of_another_boot())
    }

    fn life_if(&self, is_over: bool) -> Life {
        if *self == Self::this() {
            return Life::Runs;
        }
        if ended().contains(self) {
            return Life::Ended;
        }
        let life = match lock::of(self) {
            Some(false) if !self.process_runs() => Life::Ended,
            // Where it is free, its lab is about to take it.
            Some(_) => Life::Runs,
            // It is not kept: what runs is judged in another way.
            None if is_over => return Life::Ended,
            None => self.life_of_process(),
        };
        if life == Life::Ended {
            ended().insert(self.clone());
        }
        life
    }

    fn is_of_another_boot(&self) -> bool {
        let this = Self::this();
        self.boot != 0 && this.boot != 0 && self.boot != this.boot
    }

    /// What its process id tells, where it counts.
    fn life_of_process(&self) -> Life {
        if !self.is_of_here() || !proc::shows_this_namespace() {
            return Life::Unknown;
        }
        match proc::started(self.pid) {
            Some(started) if started == self.started => Life::Runs,
            // It may be there and not be shown (hidepid, proc(5)).
            None if proc::exists(self.pid) && !proc::is_shown(self.pid) => Life::Unknown,
            // Another clock counts its start.
            Some(_) if !proc::has_this_clock(self.pid) => Life::Unknown,
            // It is gone, or its number is another's by now.
            _ => Life::Ended,
        }
    }

    /// Whether its process is seen to run.
    pub(crate) fn process_runs(&self) -> bool {
        self.life_of_process() == Life::Runs
    }

    /// Whether its process id is one of this PID namespace.
    pub(crate) fn is_of_here(&self) -> bool {
        let this = Self::this();
        let is_known = this.namespace != 0;
        is_known && (self.namespace, self.boot) == (this.namespace, this.boot)
    }

    /// Thirty bits of it, for marks in which there is no room for more: the lowest eight of its
    /// PID namespace, then its process id.
    pub(crate) fn short(&self) -> u32 {
        let namespace = (self.namespace & 0xff) as u32;
        (namespace << PID_BITS) | (self.pid.cast_unsigned() & LARGEST_PID)
    }

    /// The process id in such bits, and whether the PID namespace may be this one.
    pub(crate) fn of_short(short: u32) -> (Pid, bool) {
        let may_be_here = short >> PID_BITS == Self::this().short() >> PID_BITS;
        ((short & LARGEST_PID).cast_signed(), may_be_here)
    }

    /// Whether the lab with such bits runs: one that has a folder here, or that may be of this
    /// PID namespace.
    pub(crate) fn life_of_short(short: u32) -> Life {
        let this = Self::this();
        if short == this.short() {
            return Life::Runs;
        }
        let of_it = |owner: &Self| owner.short() == short;
        let seen = lock::seen().into_iter().filter(of_it);
        let lives: Vec<Life> = seen.map(|owner| owner.life()).collect();
        if lives.contains(&Life::Runs) {
            return Life::Runs;
        }
        if lives.contains(&Life::Ended) || ended().iter().any(of_it) {
            return Life::Ended;
        }
        let (pid, may_be_here) = Self::of_short(short);
        if !may_be_here || !proc::shows_this_namespace() {
            Life::Unknown
        } else if proc::exists(pid) {
            Life::Runs
        } else {
            Life::Ended
        }
    }

    /// Twenty-four bits that hardly any two labs at a time have in common.
    pub(crate) fn hash(&self) -> u32 {
        // FNV-1a, whose lower bits are mixed into the rest.
        let text = self.to_string();
        let step = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(16_777_619);
        let hash = text.bytes().fold(2_166_136_261, step);
        (hash >> 8) ^ (hash & 0xff)
    }

    /// Parses what [`Display`](std::fmt::Display) writes.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let owner = Self {
            pid: parts.next()?.parse::<Pid>().ok().filter(|pid| *pid > 0)?,
            started: parts.next()?.parse().ok()?,
            namespace: u64::from_str_radix(parts.next()?, 16).ok()?,
            boot: u32::from_str_radix(parts.next()?, 16).ok()?,
        };
        // A name that is written in another way is not this lab's.
        (parts.next().is_none() && owner.to_string() == text).then_some(owner)
    }
}

impl std::fmt::Display for Owner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (pid, started, namespace, boot) = (self.pid, self.started, self.namespace, self.boot);
        write!(f, "{pid}-{started}-{namespace:x}-{boot:08x}")
    }
}

/// Bits of a process id: the kernel gives none larger (`PID_MAX_LIMIT`).
const PID_BITS: u32 = 22;

/// No process id is larger.
const LARGEST_PID: u32 = (1 << PID_BITS) - 1;

/// Owners that were seen to have ended, whose lock may be removed since.
fn ended() -> impl std::ops::DerefMut<Target = BTreeSet<Owner>> {
    static ENDED: Mutex<BTreeSet<Owner>> = Mutex::new(BTreeSet::new());
    ENDED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The number of this PID namespace, which no other has that is there at the same time; 0 where
/// the kernel does not say.
fn namespace() -> u64 {
    fs::metadata("/proc/self/ns/pid").map_or(0, |namespace| namespace.ino())
}

/// The beginning of the number that the kernel drew when it booted; 0 where it does not say.
fn boot() -> u32 {
    let text = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let first = text.split('-').next().unwrap_or_default();
    u32::from_str_radix(first, 16).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A lab that has never been.
    fn nobody() -> Owner {
        Owner {
            started: 1,
            ..Owner::this()
        }
    }

    #[test]
    fn this_process_lives_and_its_name_reads_back() {
        let owner = Owner::this();
        assert_eq!(owner.life(), Life::Runs);
        assert_eq!(Owner::parse(&owner.to_string()), Some(owner));
        for other in ["", "1-1", "1-1-a-b", "-1-1-a-0000000b", "1-1-a-0000000b-5"] {
            assert_eq!(Owner::parse(other), None, "{other}");
        }
    }

    #[test]
    fn a_reused_id_is_another_owner() {
        assert_eq!(nobody().life(), Life::Ended);
    }

    #[test]
    fn one_of_another_namespace_is_unknown_and_one_of_another_boot_has_ended() {
        let namespace = Owner::this().namespace + 1;
        let elsewhere = |boot| Owner {
            namespace,
            boot,
            ..nobody()
        };
        assert_eq!(elsewhere(boot()).life(), Life::Unknown);
        assert_eq!(elsewhere(boot() ^ 1).life(), Life::Ended);
        let by_what_runs = elsewhere(boot() ^ 1).life_by_what_runs();
        assert_eq!(by_what_runs, Life::Unknown, "what runs is of this boot");
        assert_eq!(elsewhere(0).life(), Life::Unknown);
    }

    #[test]
    fn a_lock_is_seen_whatever_namespace_it_is_of() {
        let owner = Owner {
            namespace: Owner::this().namespace + 2,
            ..nobody()
        };
        let name = format!("{SCRATCH_PREFIX}{owner}");
        let folder = OwnFolder::make(SCRATCH_PARENT.as_ref(), &name).expect("makes it");
        let path = folder.path().to_owned();
        assert_eq!(owner.life(), Life::Runs);
        let again = OwnFolder::make(SCRATCH_PARENT.as_ref(), &name).expect_err("it is there");
        assert!(again.to_string().contains("is there already"), "{again}");
        folder.abandon();
        assert_eq!(owner.life(), Life::Ended);
        fs::remove_dir(path).expect("is empty");
        assert_eq!(owner.life(), Life::Ended, "it was seen to have ended");
    }

    #[test]
    fn thirty_bits_tell_the_process_and_the_namespace() {
        let this = Owner::this();
        assert!(this.short() < 1 << 30);
        assert_eq!(Owner::of_short(this.short()), (this.pid, true));
        let other = Owner {
            namespace: this.namespace + 1,
            ..this.clone()
        };
        assert_eq!(Owner::of_short(other.short()), (this.pid, false));
        assert_ne!(this.hash(), other.hash());
        assert!(this.hash() < 1 << 24);
    }
}
