//! A script on PATH that starts a program is not that program, nor is a program that does so.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::Command;

use crate::support::{GOOD_JOB, Lab, Question, Ran, Runner, skip};

const BWRAP: &str = "bubblewrap/unshare-all";

fn executable(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("makes a folder");
    fs::write(path, text).expect("writes a program");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("may be executed");
}

#[test]
fn an_interpreter_that_is_a_script_is_no_runtime() {
    let lab = Lab::fixture().runner(&Runner::new("read", GOOD_JOB).interpreter("toysh"));
    let (script, name) = (lab.path().join("shims/toysh"), lab.path().join("bin/toysh"));
    executable(&script, "#!/bin/sh\nexec /bin/sh \"$@\"\n");
    fs::create_dir_all(lab.path().join("bin")).expect("makes a folder");
    symlink(&script, &name).expect("links");
    let reason = "is a script, which starts the runtime and is none itself";
    lab.measure([""; 0])
        .exit(0)
        .rows("right", "read/plain", "unavailable", reason)
        .rows("right", "native/static", "measured", "");
    lab.run(["doctor"]).exit(0).stdout_has(reason);
    fs::remove_file(&name).expect("removes it");
    symlink("/bin/sh", &name).expect("links");
    lab.measure([""; 0])
        .exit(0)
        .rows("right", "read/plain", "measured", "");
}

/// The real `bwrap`, where it can be measured.
fn bwrap(test: &str) -> Option<String> {
    let found = ["/usr/bin/bwrap", "/bin/bwrap"].into_iter();
    let found = found
        .map(str::to_owned)
        .find(|path| Path::new(path).is_file());
    if found.is_none() {
        skip(test, "bwrap is not here: sudo apt-get install bubblewrap");
    }
    found
}

/// Measures with a program of this text as `bwrap`.
fn measured(scenario: &str, text: &str) -> Ran {
    let size = Question::size().isolation(BWRAP).of("right", "");
    let lab = Lab::fixture().isolation(BWRAP).question(&size);
    executable(&lab.path().join("bin/bwrap"), text);
    lab.ask(scenario, ["-i", BWRAP, "-w", "right"])
}

#[test]
fn a_tool_that_a_script_starts_is_called_so() {
    let Some(bwrap) = bwrap("wrapped-bwrap") else {
        return;
    };
    let ran = measured("cold-start", &format!("#!/bin/sh\nexec {bwrap} \"$@\"\n"));
    let run = ran.files.json("run.json");
    let mut isolations = run["isolations"].as_array().expect("isolations").iter();
    let found = isolations
        .find(|one| one["name"] == BWRAP)
        .expect("it is there");
    let version = found["version"].as_str().unwrap_or_default();
    assert!(version.ends_with(" (started by a script)"), "{found:#}");
}

#[test]
fn the_size_of_what_a_script_starts_is_not_that_of_the_script() {
    let Some(bwrap) = bwrap("wrapped-size") else {
        return;
    };
    let ran = measured("size", &format!("#!/bin/sh\nexec {bwrap} \"$@\"\n"));
    let mut rows = ran.files.rows("right", BWRAP);
    rows.retain(|row| row["metric"] == "size_needed" && row["params"]["what"] == "runtime");
    assert_eq!(rows.len(), 1, "{rows:#?}");
    assert_eq!(rows[0]["outcome"], "unavailable", "{rows:#?}");
    let reason = rows[0]["reason"].as_str().unwrap_or_default();
    assert!(reason.contains("bin/bwrap is a script"), "{reason}");
}

/// A program that becomes another, which has its arguments.
fn starter(path: &Path, of: &str) {
    let folder = path.parent().expect("a folder");
    fs::create_dir_all(folder).expect("makes a folder");
    let source = folder.join("starter.rs");
    let text = format!(
        "use std::os::unix::process::CommandExt; fn main() {{ \
         let failed = std::process::Command::new({of:?}).args(std::env::args_os().skip(1)).exec(); \
         panic!(\"{{failed}}\"); }}"
    );
    fs::write(&source, text).expect("writes it");
    let built = Command::new("rustc")
        .args(["--edition", "2024"])
        .arg(&source)
        .arg("-o")
        .arg(path)
        .status();
    assert!(built.expect("rustc runs").success());
}

#[test]
fn a_tool_that_a_program_starts_is_called_so_and_its_size_is_not_known() {
    let Some(bwrap) = bwrap("started-bwrap") else {
        return;
    };
    let size = Question::size().isolation(BWRAP).of("right", "");
    let lab = Lab::fixture().isolation(BWRAP).question(&size);
    starter(&lab.path().join("bin/bwrap"), &bwrap);
    let ran = lab.ask("cold-start", ["-i", BWRAP, "-w", "right"]);
    let ran = ran.exit(0).rows("right", BWRAP, "measured", "");
    let run = ran.files.json("run.json");
    let mut isolations = run["isolations"].as_array().expect("isolations").iter();
    let found = isolations.find(|one| one["name"] == BWRAP);
    let version = found.expect("it is there")["version"].as_str();
    assert!(version.is_some_and(|version| version.ends_with(" (started by another program)")));
    let ran = lab.ask("size", ["-i", BWRAP, "-w", "right"]);
    let mut rows = ran.files.rows("right", BWRAP);
    rows.retain(|row| row["metric"] == "size_needed" && row["params"]["what"] == "runtime");
    assert_eq!(rows.len(), 1, "{rows:#?}");
    let reason = rows[0]["reason"].as_str().unwrap_or_default();
    let said = format!("bin/bwrap only starts {bwrap}");
    assert!(reason.contains(&said), "{reason}");
}

#[test]
fn an_interpreter_that_a_program_starts_is_no_runtime() {
    let lab = Lab::fixture().runner(&Runner::new("read", GOOD_JOB).interpreter("toysh"));
    // One that answers the question for its version, and is started by its own name.
    let Some(bash) = ["/bin/bash", "/usr/bin/bash"]
        .into_iter()
        .find(|path| Path::new(path).exists())
    else {
        return skip(
            "started-interpreter",
            "bash is not here: apt-get install bash",
        );
    };
    starter(&lab.path().join("bin/toysh"), bash);
    lab.measure([""; 0])
        .exit(0)
        .rows(
            "right",
            "read/plain",
            "unavailable",
            "and is no runtime itself: have PATH begin",
        )
        .rows("right", "native/static", "measured", "");
}
