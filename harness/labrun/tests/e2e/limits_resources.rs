//! A guest that meets a resource limit which it has from whoever started labrun: the limit is at fault, and
//! is named.

use crate::support::{Lab, Ran, limit};

/// The guest `greedy`, measured once beside one that needs next to nothing, and also on these.
fn measured(
    also: &[&str],
    source: &str,
    resource: libc::__rlimit_resource_t,
    [soft, hard]: [u64; 2],
) -> Ran {
    let lab = Lab::fixture().guest("greedy", source).samples(1);
    let lab = also.iter().fold(lab, |lab, glob| lab.isolation(glob));
    lab.run(["build", "-i", "native/*"]).exit(0);
    let live = lab.begin(|command| limit(command, resource, soft, hard).args(["--warmup", "0"]));
    live.ended().rows("right", "native/static", "measured", "")
}

/// Two threads, so that it takes half as long.
const SPINS: &str = "fn spin() { loop { std::hint::black_box(0); } } \
    fn main() { std::thread::spawn(spin); spin() }";

#[test]
fn processor_time_that_is_over_is_no_fault_of_the_guest() {
    // The lab has it, too, and takes less.
    let reason = "a process may use 6 s of processor time (RLIMIT_CPU): raise it, as root: `ulimit -t unlimited`";
    for limits in [[6, 60], [6, 6]] {
        measured(&["control/spawn"], SPINS, libc::RLIMIT_CPU, limits)
            .exit(0)
            .rows("greedy", "native/static", "unavailable", reason)
            .rows("greedy", "control/spawn", "unavailable", reason);
    }
}

#[test]
fn a_guest_that_ends_itself_has_not_met_a_limit_of_time() {
    let source = "fn main() { std::process::Command::new(\"/bin/sh\")\
        .args([\"-c\", &format!(\"kill -9 {}\", std::process::id())]).status().unwrap(); }";
    measured(&[], source, libc::RLIMIT_CPU, [3600, 3600])
        .exit(101)
        .rows("greedy", "native/static", "failed", "signal 9");
}

#[test]
fn a_file_over_its_limit_is_no_fault_of_the_guest() {
    // The lab's own files are under it. The control does not hear what a guest says.
    let source = |ignored: &str| {
        format!(
            "unsafe extern \"C\" {{ fn signal(signal: i32, handler: usize) -> usize; }} \
             fn main() {{ {ignored} \
             let name = std::env::temp_dir().join(format!(\"greedy-{{}}\", std::process::id())); \
             let _ = std::fs::remove_file(&name); \
             let file = std::fs::File::create(&name).unwrap(); \
             std::fs::remove_file(&name).unwrap(); \
             use std::os::unix::fs::FileExt; \
             file.write_all_at(b\"x\", 1 << 30).unwrap(); \
             println!(\"right\"); }}"
        )
    };
    let reason =
        "a file may have 536870912 bytes (RLIMIT_FSIZE): raise it, as root: `ulimit -f unlimited`";
    for ignored in ["", "unsafe { signal(25, 1); }"] {
        measured(&[], &source(ignored), libc::RLIMIT_FSIZE, [512 << 20; 2])
            .exit(0)
            .rows("greedy", "native/static", "unavailable", reason);
    }
}
