//! Making the kernel add up what it has counted.
//!
//! `memory.stat` is kept for each processor apart. Reading it adds the counts up only if
//! enough has changed since, 64 pages for each processor; else the kernel does it every
//! two seconds. A small process that has just started then reads as holding nothing at
//! all. But a read adds up everything *below* the cgroup that is read, and what counts as
//! enough is what has changed there in sum: so the lab changes enough itself, in its own
//! cgroup, and reads the root that it shares with all others.

use std::path::Path;
use std::ptr;

use rustix::param::page_size;

use super::CgroupError;
use super::error::read;

/// Pages for each processor whose change the kernel counts as enough:
/// `MEMCG_CHARGE_BATCH` of mm/memcontrol.c.
const BATCH: usize = 64;

/// Makes the counts of all cgroups below `root` current.
pub(super) fn flush(root: &Path) -> Result<(), CgroupError> {
    // Twice as much: of each processor's last changes up to a batch is not seen yet.
    touch(2 * BATCH * online());
    read(&root.join("memory.stat")).map(drop)
}

/// Processors of the machine; this process may be allowed fewer.
fn online() -> usize {
    // SAFETY: takes a number.
    let found = unsafe { libc::sysconf(libc::_SC_NPROCESSORS_ONLN) };
    usize::try_from(found).unwrap_or(1)
}

/// Takes fresh pages from the kernel, writes each and gives them back; where there is no
/// memory for them there is nothing to do.
fn touch(pages: usize) {
    let page = page_size();
    let bytes = pages * page;
    // SAFETY: a fresh private mapping, checked, written only inside, unmapped whole.
    unsafe {
        let at = libc::mmap(
            ptr::null_mut(),
            bytes,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
            -1,
            0,
        );
        if at == libc::MAP_FAILED {
            return;
        }
        for offset in (0..bytes).step_by(page) {
            at.cast::<u8>().add(offset).write_volatile(1);
        }
        libc::munmap(at, bytes);
    }
}
