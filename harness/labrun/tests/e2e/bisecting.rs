//! `labrun track bisect`: the commit, or the version of a runtime, that made something worse.

use std::fs;

use serde_json::{Value, json};

use crate::support::made::Made;
use crate::support::{Lab, Question, Ran};
use crate::tracking::{Nights, name};

/// A guest whose program has so many KiB of a table in it; with a word that changes nothing.
fn guest(kib: usize, word: &str) -> String {
    let numbers = kib * 128;
    format!(
        "// {word}\nstatic TABLE: [u64; {numbers}] = {{\n    let mut table = [0; {numbers}];\n    \
         let mut at = 0;\n    while at < {numbers} {{\n        table[at] = at as u64 * 2_654_435_761 + 1;\n        \
         at += 1;\n    }}\n    table\n}};\n\nfn main() {{\n    std::hint::black_box(&TABLE);\n    \
         println!(\"right\");\n}}\n"
    )
}

/// A night of a lab: measured, recorded as of a day, judged.
fn night(lab: &Lab, day: u32) -> Ran {
    let run = format!(".state/night-{day}");
    lab.run(["scenario", "size", "--out", &run]).exit(0);
    let said = lab.path().join(&run).join("run.json");
    let text = fs::read_to_string(&said).expect("reads");
    let mut value: Value = serde_json::from_str(&text).expect("JSON");
    value["started"] = json!(format!("2026-11-{day:02}T02:00:00.5Z"));
    fs::write(said, value.to_string()).expect("writes");
    let history = ["--history", ".state/history"];
    let recorded = [&["track", "record", &run][..], &history].concat();
    lab.run(recorded).exit(0);
    lab.run([&["track", "check", &run, "--no-replay"][..], &history].concat())
}

#[test]
fn the_commit_is_found_between_two_nights_whatever_does_not_build() {
    let lab = Lab::fixture()
        .guest("grows", &guest(8, "first"))
        .question(&Question::size().of("grows", ""));
    let source = lab.path().join("workloads/grows/src/main.rs");
    let mut commits = vec![lab.commit()];
    night(&lab, 1).exit(0);
    for text in [
        &guest(8, "second"),
        "fn main() { broken }\n",
        &guest(8, "fourth"),
        &guest(80, "fifth"),
        &guest(80, "sixth"),
    ] {
        fs::write(&source, text).expect("writes");
        commits.push(lab.commit());
    }
    night(&lab, 2)
        .exit(100)
        .stdout_has("CONFIRMED native: 5 series together")
        .stdout_has("; the most: grows");
    let bisect = |more: &[&str]| {
        let args = ["track", "bisect", "--history", ".state/history"];
        lab.run([&args[..], more].concat())
    };
    let found = format!("first bad commit: {}", commits[4]);
    bisect(&["--bad", &commits[5]])
        .exit(0)
        .stderr_has("5 commits to choose from")
        .stdout_has(&found);
    // The one in the middle does not build, and is gone around.
    bisect(&["--good", &commits[0], "--bad", &commits[4]])
        .exit(0)
        .stderr_has("cannot be replayed")
        .stdout_has(&found);
    let broken = ["--good", &commits[1], "--bad", &commits[2], "--json"];
    let none = |ran: Ran, why: &str| {
        let ran = ran.exit(1).stderr_has(why);
        let said: Value = serde_json::from_str(&ran.stdout).expect("JSON");
        assert_eq!(said["commits"], json!([]));
    };
    none(bisect(&broken), "not decided by a replay of both");
    // Ends that somebody named are measured before one of them is.
    let neighbours = ["--good", &commits[0], "--bad", &commits[1], "--json"];
    none(bisect(&neighbours), "is not worse than the good one");
    let neighbours = ["--good", &commits[3], "--bad", &commits[4], "--json"];
    let only = bisect(&neighbours).exit(0).stderr_has(": bad");
    let only: Value = serde_json::from_str(&only.stdout).expect("JSON");
    assert_eq!(only["commits"], json!([commits[4]]));
    bisect(&["--good", &commits[5], "--bad", &commits[0]])
        .exit(2)
        .stderr_has("does not come after");
    bisect(&["shrinks"])
        .exit(2)
        .stderr_has("nothing to look for");
}

#[test]
fn the_version_of_a_runtime_is_found_by_its_release_number() {
    // From 1.1.0 on it takes a while longer.
    let slow = "if toyrt::VERSION != \"1.0.0\" {\n                \
                std::thread::sleep(std::time::Duration::from_millis(40));\n            }\n            \
                guest.write_all(";
    let lab = Lab::with_toy().replace("harness/runners/toy/src/main.rs", "guest.write_all(", slow);
    let nights = Nights::of(Made::of(lab, "toy/plain"));
    for day in 1..=12 {
        nights.night(day, if day > 10 { 1.5 } else { 1.0 }).exit(0);
    }
    nights.check(11, &[]).exit(0);
    let run = nights.path(&name(12));
    // Its commits are none that git knows.
    nights
        .track(&["check", &run])
        .exit(100)
        .stdout_has("CONFIRMED right \u{b7} toy/plain");
    let bisect =
        |versions: &str| nights.track(&["bisect", "--versions", versions, "--time-budget", "20s"]);
    bisect("2.0.0,1.0.0,1.1.0")
        .exit(0)
        .stderr_has("2 versions to choose from")
        .stderr_has("toy@1.1.0: bad")
        .stdout_has("first bad version: toy@1.1.0");
    bisect("1.0.0")
        .exit(2)
        .stderr_has("two release numbers of toy");
    bisect("1.0.0,soon").exit(2).stderr_has("soon");
    bisect("0.8.0,2.0.0").exit(1).stderr_has("toy 0.8.0");
    nights
        .track(&["bisect", "--versions", "1.0.0,1.1.0", "--good", "HEAD"])
        .exit(2)
        .stderr_has("cannot be used with");
}
