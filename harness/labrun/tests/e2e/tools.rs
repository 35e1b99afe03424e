//! Programs of somebody else's that an isolation stands on: missing, too old, broken, not
//! permitted. Each costs its own rows, with the way to mend it, and no others.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::support::{Lab, Ran};

const BWRAP: &str = "bubblewrap/unshare-all";

/// Measures with a `bwrap` of these lines before all others.
fn with_bwrap(script: &str) -> Ran {
    with("bwrap", script, BWRAP)
}

fn with(tool: &str, script: &str, isolation: &str) -> Ran {
    let lab = Lab::fixture().isolation(isolation);
    let tools = lab.path().join("tools");
    fs::create_dir(&tools).expect("makes a folder");
    let file = tools.join(tool);
    fs::write(&file, script).expect("writes a script");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("may be executed");
    let path = std::env::var("PATH").expect("there is a PATH");
    let path = format!("{}:{path}", tools.display());
    lab.begin(|command| command.env("PATH", path)).ended()
}

/// Everything else is measured.
fn costs_its_own_rows(ran: Ran, isolation: &str, reason: &str) {
    ran.exit(0)
        .rows("right", "native/static", "measured", "")
        .rows("right", isolation, "unavailable", reason);
}

#[test]
fn one_that_is_too_old_says_which_will_do() {
    let ran = with_bwrap("#!/bin/sh\necho bubblewrap 0.1.9\n");
    let reason = "is version 0.1.9, and 0.2.0 or newer is needed; to get it: sudo apt-get install bubblewrap";
    costs_its_own_rows(ran, BWRAP, reason);
}

#[test]
fn one_that_is_broken_is_quoted() {
    let ran =
        with_bwrap("#!/bin/sh\necho 'libcap.so.2: cannot open shared object' >&2\nexit 127\n");
    let reason = "failed (exit status: 127): \"libcap.so.2: cannot open shared object\"; to mend it: sudo apt-get install bubblewrap";
    costs_its_own_rows(ran, BWRAP, reason);
    let ran = with_bwrap("#!/bin/sh\necho hello\n");
    costs_its_own_rows(ran, BWRAP, "printed no version: \"hello\"");
    let ran = with_bwrap("no program at all\n");
    costs_its_own_rows(ran, BWRAP, "cannot be started: ");
}

#[test]
fn one_that_hangs_is_given_up() {
    let ran = with_bwrap("#!/bin/sh\nexec sleep 1000\n");
    costs_its_own_rows(ran, BWRAP, "gave no answer within 10 s");
}

#[test]
fn one_that_refuses_to_make_the_boundary_is_no_fault_of_the_workload() {
    let script = "#!/bin/sh\ntest \"$1\" = --version && exec echo bubblewrap 1.0.0\n\
        echo 'bwrap: No permissions to create new namespace' >&2\nexit 1\n";
    let ran = with_bwrap(script);
    let reason = "bwrap: No permissions to create new namespace";
    costs_its_own_rows(ran, BWRAP, reason);
}

#[test]
fn an_oci_runtime_that_cannot_mount_the_bundle_is_quoted() {
    let script = "#!/bin/sh\ncase \"$*\" in\n--version) echo runc version 1.2.3;;\n\
        *create*) echo 'mount /proc: operation not permitted' >&2; exit 1;;\nesac\n";
    let ran = with("runc", script, "oci/runc");
    // Without root it does not come so far.
    let reason =
        "`runc create` exited with code 1; its stderr ends: mount /proc: operation not permitted";
    costs_its_own_rows(ran, "oci/runc", reason);
}

#[test]
fn one_that_is_not_there_says_how_to_get_it() {
    let lab = Lab::fixture().isolation("oci/youki");
    let bin = lab.path().join("bin");
    fs::create_dir(&bin).expect("makes a folder");
    // Nothing but what builds: whatever else is on this machine's PATH is not on this one.
    for tool in ["cargo", "rustc"] {
        let path = std::env::var_os("PATH").expect("there is a PATH");
        let mut folders = std::env::split_paths(&path);
        let file = folders.find_map(|folder| Some(folder.join(tool)).filter(|file| file.exists()));
        let file = file.expect("it is on PATH");
        std::os::unix::fs::symlink(file, bin.join(tool)).expect("links");
    }
    let ran = lab.begin(|command| command.env("PATH", &bin)).ended();
    let reason = "youki is not on PATH; to get it: cargo install youki";
    costs_its_own_rows(ran, "oci/youki", reason);
}
