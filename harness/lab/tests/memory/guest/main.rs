//! The guest of the memory tests: it says which cgroups it is in, holds what its
//! arguments say, says `ready`, and stays until its stdin closes. The tests compile it
//! with `rustc` alone.

use std::ffi::c_void;
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::AsRawFd;
use std::ptr::null_mut;

const MIB: usize = 1024 * 1024;
const READ: i32 = 1;
const WRITE: i32 = 2;
const SHARED: i32 = 1;
const PRIVATE: i32 = 2;
const ANONYMOUS: i32 = 0x20;

unsafe extern "C" {
    fn mmap(at: *mut c_void, length: usize, prot: i32, flags: i32, fd: i32, from: i64)
    -> *mut c_void;
    fn munmap(at: *mut c_void, length: usize) -> i32;
    fn fork() -> i32;
    fn getpgid(pid: i32) -> i32;
    fn setsid() -> i32;
}

fn main() {
    // First of all, before anything is allocated on purpose.
    let cgroups = std::fs::read_to_string("/proc/self/cgroup").expect("says its cgroups");
    let args: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize| args[at].parse::<usize>().expect("a number") * MIB;
    match args[0].as_str() {
        "hold" => {
            touched(number(1));
        }
        "give-back" => {
            let at = touched(number(1));
            // SAFETY: the range begins what was mapped, and is no longer than that.
            assert_eq!(unsafe { munmap(at.cast(), number(2)) }, 0);
        }
        "map" => read_mapped(&File::open(&args[1]).expect("opens the file")),
        "daemon" => leave_group(),
        other => panic!("cannot {other}"),
    }
    print!("{cgroups}ready\n");
    std::io::stdout().flush().expect("prints");
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
}

/// Anonymous memory, each page of it written.
fn touched(bytes: usize) -> *mut u8 {
    if bytes == 0 {
        return null_mut();
    }
    // SAFETY: a fresh mapping, checked, and written only inside.
    unsafe {
        let at = mmap(null_mut(), bytes, READ | WRITE, PRIVATE | ANONYMOUS, -1, 0).cast::<u8>();
        assert_ne!(at as isize, -1);
        for page in (0..bytes).step_by(4096) {
            at.add(page).write_volatile(1);
        }
        at
    }
}

/// A file, mapped and each page of it read.
fn read_mapped(file: &File) {
    let bytes = file.metadata().expect("its length").len() as usize;
    // SAFETY: a fresh mapping, checked, and read only inside.
    unsafe {
        let at = mmap(null_mut(), bytes, READ, SHARED, file.as_raw_fd(), 0).cast::<u8>();
        assert_ne!(at as isize, -1);
        for page in (0..bytes).step_by(4096) {
            at.add(page).read_volatile();
        }
    }
}

/// Leaves a process behind that is not in the guest's process group.
fn leave_group() {
    // SAFETY: this program has one thread.
    let child = unsafe { fork() };
    if child == 0 {
        // SAFETY: takes nothing.
        unsafe { setsid() };
        loop {
            std::thread::park();
        }
    }
    // Who ends the group once this is ready must not meet the other in it.
    // SAFETY: plain numbers.
    while unsafe { getpgid(child) } != child {
        std::thread::yield_now();
    }
}
