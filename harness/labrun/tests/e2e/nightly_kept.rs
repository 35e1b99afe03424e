//! `scripts/nightly`: what of a history and of a night is lost by nothing that happens to it.

use std::fs;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::disk::Disk;
use crate::nightly::{LARGE, Nights, SMALL};
use crate::support::{Lab, Question};

/// Nights of sizes, of a guest that can grow.
fn sizes() -> Nights {
    let lab = Lab::fixture()
        .guest("grows", SMALL)
        .question(&Question::size().of("grows", ""));
    Nights::new(lab)
}

const SIZE: [&str; 3] = ["--scenario", "size", "--no-bundle"];

/// The names in a folder, those of replays left out.
fn names(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("lists a folder");
    let mut all: Vec<PathBuf> = entries.map(|one| one.expect("an entry").path()).collect();
    all.retain(|path| !path.display().to_string().contains("-replay"));
    all.sort();
    all
}

#[test]
fn a_night_that_was_judged_again_by_hand_is_pushed_by_the_next_one_and_what_is_damaged_is_not() {
    let nights = sizes();
    let lab = &nights.0;
    let size = [&SIZE[..], &["--runs", ".state/measured"]].concat();
    nights.night(&size).exit(0);
    fs::write(lab.path().join("workloads/grows/src/main.rs"), LARGE).expect("writes a file");
    lab.commit();
    nights.night(&size).exit(100);
    // Somewhere it was decided nothing, and that is what the branch has.
    let checks = nights.pushed("checks/");
    let history = lab.path().join(".state/history");
    let last = history.join(&checks[1]);
    let text = fs::read_to_string(&last).expect("reads");
    let mut check: Value = serde_json::from_str(&text).expect("JSON");
    check["confirmed"] = json!([]);
    fs::write(&last, check.to_string()).expect("writes");
    let in_history = |args: &[&str]| lab.git(&[&["-C", ".state/history"], args].concat());
    in_history(&["commit", "--quiet", "--all", "--message=undecided"]);
    in_history(&["push", "--quiet", "origin", "HEAD:labrun-data"]);
    let runs = names(&lab.path().join(".state/measured"));
    let run = runs[1].to_str().expect("a name");
    let again = ["track", "check", run, "--history", ".state/history"];
    lab.run(again).exit(100).stdout_has("CONFIRMED ");
    assert_eq!(in_history(&["diff", "--name-only"]), checks[1]);
    nights
        .night(&size)
        .exit(0)
        .stderr_has("judged again")
        .stdout_has("still open: ");
    assert_eq!(in_history(&["diff", "--name-only"]), "");
    let shown = |check: &str| {
        let name = format!("labrun-data:{check}");
        lab.git(&["--git-dir=.state/nights.git", "show", &name])
    };
    let pushed: Value = serde_json::from_str(&shown(&checks[1])).expect("JSON");
    assert_eq!(pushed["confirmed"].as_array().map(Vec::len), Some(1));
    // It goes with what is pushed and not measured too, and what is damaged or of another night does not.
    in_history(&["revert", "--no-edit", "HEAD"]);
    in_history(&["push", "--quiet", "origin", "HEAD:labrun-data"]);
    assert!(
        shown(&checks[1]).contains("\"confirmed\":[]"),
        "is undecided"
    );
    lab.run(again).exit(100);
    let first = history.join(&checks[0]);
    let whole = shown(&checks[0]);
    for bad in ["cut".to_owned(), fs::read_to_string(&last).expect("reads")] {
        fs::write(&first, bad).expect("writes");
        nights
            .night(&["--only-push"])
            .exit(0)
            .stderr_has("changed by hand, and not pushed");
        assert_eq!(shown(&checks[0]), whole);
    }
    assert!(shown(&checks[1]).contains("\"interval\""), "is decided");
}

