//! A build sees a stated environment and nothing else: whatever of a user's reaches cargo by
//! habit makes no difference, and what does is in `run.json`.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{Lab, Ran};

/// Builds `right` for `native/static` into a target folder of the lab; gives what was told.
fn build(lab: &Lab, target: &str, more: impl FnOnce(&mut Command) -> &mut Command) -> Ran {
    let mut command = lab.labrun(["build", "-i", "native/static", "--json"]);
    more(command.env("CARGO_TARGET_DIR", lab.path().join(target)));
    lab.start(command, lab.path()).ended().exit(0)
}

fn digest(ran: &Ran) -> String {
    let built = ran.json()["built"].clone();
    built[0]["sha256"].as_str().expect("a digest").to_owned()
}

fn script(lab: &Lab, name: &str, text: &str) -> PathBuf {
    let path = lab.path().join(name);
    fs::write(&path, format!("#!/bin/sh\n{text}\n")).expect("writes a program");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("makes it run");
    path
}

/// A variable changes neither what is built nor whether it is stale, and that is said.
fn makes_no_difference(variable: &str, value: &str) {
    let lab = Lab::unbuilt();
    let wrapper = script(&lab, "wrapper", "exec \"$@\" -Copt-level=0");
    let linker = script(&lab, "linker", "exit 1");
    let value = value
        .replace("{wrapper}", &wrapper.to_string_lossy())
        .replace("{linker}", &linker.to_string_lossy());
    let note = format!("{variable} is set, and does not reach what labrun builds");
    let plain = build(&lab, "plain", |command| command.env_remove(variable));
    assert!(!plain.stderr.contains(&note), "{}", plain.stderr);
    let with = build(&lab, "with", |command| command.env(variable, &value)).stderr_has(&note);
    assert_eq!(digest(&plain), digest(&with));
    let again = build(&lab, "plain", |command| command.env(variable, &value));
    assert!(
        !again.stderr.contains("workload right"),
        "it was built again"
    );
}

/// A test for each variable.
macro_rules! make_no_difference {
    ($($name:ident: $variable:literal = $value:literal;)*) => {$(
        #[test]
        fn $name() {
            makes_no_difference($variable, $value);
        }
    )*};
}

make_no_difference! {
    flags: "RUSTFLAGS" = "-Copt-level=0";
    encoded_flags: "CARGO_ENCODED_RUSTFLAGS" = "-Copt-level=0";
    flags_of_cargo: "CARGO_BUILD_RUSTFLAGS" = "-Copt-level=0";
    the_target_of_cargo: "CARGO_BUILD_TARGET" = "wasm32-wasip1";
    a_profile: "CARGO_PROFILE_RELEASE_OPT_LEVEL" = "0";
    another_compiler: "RUSTC" = "{linker}";
    a_wrapper: "RUSTC_WRAPPER" = "{wrapper}";
    a_wrapper_of_the_workspace: "RUSTC_WORKSPACE_WRAPPER" = "{wrapper}";
    a_wrapper_of_cargo: "CARGO_BUILD_RUSTC_WRAPPER" = "{wrapper}";
}

#[test]
fn a_linker() {
    let arch = std::env::consts::ARCH.to_uppercase();
    makes_no_difference(
        &format!("CARGO_TARGET_{arch}_UNKNOWN_LINUX_MUSL_LINKER"),
        "{linker}",
    );
}

#[test]
fn the_configuration_in_a_cargo_home_makes_no_difference() {
    let lab = Lab::unbuilt();
    let plain = build(&lab, "plain", |command| command);
    let home = lab.path().join("home");
    fs::create_dir(&home).expect("makes a folder");
    let config = "[profile.release]\nopt-level = 0\n\n[build]\nrustflags = [\"-Copt-level=0\"]\n";
    fs::write(home.join("config.toml"), config).expect("writes a configuration");
    let with = build(&lab, "with", |command| command.env("CARGO_HOME", &home));
    assert_eq!(digest(&plain), digest(&with));
}

#[test]
fn the_configuration_above_a_lab_makes_no_difference_and_its_own_does() {
    let lab = Lab::unbuilt();
    let plain = build(&lab, "plain", |command| command);
    let text = "[profile.release]\nopt-level = 0\n";
    let configure = |folder: &Path| {
        fs::create_dir_all(folder.join(".cargo")).expect("makes a folder");
        fs::write(folder.join(".cargo/config.toml"), text).expect("writes a configuration");
    };
    configure(&lab.path().join("workloads"));
    let beside = build(&lab, "with", |command| command);
    assert_eq!(digest(&plain), digest(&beside));
    configure(lab.path());
    let own = build(&lab, "with", |command| command);
    assert_ne!(digest(&plain), digest(&own));
}

#[test]
fn the_toolchain_is_that_of_the_lab_wherever_labrun_is_started() {
    let lab = Lab::unbuilt();
    let elsewhere = lab.path().join("elsewhere");
    fs::create_dir(&elsewhere).expect("makes a folder");
    let text = "[toolchain]\nchannel = \"nightly-2020-01-01\"\n";
    fs::write(elsewhere.join("rust-toolchain.toml"), text).expect("writes a toolchain");
    let ran = lab
        .begin(|command| {
            let command = command.current_dir(&elsewhere).arg("--lab").arg(lab.path());
            command.env("RUSTUP_TOOLCHAIN", "nightly-2020-01-01")
        })
        .ended()
        .exit(0);
    let mut rustc = Command::new("rustc");
    rustc
        .arg("-V")
        .current_dir(lab.path())
        .env_remove("RUSTUP_TOOLCHAIN");
    let rustc = rustc.output().expect("rustc starts").stdout;
    let rustc = String::from_utf8_lossy(&rustc).trim().to_owned();
    let run = ran.files.json("run.json");
    assert_eq!(run["artifacts"][0]["toolchain"], rustc);
    assert_eq!(run["build"]["toolchain"], rustc);
}

#[test]
fn a_run_says_what_it_was_built_with() {
    let lab = Lab::fixture();
    fs::create_dir(lab.path().join(".cargo")).expect("makes a folder");
    let lab = lab.write(".cargo/config.toml", "[profile.release]\ndebug = false\n");
    let ran = lab.measure([""; 0]).exit(0);
    let build = &ran.files.json("run.json")["build"];
    let path = build["environment"]["PATH"].as_str().expect("a PATH");
    assert!(path.ends_with(":/bin"), "{path}");
    assert!(!path.contains(&*lab.path().to_string_lossy()), "{path}");
    assert_eq!(build["config"][0]["path"], ".cargo/config.toml");
    for digest in [&build["config"][0]["sha256"], &build["linker"]["sha256"]] {
        assert_eq!(digest.as_str().map(str::len), Some(64), "{build:#}");
    }
}
