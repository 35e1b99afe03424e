//! What is missing for another architecture beside its emulator and compiler: a kernel that starts the emulator
//! in containers, a runner for it, an isolation that can be emulated at all.

use std::path::Path;

use crate::architectures::other;
use crate::support::{Lab, skip};

#[test]
fn images_of_another_architecture_say_what_has_the_kernel_start_them() {
    let test = "images_of_another_architecture_say_what_has_the_kernel_start_them";
    let known = format!("/proc/sys/fs/binfmt_misc/qemu-{}", other());
    if Path::new(&known).exists() {
        skip(test, &format!("this kernel has {known}"));
        return;
    }
    Lab::fixture()
        .isolation("docker/*")
        .measure(["--arch", other(), "-i", "docker/*"])
        .exit(4)
        .rows(
            "right",
            "docker/runc",
            "unavailable",
            "knows no emulator for them; to have it: sudo apt-get install qemu-user-static binfmt-support",
        )
        .rows(
            "right",
            "docker/runc-debian",
            "unavailable",
            "it cannot be emulated: debootstrap makes its base for this machine alone",
        );
}

#[test]
fn under_strict_what_cannot_be_emulated_is_an_unfit_environment() {
    Lab::fixture()
        .isolation("native/landlock")
        .measure(["--arch", other(), "-i", "native/landlock", "--strict"])
        .exit(102)
        .stderr_has("it cannot be emulated: ")
        .stderr_has(&format!("measure it on a machine that is {}", other()));
}

#[test]
fn a_runner_for_an_architecture_that_has_none_is_skipped_with_the_reason() {
    let lab = Lab::with_toy();
    // As whatever this machine lacks the means to build.
    lab.run(["build", "--arch", "riscv64", "-i", "toy/*"])
        .exit(0)
        .stderr_has("skipped: the runner toy is missing: the lab's runners are not built for riscv64, but native programs are");
}
