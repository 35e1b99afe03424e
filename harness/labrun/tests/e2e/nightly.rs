//! `scripts/nightly`: nights on a branch of a repository, in a small lab.

use std::cell::Cell;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::support::{Lab, Live, Question, Ran};

/// A program that a build makes larger, and one that has 64 KiB more.
pub(crate) const SMALL: &str = "fn main() {\n    println!(\"right\");\n}\n";
pub(crate) const LARGE: &str = "static TABLE: [u64; 8192] = {\n    let mut table = [0; 8192];\n    let mut at = 0;\n    \
    while at < 8192 {\n        table[at] = at as u64 * 2_654_435_761;\n        at += 1;\n    }\n    table\n};\n\n\
    fn main() {\n    std::hint::black_box(&TABLE);\n    println!(\"right\");\n}\n";

/// A lab that has a bare repository for its nights, and the second in which the last of them began.
pub(crate) struct Nights(pub(crate) Lab, Cell<u64>);

impl Nights {
    pub(crate) fn new(lab: Lab) -> Self {
        lab.commit();
        lab.git(&["init", "--quiet", "--bare", ".state/nights.git"]);
        Self(lab, Cell::new(0))
    }

    /// Begins a night.
    fn begin(&self, args: &[&str]) -> Live {
        self.begin_by(Path::new(env!("CARGO_BIN_EXE_labrun")), args)
    }

    /// The same by another program in the place of labrun.
    pub(crate) fn begin_by(&self, labrun: &Path, args: &[&str]) -> Live {
        self.next_second();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/nightly");
        let mut command = Command::new(script);
        let ours = self.0.labrun([""; 0]);
        for (name, value) in ours.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command
            .env("LABRUN", labrun)
            .env("LABRUN_LAB", self.0.path())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env_remove("GITHUB_ACTIONS")
            .env_remove("GITHUB_STEP_SUMMARY")
            .current_dir(self.0.path())
            .args([
                "--remote",
                ".state/nights.git",
                "--history",
                ".state/history",
            ])
            .args(args);
        self.0.start(command, self.0.path())
    }

    /// Nights have the order of the seconds in which they began: two of one second have none.
    fn next_second(&self) {
        let now = || {
            let since = SystemTime::now().duration_since(UNIX_EPOCH);
            since.expect("a clock").as_secs()
        };
        while now() <= self.1.get() {
            thread::sleep(Duration::from_millis(5));
        }
        self.1.set(now());
    }

    pub(crate) fn night(&self, args: &[&str]) -> Ran {
        self.begin(args).ended()
    }

    /// Files of the branch in the repository, in a folder.
    pub(crate) fn pushed(&self, folder: &str) -> Vec<String> {
        let repository = "--git-dir=.state/nights.git";
        let listed = ["ls-tree", "-r", "--name-only", "labrun-data", folder];
        let listed = self.0.git(&[&[repository][..], &listed].concat());
        listed.lines().map(str::to_owned).collect()
    }

