//! SIGKILL of a lab that has launched an image: neither the image's root nor its layer stays.

use std::fs;
use std::process::Command;

use super::own_images::user;
use crate::support::{Image, Lab, folders_of, processes_of, skip, until};

/// What is mounted in the folders of the labrun with this process id.
fn mounts_of(labrun: u32) -> Vec<String> {
    let mounts = fs::read_to_string("/proc/mounts").expect("reads the mounts");
    let mark = format!("/labrun-{labrun}-");
    let own = mounts.lines().filter(|line| line.contains(&mark));
    own.map(str::to_owned).collect()
}

#[test]
fn the_next_command_removes_the_root_of_an_image_that_was_left() {
    let silent = "fn main() { loop { std::thread::park(); } }";
    for (isolation, program) in [("oci/runc", "runc"), ("bubblewrap/unshare-all", "bwrap")] {
        let test = "own-image-killed";
        if let Err(error) = Command::new(program).arg("--version").output() {
            skip(test, &format!("{program}: {error}"));
            continue;
        }
        let lab = Lab::fixture()
            .guest("silent", silent)
            .isolation(isolation)
            .plan("timeout_s", "600");
        let Some(user) = user(test, lab) else {
            return;
        };
        Image::of(&user.guest("silent")).write(&user, "app.tar");
        let mut live = user.begin(&["cold-start", "--image", "app.tar", "-i", isolation]);
        live.until("the image is started", |live| {
            mounts_of(live.pid())
                .iter()
                .any(|line| line.starts_with("overlay "))
                && !processes_of(live.pid()).is_empty()
        });
        let pid = live.pid();
        live.signal(libc::SIGKILL);
        assert_eq!(live.ended().status.code(), None, "it was killed");
        user.run_with(&["doctor"], &[]).exit(0);
        until("its processes are gone", || {
            processes_of(pid).is_empty().then_some(())
        });
        assert_eq!(mounts_of(pid), [""; 0], "{isolation}: a mount is left");
        assert_eq!(folders_of(pid), [""; 0], "{isolation}: a folder is left");
    }
}
