//! Signals that another program has set for labrun, or that a limit sends: none ends a run without a word.

use std::os::unix::process::CommandExt as _;
use std::process::Command;

use crate::support::{Lab, limit};

/// Has a signal ignored from the start, as whoever starts labrun may have it.
fn ignore(command: &mut Command, signal: libc::c_int) -> &mut Command {
    let ignore = move || {
        // SAFETY: one system call.
        unsafe { libc::signal(signal, libc::SIG_IGN) };
        Ok(())
    };
    // SAFETY: a system call alone.
    unsafe { command.pre_exec(ignore) }
}

#[test]
fn an_ignored_sigchld_hides_no_end() {
    Lab::fixture()
        .guest("fails", "fn main() { std::process::exit(3) }")
        .begin(|command| ignore(command, libc::SIGCHLD))
        .ended()
        .exit(101)
        .rows("right", "native/static", "measured", "")
        .rows("fails", "native/static", "failed", "exited with code 3");
}

#[test]
fn a_guest_has_the_signals_of_a_fresh_program() {
    let guest = "fn main() { \
        let status = std::fs::read_to_string(\"/proc/self/status\").unwrap(); \
        let ignored = status.lines().find(|line| line.starts_with(\"SigIgn\")).unwrap(); \
        let mask = u64::from_str_radix(ignored.split_whitespace().nth(1).unwrap(), 16).unwrap(); \
        println!(\"{}\", if mask & (1 << 16) == 0 { \"right\" } else { \"ignored\" }); }";
    Lab::fixture()
        .guest("signals", guest)
        .begin(|command| ignore(command, libc::SIGCHLD))
        .ended()
        .exit(0)
        .rows("signals", "native/static", "measured", "");
}

#[test]
fn time_of_the_processor_that_is_over_ends_a_run_as_an_interruption_does() {
    let lab = Lab::fixture().samples(100_000);
    lab.run(["build", "-i", "native/*"]).exit(0);
    // The launches themselves have it, too, and take next to nothing of it.
    let live = lab.begin(|command| limit(command, libc::RLIMIT_CPU, 2, 60));
    let ran = live.ended().exit(130);
    let why = &ran.files.json("run.json")["interrupted"];
    assert!(why.is_string(), "{why}");
    assert!(!ran.files.samples().is_empty());
}

#[test]
fn a_file_over_its_limit_is_told_as_a_full_disk_is() {
    let lab = Lab::fixture().samples(100_000);
    lab.run(["build", "-i", "native/*"]).exit(0);
    let live = lab.begin(|command| limit(command, libc::RLIMIT_FSIZE, 256 << 10, 256 << 10));
    let ran = live.ended().exit(1);
    ran.stderr_has("File too large");
}