#[test]
fn an_accepted_build_that_is_damaged_is_found_before_measuring_and_loses_no_night_after() {
    let lab = Lab::fixture().write("labrun-track.toml", "[judge]\nleast_nights = 3\n");
    let nights = Nights::new(lab);
    let lab = &nights.0;
    let night = ["--scenario", "cold-start", "-r", "3", "--no-bundle"];
    let night = [&night[..], &["--runs", ".state/measured"]].concat();
    let accepted = ".state/accepted.tar.zst";
    let named = [&night[..], &["--accepted", accepted, "--replay-time", "5s"]].concat();
    let bundle = lab.path().join(accepted);
    fs::write(&bundle, "no bundle").expect("writes");
    nights.night(&named).exit(2).stderr_has("accepted.tar.zst");
    assert_eq!(names(&lab.path().join(".state/measured")).len(), 0);
    fs::remove_file(&bundle).expect("removes");
    for _ in 0..3 {
        nights.night(&night).exit(0);
    }
    let slow = "fn main() {\n    std::thread::sleep(std::time::Duration::from_millis(300));\n    \
                println!(\"right\");\n}\n";
    fs::write(lab.path().join("workloads/right/src/main.rs"), slow).expect("writes a file");
    // Three nights say little of how steady a series is: what is far off is suspect all the same.
    let rules = "[judge]\nleast_nights = 3\nsigmas = 0.5\n";
    fs::write(lab.path().join("labrun-track.toml"), rules).expect("writes a file");
    lab.commit();
    // A bundle that is damaged while it is measured.
    let made = ["bundle", "cold-start", "-w", "right", "--out", accepted];
    let (labrun, program) = (
        lab.path().join(".state/labrun"),
        env!("CARGO_BIN_EXE_labrun"),
    );
    let script = format!(
        "#!/bin/sh\ncase \" $* \" in *' scenario '*) echo damaged >{};; esac\nexec {program} \"$@\"\n",
        bundle.display()
    );
    fs::write(&labrun, script).expect("writes");
    fs::set_permissions(&labrun, fs::Permissions::from_mode(0o755)).expect("sets");
    lab.run(made).exit(0);
    let checks = nights.pushed("checks/").len();
    let ran = nights.begin_by(&labrun, &named).ended();
    assert!(
        matches!(ran.status.code(), Some(1 | 100)),
        "{:?}\n{}",
        ran.status,
        ran.stderr
    );
    ran.stderr_has("cannot be replayed: the night is judged without it")
        .stdout_has("series judged");
    assert_eq!(nights.pushed("checks/").len(), checks + 1);
}

#[test]
fn a_disk_that_was_full_as_the_branch_was_checked_out_is_in_no_later_night_s_way() {
    let Some(disk) = Disk::mount("nightly", "size=512k") else {
        return;
    };
    let nights = sizes();
    nights.night(&SIZE).exit(0);
    let lab = &nights.0;
    // What fills a small disk twice, and gets no smaller in git.
    let mut noise = vec![0; 128 << 10];
    for name in ["checks/one", "checks/two"] {
        let mut random = fs::File::open("/dev/urandom").expect("opens");
        random.read_exact(&mut noise).expect("reads");
        fs::write(lab.path().join(".state/history").join(name), &noise).expect("writes");
    }
    nights.night(&["--only-push"]).exit(0);
    let history = disk.path().join("history");
    let there = history.display().to_string();
    let only_push = ["--only-push", "--history", &there];
    for _ in 0..2 {
        nights
            .night(&only_push)
            .exit(1)
            .stderr_has("goes on with it where there is room");
    }
    disk.remount("size=8m");
    nights.night(&only_push).exit(0);
    let in_history = |args: &[&str]| lab.git(&[&["-C", &there], args].concat());
    assert_eq!(in_history(&["status", "--porcelain"]), "");
    assert_eq!(fs::read(history.join("checks/two")).expect("reads"), noise);
    // What somebody put there before is not written over.
    let own = lab.path().join(".state/own");
    fs::create_dir_all(own.join("checks")).expect("makes a folder");
    fs::write(own.join("checks/one"), "own").expect("writes");
    nights
        .night(&["--only-push", "--history", ".state/own"])
        .exit(1)
        .stderr_has("move them away");
    assert_eq!(fs::read(own.join("checks/one")).expect("reads"), b"own");
}

#[test]
fn nights_of_another_class_make_no_accepted_build_old() {
    let nights = sizes();
    let other = match std::env::consts::ARCH {
        "aarch64" => "x86_64",
        _ => "aarch64",
    };
    let own = ["--scenario", "size", "--accepted-nights", "2"];
    let held = "later nights are held against this build";
    nights.night(&own).exit(0).stderr_has(held);
    for _ in 0..2 {
        let emulated = [&SIZE[..], &["--arch", other]].concat();
        nights.night(&emulated).exit(0);
    }
    let ran = nights.night(&own).exit(0);
    assert!(!ran.stderr.contains(held), "{}", ran.stderr);
    nights.night(&own).exit(0).stderr_has(held);
}

#[test]
fn what_is_named_for_a_night_is_what_it_seems() {
    let nights = sizes();
    let lab = &nights.0;
    for labrun in ["/tmp", "/bin/true", "/nope"] {
        let ran = nights.begin_by(Path::new(labrun), &SIZE).ended();
        ran.exit(2).stderr_has("LABRUN is no labrun");
    }
    // By `=` as by two words, and by a path that an address would read as another.
    lab.git(&["init", "--quiet", "--bare", ".state/b%20e.git"]);
    let own = [
        "--remote=.state/b%20e.git",
        "--history=.state/other",
        "--scenario=size",
        "--no-bundle",
    ];
    nights.night(&own).exit(0);
    let branch = ["--git-dir=.state/b%20e.git", "branch", "--list"];
    assert!(lab.git(&branch).contains("labrun-data"));
}
