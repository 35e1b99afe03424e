//! A plugin of qemu's user mode that counts the instructions which a program executes, in all of its
//! threads, and says how many there were by each write to one of its outputs, and by its end.
//!
//! `-plugin file=LIBRARY,out=FILE,fd=NUMBER`. Lines are added to FILE: `BYTES COUNT` after each write to
//! what the descriptor NUMBER was when the program began, by whichever descriptor the program writes to
//! it; BYTES is how many were written so far. Last comes `end COUNT`. What the kernel
//! executes for a program is in no count. A repeated string instruction of x86 counts once for each time.

mod qemu;

use std::ffi::{CStr, OsStr, c_char, c_int, c_uint, c_void};
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::mem::ManuallyDrop;
use std::os::fd::{FromRawFd as _, RawFd};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;
use std::slice;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

use qemu::{Block, Info, NO_REGISTERS, PluginId};

/// Read by qemu before anything is called.
#[unsafe(no_mangle)]
#[allow(non_upper_case_globals, reason = "its name is qemu's")]
pub static qemu_plugin_version: c_int = qemu::VERSION;

/// Threads with a counter of their own; more share them.
const THREADS: usize = 256;

/// What a thread has done. On cache lines of its own, since each instruction comes by here.
#[repr(align(128))]
struct Thread {
    executed: AtomicU64,
    /// Whether it writes to the output just now.
    writes: AtomicBool,
}

static ALL: [Thread; THREADS] = [const {
    Thread {
        executed: AtomicU64::new(0),
        writes: AtomicBool::new(false),
    }
}; THREADS];

/// Bytes that were written so far.
static WRITTEN: AtomicU64 = AtomicU64::new(0);

/// What is asked for.
static ASKED: OnceLock<Asked> = OnceLock::new();

struct Asked {
    out: PathBuf,
    /// The output. A runner moves it to another descriptor before its guest writes.
    output: Open,
    /// The system calls that write to a descriptor: `write` and `writev`.
    writing: [i64; 2],
}

fn thread(index: c_uint) -> &'static Thread {
    &ALL[index as usize % THREADS]
}

fn executed() -> u64 {
    ALL.iter().map(|one| one.executed.load(Relaxed)).sum()
}

/// What is open at a descriptor: the file system and the number of the file.
type Open = (u64, u64);

/// What is open at a descriptor, if anything is.
fn open_at(descriptor: u64) -> Option<Open> {
    let descriptor = RawFd::try_from(descriptor).ok()?;
    // SAFETY: it is looked at and not closed, since it is not dropped. Where it is not open the look fails.
    let file = ManuallyDrop::new(unsafe { File::from_raw_fd(descriptor) });
    let metadata = file.metadata().ok()?;
    Some((metadata.dev(), metadata.ino()))
}

/// Adds a line. Where that fails the lab finds no count, and says so.
fn say(line: &str) {
    let Some(asked) = ASKED.get() else { return };
    // Opened for each line: a descriptor that stays would be one of the program's own.
    let file = OpenOptions::new()
        .append(true)
        .create(true)
        .open(&asked.out);
    let _ = file.and_then(|mut file| file.write_all(line.as_bytes()));
}

extern "C" fn translated(_: PluginId, block: *mut Block) {
    // SAFETY: qemu gives a block that is valid during this call.
    unsafe {
        let instructions = qemu::qemu_plugin_tb_n_insns(block);
        let given = instructions as *mut c_void;
        qemu::qemu_plugin_register_vcpu_tb_exec_cb(block, on_block, NO_REGISTERS, given);
    }
}

/// `instructions` is a number and no address.
extern "C" fn on_block(index: c_uint, instructions: *mut c_void) {
    let own = &thread(index).executed;
    own.fetch_add(instructions as usize as u64, Relaxed);
}

extern "C" fn called(
    _: PluginId,
    index: c_uint,
    number: i64,
    descriptor: u64,
    _: u64,
    _: u64,
    _: u64,
    _: u64,
    _: u64,
    _: u64,
    _: u64,
) {
    let writes = ASKED.get().is_some_and(|asked| {
        asked.writing.contains(&number) && open_at(descriptor) == Some(asked.output)
    });
    thread(index).writes.store(writes, Relaxed);
}

extern "C" fn returned(_: PluginId, index: c_uint, _: i64, result: i64) {
    let wrote = thread(index).writes.swap(false, Relaxed);
    let Ok(bytes) = u64::try_from(result) else {
        return;
    };
    if wrote && bytes > 0 {
        let written = WRITTEN.fetch_add(bytes, Relaxed) + bytes;
        say(&format!("{written} {}\n", executed()));
    }
}

extern "C" fn ends(_: PluginId, _: *mut c_void) {
    say(&format!("end {}\n", executed()));
}

/// What the words of the command line ask for, on an architecture.
fn asked(words: &[&[u8]], arch: &[u8]) -> Option<Asked> {
    let value = |name: &[u8]| words.iter().find_map(|word| word.strip_prefix(name));
    let number = std::str::from_utf8(value(b"fd=")?).ok()?;
    Some(Asked {
        out: PathBuf::from(OsStr::from_bytes(value(b"out=")?)),
        output: open_at(number.parse().ok()?)?,
        writing: match arch {
            b"x86_64" => [1, 20],
            // What all newer architectures have in common.
            _ => [64, 66],
        },
    })
}

/// Called by qemu before the program begins; anything but 0 ends it.
///
/// # Safety
///
/// `info` and `words`, of which there are `count`, are as qemu gives them.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qemu_plugin_install(
    id: u64,
    info: *const c_void,
    count: c_int,
    words: *const *const c_char,
) -> c_int {
    let count = usize::try_from(count).unwrap_or_default();
    let words = if count == 0 {
        &[][..]
    } else {
        // SAFETY: qemu gives so many words.
        unsafe { slice::from_raw_parts(words, count) }
    };
    // SAFETY: each is text with its end, and stays for this call.
    let words = words
        .iter()
        .map(|word| unsafe { CStr::from_ptr(*word) }.to_bytes());
    let words: Vec<&[u8]> = words.collect();
    // SAFETY: qemu gives its own structure, whose first field this is, and which names a target.
    let arch = unsafe { CStr::from_ptr((*info.cast::<Info>()).target_name) };
    let Some(asked) = asked(&words, arch.to_bytes()) else {
        eprintln!("labrun's plugin: out=FILE and fd=NUMBER, which is open, have to be there");
        return 1;
    };
    if ASKED.set(asked).is_err() {
        return 1;
    }
    // SAFETY: the functions have the signatures that qemu calls them by, and stay as long as it does.
    unsafe {
        qemu::qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
        qemu::qemu_plugin_register_vcpu_syscall_cb(id, called);
        qemu::qemu_plugin_register_vcpu_syscall_ret_cb(id, returned);
        qemu::qemu_plugin_register_atexit_cb(id, ends, std::ptr::null_mut());
    }
    0
}
