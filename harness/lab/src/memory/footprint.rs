//! The memory of one process, and of several together.

use std::fs;
use std::io;
use std::path::Path;

use super::MemoryError;
use crate::proc::{Pid, Processes, bytes};

/// What processes hold, in bytes. Of several processes each field is the sum.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Footprint {
    /// Proportional set size: each resident page divided by the number of processes on
    /// the machine that map it. Summed over processes it counts a shared page once.
    pub pss: u64,
    /// The part of `pss` that is anonymous memory: heap, stacks, written data.
    pub pss_anon: u64,
    /// The part of `pss` that is mapped from files.
    pub pss_file: u64,
    /// The part of `pss` that is shared memory and tmpfs files.
    pub pss_shmem: u64,
    /// Pages that no other process maps, huge pages of hugetlbfs included: what ending
    /// the process would give back.
    pub private: u64,
    /// Resident pages, each counted whole. Summed, it counts shared pages several times.
    pub rss: u64,
    /// Memory that was swapped out and is in none of the above.
    pub swap: u64,
    /// The largest resident set so far (`VmHWM`). Of several processes the sum of each
    /// one's own: an upper bound, since they need not have peaked at once.
    pub hwm: u64,
}

impl std::ops::AddAssign for Footprint {
    fn add_assign(&mut self, other: Self) {
        self.pss += other.pss;
        self.pss_anon += other.pss_anon;
        self.pss_file += other.pss_file;
        self.pss_shmem += other.pss_shmem;
        self.private += other.private;
        self.rss += other.rss;
        self.swap += other.swap;
        self.hwm += other.hwm;
    }
}

/// The sum over processes, read one after the other. All must still run; none may be a
/// kernel thread.
pub fn measure(pids: &Processes) -> Result<Footprint, MemoryError> {
    let mut sum = Footprint::default();
    for &pid in pids {
        sum += one(Path::new("/proc"), pid)?;
    }
    if pids.is_empty() {
        return Err(MemoryError::NoProcess);
    }
    Ok(sum)
}

/// One process; `proc` is where the kernel shows processes.
fn one(proc: &Path, pid: Pid) -> Result<Footprint, MemoryError> {
    let rollup = read(proc, pid, "smaps_rollup")?;
    let status = read(proc, pid, "status")?;
    let field = |name: &str| {
        bytes(&rollup, name).ok_or_else(|| MemoryError::Unsupported {
            what: format!("field {name}"),
        })
    };
    Ok(Footprint {
        pss: field("Pss")?,
        pss_anon: field("Pss_Anon")?,
        pss_file: field("Pss_File")?,
        pss_shmem: field("Pss_Shmem")?,
        private: field("Private_Clean")? + field("Private_Dirty")? + field("Private_Hugetlb")?,
        rss: field("Rss")?,
        swap: field("Swap")?,
        // Without it the process lost its memory between the two files: it is ending.
        // Kept in batches for each processor, it may lag behind what is resident now.
        hwm: bytes(&status, "VmHWM")
            .ok_or_else(|| ended(proc, pid))?
            .max(field("Rss")?),
    })
}

/// A file of a process. An empty one is that of a process that is ending: it has given
/// its memory back, and only waits to be reaped.
fn read(proc: &Path, pid: Pid, file: &str) -> Result<String, MemoryError> {
    let path = proc.join(pid.to_string()).join(file);
    match fs::read_to_string(&path) {
        Ok(text) if !text.is_empty() => Ok(text),
        Ok(_) => Err(ended(proc, pid)),
        Err(error) if error.raw_os_error() == Some(libc::ESRCH) => Err(ended(proc, pid)),
        Err(error) => Err(match error.kind() {
            io::ErrorKind::NotFound if path.parent().is_some_and(Path::exists) => {
                MemoryError::Unsupported {
                    what: "such file".to_owned(),
                }
            }
            io::ErrorKind::NotFound => ended(proc, pid),
            io::ErrorKind::PermissionDenied => MemoryError::Permission {
                pid,
                name: named(proc, pid),
            },
            _ => MemoryError::Io {
                path: path.display().to_string(),
                source: error,
            },
        }),
    }
}

fn ended(proc: &Path, pid: Pid) -> MemoryError {
    MemoryError::Ended {
        pid,
        name: named(proc, pid),
    }
}

fn named(proc: &Path, pid: Pid) -> String {
    fs::read_to_string(proc.join(pid.to_string()).join("comm"))
        .map(|name| format!(" ({})", name.trim_end()))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROLLUP: &str = "5652f7c94000-7fffc2076000 ---p 00000000 00:00 0   [rollup]\n\
        Rss:                1640 kB\nPss:                 298 kB\nPss_Dirty:           112 kB\n\
        Pss_Anon:            112 kB\nPss_File:            180 kB\nPss_Shmem:             6 kB\n\
        Private_Clean:        40 kB\nPrivate_Dirty:       112 kB\nPrivate_Hugetlb:       2 kB\n\
        Swap:                  7 kB\n";
    const STATUS: &str = "Name:\tcat\nState:\tR (running)\nVmHWM:\t    1700 kB\nVmRSS:\t 1640 kB\n";

    fn process(rollup: Option<&str>, status: &str) -> tempfile::TempDir {
        let proc = tempfile::tempdir().expect("a folder");
        let folder = proc.path().join("7");
        fs::create_dir(&folder).expect("makes it");
        fs::write(folder.join("comm"), "cat\n").expect("writes");
        fs::write(folder.join("status"), status).expect("writes");
        if let Some(rollup) = rollup {
            fs::write(folder.join("smaps_rollup"), rollup).expect("writes");
        }
        proc
    }

    #[test]
    fn every_field_is_read_in_bytes() {
        let proc = process(Some(ROLLUP), STATUS);
        let got = one(proc.path(), 7).expect("reads");
        let wanted = Footprint {
            pss: 298 * 1024,
            pss_anon: 112 * 1024,
            pss_file: 180 * 1024,
            pss_shmem: 6 * 1024,
            private: 154 * 1024,
            rss: 1640 * 1024,
            swap: 7 * 1024,
            hwm: 1700 * 1024,
        };
        assert_eq!(got, wanted);
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        let reason = |rollup, status, pid| {
            let proc = process(rollup, status);
            one(proc.path(), pid).expect_err("no footprint").to_string()
        };
        let old = ROLLUP.replace("Pss_Anon", "Anon");
        assert!(reason(None, STATUS, 7).starts_with("this kernel has no such file in"));
        assert!(reason(Some(&old), STATUS, 7).starts_with("this kernel has no field Pss_Anon"));
        let ended = "process 7 (cat) ended while its memory was read";
        assert_eq!(reason(Some(""), STATUS, 7), ended);
        assert_eq!(reason(Some(ROLLUP), "Name:\tcat\n", 7), ended);
        assert_eq!(
            reason(Some(ROLLUP), STATUS, 8),
            "process 8 ended while its memory was read"
        );
    }

    #[test]
    fn nothing_is_not_a_zero() {
        let error = measure(&Processes::new()).expect_err("no footprint");
        assert!(matches!(error, MemoryError::NoProcess));
    }
}
