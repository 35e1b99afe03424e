//! Which system calls a restricted process may make: what a program needs that computes,
//! keeps files and answers requests. All others fail with `EPERM`.

use std::collections::BTreeMap;

use seccompiler::{BackendError, BpfProgram, SeccompAction, SeccompFilter, TargetArch};

use crate::outcome::Failure;

/// Numbers of system calls, by the names that `libc` has for them.
macro_rules! calls {
    ($($name:ident)*) => { &[$(libc::$name),*] };
}

/// Allowed on every architecture. `clone` and `execve` are among them since the program is
/// started under the filter; what may be executed is for Landlock to say.
const EVERYWHERE: &[libc::c_long] = calls! {
    // Files.
    SYS_openat SYS_close SYS_read SYS_readv SYS_pread64 SYS_write SYS_writev SYS_pwrite64
    SYS_lseek SYS_fstat SYS_newfstatat SYS_statx SYS_getdents64 SYS_fsync SYS_fdatasync
    SYS_ftruncate SYS_mkdirat SYS_unlinkat SYS_renameat SYS_renameat2 SYS_readlinkat
    SYS_faccessat SYS_getcwd SYS_fcntl SYS_ioctl SYS_dup SYS_dup3 SYS_pipe2 SYS_copy_file_range
    SYS_sendfile
    // Memory.
    SYS_brk SYS_mmap SYS_munmap SYS_mremap SYS_mprotect SYS_madvise
    // Threads and processes.
    SYS_clone SYS_clone3 SYS_execve SYS_exit SYS_exit_group SYS_futex SYS_set_tid_address
    SYS_set_robust_list SYS_rseq SYS_gettid SYS_getpid SYS_setpgid SYS_wait4 SYS_sched_yield
    SYS_sched_getaffinity SYS_prlimit64 SYS_membarrier
    // Signals.
    SYS_rt_sigaction SYS_rt_sigprocmask SYS_rt_sigreturn SYS_sigaltstack SYS_tgkill SYS_kill
    SYS_restart_syscall
    // Time and randomness.
    SYS_clock_gettime SYS_clock_nanosleep SYS_nanosleep SYS_getrandom
    // Sockets and waiting.
    SYS_socket SYS_socketpair SYS_bind SYS_listen SYS_accept SYS_accept4 SYS_connect
    SYS_getsockname SYS_getpeername SYS_getsockopt SYS_setsockopt SYS_sendto SYS_recvfrom
    SYS_sendmsg SYS_recvmsg SYS_shutdown SYS_ppoll SYS_epoll_create1 SYS_epoll_ctl
    SYS_epoll_pwait SYS_eventfd2
};

/// Older calls that `x86_64` has beside these, and musl and glibc make.
#[cfg(target_arch = "x86_64")]
const OF_THIS_ARCH: &[libc::c_long] = calls! {
    SYS_open SYS_stat SYS_lstat SYS_access SYS_readlink SYS_mkdir SYS_rmdir SYS_unlink
    SYS_rename SYS_dup2 SYS_poll SYS_epoll_wait SYS_vfork SYS_arch_prctl
};
#[cfg(not(target_arch = "x86_64"))]
const OF_THIS_ARCH: &[libc::c_long] = &[];

/// The filter as the kernel takes it.
pub(super) fn program() -> Result<BpfProgram, Failure> {
    let said = Failure::cannot::<BackendError>("make the seccomp filter");
    let arch = TargetArch::try_from(std::env::consts::ARCH).map_err(said)?;
    let allowed = EVERYWHERE.iter().chain(OF_THIS_ARCH);
    let allowed: BTreeMap<i64, Vec<_>> = allowed.map(|call| (*call, Vec::new())).collect();
    let denied = SeccompAction::Errno(libc::EPERM.cast_unsigned());
    SeccompFilter::new(allowed, denied, SeccompAction::Allow, arch)
        .and_then(BpfProgram::try_from)
        .map_err(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_filter_can_be_made_here() {
        assert!(!program().expect("a filter").is_empty());
    }
}