    pub(crate) fn file(&self, name: &str) -> Vec<u8> {
        fs::read(self.0.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }
}

#[test]
fn a_build_that_is_worse_is_pushed_and_told_and_is_not_the_accepted_one() {
    let lab = Lab::fixture()
        .guest("grows", SMALL)
        .question(&Question::size().of("grows", ""));
    let nights = Nights::new(lab);
    let size = [
        "--scenario",
        "size",
        "--summary",
        ".state/summary.md",
        "--junit",
        ".state/check.xml",
    ];
    nights
        .night(&size)
        .exit(0)
        .stderr_has("later nights are held against this build");
    let accepted = nights.file(".state/history/accepted.bundle");
    let lab = &nights.0;
    fs::write(lab.path().join("workloads/grows/src/main.rs"), LARGE).expect("writes a file");
    lab.commit();
    nights.night(&size).exit(100).stdout_has("CONFIRMED ");
    let text = |name: &str| String::from_utf8(nights.file(name)).expect("UTF-8");
    let summary = text(".state/summary.md");
    assert_eq!(
        summary.matches("## Night ").count(),
        2,
        "one for each night: {summary}"
    );
    assert!(summary.contains("### Confirmed"), "{summary}");
    let junit = text(".state/check.xml");
    assert!(junit.contains("<failure message="), "{junit}");
    // It is open, and told once.
    nights.night(&size).exit(0).stdout_has("still open: ");
    assert_eq!(nights.file(".state/history/accepted.bundle"), accepted);
    let pushed = [nights.pushed("runs/").len(), nights.pushed("checks/").len()];
    assert_eq!(pushed, [3, 3]);
    let all = nights.pushed(".");
    assert!(!all.iter().any(|name| name.contains("bundle")), "{all:?}");
    // Accepted by hand, it is what later nights are held against.
    let ack = [
        "track",
        "ack",
        "--history",
        ".state/history",
        "--reason",
        "x",
    ];
    lab.run(ack).exit(0).stdout_has("accepted: ");
    nights
        .night(&size)
        .exit(0)
        .stderr_has("later nights are held against this build");
    assert_ne!(nights.file(".state/history/accepted.bundle"), accepted);
}

#[test]
fn the_accepted_build_stays_so_that_small_steps_add_up_and_is_replaced_when_it_is_old() {
    let lab = Lab::fixture()
        .guest("grows", SMALL)
        .question(&Question::size().of("grows", ""));
    let nights = Nights::new(lab);
    let night = |more: &[&str]| {
        nights
            .night(&[&["--scenario", "size"], more].concat())
            .exit(0)
    };
    let held = "later nights are held against this build";
    night(&[]).stderr_has(held);
    let since = nights.file(".state/history/accepted.bundle.night");
    for more in [&[][..], &["--accepted-nights", "3"]] {
        let ran = night(more);
        assert!(!ran.stderr.contains(held), "{}", ran.stderr);
    }
    assert_eq!(nights.file(".state/history/accepted.bundle.night"), since);
    night(&["--accepted-nights", "3"]).stderr_has(held);
    assert_ne!(nights.file(".state/history/accepted.bundle.night"), since);
    let wrong = ["--accepted-nights", "soon"];
    nights
        .night(&wrong)
        .exit(2)
        .stderr_has("a number of nights");
}

#[test]
fn a_mistake_in_how_nights_are_judged_is_found_before_measuring() {
    let nights = Nights::new(Lab::fixture());
    let rules = nights.0.path().join("labrun-track.toml");
    fs::write(&rules, "[judge]\nwindow = 0\n").expect("writes");
    let night = ["--scenario", "cold-start", "-r", "3", "--no-bundle"];
    let runs = [&night[..], &["--runs", ".state/measured"]].concat();
    nights.night(&runs).exit(2).stderr_has("labrun-track.toml");
    let left = fs::read_dir(nights.0.path().join(".state/measured")).expect("reads");
    assert_eq!(left.count(), 0, "nothing is measured");
    fs::remove_file(rules).expect("removes");
    nights.night(&runs).exit(0);
}

/// A regression is told by the exit code whatever cannot be written beside it, and a repository that a power
/// cut left locked costs no night.
#[test]
fn what_cannot_be_written_hides_no_regression() {
    let lab = Lab::fixture()
        .guest("grows", SMALL)
        .question(&Question::size().of("grows", ""));
    let nights = Nights::new(lab);
    let size = ["--scenario", "size", "--no-bundle"];
    for (what, file) in [("--junit", "/dev/null/x"), ("--summary", "/nonexist/x")] {
        nights
            .night(&[&size[..], &[what, file]].concat())
            .exit(2)
            .stderr_has("cannot be written");
    }
    nights.night(&size).exit(0);
    fs::write(nights.0.path().join("workloads/grows/src/main.rs"), LARGE).expect("writes a file");
    nights.0.commit();
    let lock = nights.0.path().join(".state/history/.git/index.lock");
    fs::write(&lock, "").expect("writes a file");
    let pages = nights.0.path().join(".state/history/pages");
    fs::remove_dir_all(&pages).expect("removes");
    fs::write(&pages, "no folder").expect("writes a file");
    nights
        .night(&size)
        .exit(100)
        .stderr_has("recorded, and not committed")
        .stderr_has("the page of this night is not kept");
    fs::remove_file(lock).expect("removes");
    fs::remove_file(pages).expect("removes");
    nights.night(&size).exit(0).stdout_has("still open: ");
    assert_eq!(nights.pushed("runs/").len(), 3);
}

/// Emulated nights are a history of their own, in which sizes are judged.
#[test]
fn nights_of_another_architecture_stand_beside_those_of_this_one() {
    let lab = Lab::fixture()
        .guest("grows", SMALL)
        .question(&Question::size().of("grows", ""));
    let nights = Nights::new(lab);
    let (own, other) = match std::env::consts::ARCH {
        "aarch64" => ("aarch64", "x86_64"),
        own => (own, "aarch64"),
    };
    let own = ["--scenario", "size", "--arch", own];
    let emulated = ["--scenario", "size", "--arch", other];
    nights.night(&own).exit(0).stdout_has("0 series judged");
    nights
        .night(&[&emulated[..], &["--no-bundle"]].concat())
        .exit(0)
        .stdout_has("0 series judged");
    fs::write(nights.0.path().join("workloads/grows/src/main.rs"), LARGE).expect("writes a file");
    nights.0.commit();
    // Each against its own, and neither misses what the other has.
    for night in [&own, &emulated] {
        let ran = nights.night(&[&night[..], &["--no-bundle"]].concat());
        let ran = ran.exit(100).stdout_has("CONFIRMED ");
        assert!(
            !ran.stdout.contains("not measured any more"),
            "{}",
            ran.stdout
        );
    }
    let class = format!("-emulates-{other}.jsonl");
    let pushed = nights.pushed("runs/");
    let of_other = pushed.iter().filter(|name| name.ends_with(&class));
    assert_eq!((of_other.count(), pushed.len()), (2, 4), "{pushed:?}");
}

#[test]
fn a_night_that_is_interrupted_pushes_nothing() {
    let nights = Nights::new(Lab::fixture());
    let endless = ["--scenario", "cold-start", "-r", "100000", "--no-bundle"];
    let mut live = nights.begin(&endless);
    live.until("it measures", |live| {
        live.said("stderr").contains("measuring")
    });
    live.signal(libc::SIGTERM);
    live.ended().exit(130).stderr_has("nothing is pushed");
    let branch = ["--git-dir=.state/nights.git", "branch", "--list"];
    assert_eq!(nights.0.git(&branch), "");
    // It is in nobody's way.
    let night = ["--scenario", "cold-start", "-r", "3", "--no-bundle"];
    nights.night(&night).exit(0);
    assert_eq!(nights.pushed("runs/").len(), 1);
}

#[test]
fn a_file_that_was_edited_is_told_and_is_not_pushed() {
    let nights = Nights::new(Lab::fixture());
    let night = ["--scenario", "cold-start", "-r", "3", "--no-bundle"];
    nights.night(&night).exit(0);
    let first = nights.pushed("runs/").pop().expect("a night");
    let path = nights.0.path().join(".state/history").join(&first);
    let whole = fs::read_to_string(&path).expect("reads");
    fs::write(&path, &whole[..whole.len() / 2]).expect("writes");
    nights
        .night(&night)
        .exit(1)
        .stderr_has("is cut")
        .stderr_has("changed by hand, and not pushed");
    assert_eq!(nights.pushed("runs/").len(), 2);
    let show = format!("labrun-data:{first}");
    let shown = nights
        .0
        .git(&["--git-dir=.state/nights.git", "show", &show]);
    assert_eq!(shown, whole.trim_end());
}

#[test]
fn what_was_not_pushed_is_pushed_the_next_night_and_a_rewritten_branch_is_followed() {
    let nights = Nights::new(Lab::fixture());
    let night = ["--scenario", "cold-start", "-r", "3", "--no-bundle"];
    nights.night(&night).exit(0);
    let at = |name: &str| nights.0.path().join(name);
    let (there, gone) = (at(".state/nights.git"), at(".state/gone.git"));
    fs::rename(&there, &gone).expect("takes it away");
    nights
        .night(&night)
        .exit(1)
        .stderr_has("cannot be had: going on")
        .stderr_has("not pushed, but committed");
    fs::rename(&gone, &there).expect("brings it back");
    nights.night(&["--only-push"]).exit(0);
    let all = nights.pushed("runs/");
    assert_eq!(all.len(), 2);
    // Somebody takes the first night away, and everything that came before.
    nights.0.git(&[
        "clone",
        "--quiet",
        "--branch=labrun-data",
        ".state/nights.git",
        ".state/other",
    ]);
    let other = |args: &[&str]| nights.0.git(&[&["-C", ".state/other"], args].concat());
    other(&["checkout", "--quiet", "--orphan", "fresh"]);
    other(&["rm", "--quiet", "--force", &all[0]]);
    other(&["commit", "--quiet", "--message=fresh"]);
    other(&["push", "--quiet", "--force", "origin", "HEAD:labrun-data"]);
    nights.night(&night).exit(0).stderr_has("was rewritten");
    let now = nights.pushed("runs/");
    assert_eq!(now.len(), 2, "{now:?}");
    assert!(!now.contains(&all[0]), "{now:?}");
}
