//! A lab that is found, and not named, has to be one's own: labrun runs what is defined there.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::Path;

use crate::support::{Lab, Product, Ran, skip};

/// `labrun list workloads` in a folder.
fn list(lab: &Lab, folder: &Path, args: &[&str], sudo: Option<&str>) -> Ran {
    let mut command = lab.labrun([args, &["list", "workloads"]].concat());
    command.current_dir(folder).env_remove("SUDO_UID");
    command.envs(sudo.map(|uid| ("SUDO_UID", uid)));
    lab.start(command, lab.path()).ended()
}

fn is_root(test: &str) -> bool {
    // SAFETY: geteuid() cannot fail.
    let root = unsafe { libc::geteuid() } == 0;
    if !root {
        skip(test, "root alone gives a folder away: sudo scripts/test");
    }
    root
}

#[test]
fn one_that_everyone_may_write_is_refused_unless_it_is_named() {
    for part in ["", "workloads", "scenarios", "harness"] {
        let lab = Lab::fixture().product(&Product::new("one", "echo right"));
        let open = Permissions::from_mode(0o1777);
        fs::set_permissions(lab.path().join(part), open).expect("may be changed");
        let named = lab.path().to_str().expect("a name").to_owned();
        let below = lab.path().join("workloads/right");
        for folder in [lab.path(), &below] {
            list(&lab, folder, &[], None)
                .exit(2)
                .stderr_has("may be written by everyone")
                .stderr_has(&format!("--lab {named}"));
        }
        list(&lab, &below, &["--lab", &named], None)
            .exit(0)
            .stdout_has("right");
    }
}

#[test]
fn one_file_of_it_that_everyone_may_write_is_enough() {
    for part in [
        "workloads/right/workload.toml",
        "workloads/right/src/main.rs",
        "scenarios/cold-start.toml",
        "harness/commands/one.toml",
        "Dockerfile.baseline",
    ] {
        let lab = Lab::fixture().product(&Product::new("one", "echo right"));
        let open = Permissions::from_mode(0o666);
        fs::set_permissions(lab.path().join(part), open).expect("may be changed");
        list(&lab, lab.path(), &[], None)
            .exit(2)
            .stderr_has(part)
            .stderr_has("may be written by everyone");
    }
}

#[test]
fn one_of_another_user_is_refused_and_that_of_who_called_sudo_is_not() {
    if !is_root("trusted-user") {
        return;
    }
    let lab = Lab::fixture();
    chown(lab.path().join("scenarios"), Some(65534), None).expect("gives it away");
    let refused = |sudo| {
        list(&lab, lab.path(), &[], sudo)
            .exit(2)
            .stderr_has("scenarios belongs to another user (uid 65534)")
    };
    refused(None);
    refused(Some("1234"));
    refused(Some("nobody"));
    list(&lab, lab.path(), &[], Some("65534"))
        .exit(0)
        .stdout_has("right");
}

#[test]
fn settings_that_others_wrote_name_no_lab() {
    if !is_root("trusted-settings") {
        return;
    }
    let lab = Lab::fixture();
    let elsewhere = tempfile::tempdir_in(crate::support::folder()).expect("makes a folder");
    let named = lab.path().to_str().expect("a name");
    let settings = elsewhere.path().join("labrun.toml");
    fs::write(&settings, format!("lab = {named:?}\n")).expect("writes");
    list(&lab, elsewhere.path(), &[], None)
        .exit(0)
        .stdout_has("right");
    chown(&settings, Some(65534), None).expect("gives it away");
    list(&lab, elsewhere.path(), &[], None)
        .exit(2)
        .stderr_has("labrun.toml of this folder belongs to another user")
        .stderr_has("--lab");
    list(&lab, elsewhere.path(), &["--lab", named], None).exit(0);
}

#[test]
fn a_program_is_named_and_looked_for_on_the_path() {
    for name in ["/bin/true", "../evil", "bin/one", ""] {
        let lab = Lab::fixture()
            .product(&Product::new("one", "echo right"))
            .replace(
                "harness/commands/one.toml",
                "programs = [\"one\"]",
                &format!("programs = [\"one\", {name:?}]"),
            );
        lab.run(["doctor"])
            .exit(2)
            .stderr_has("one.toml")
            .stderr_has(&format!("`{name}` is no name of a program"));
    }
}
