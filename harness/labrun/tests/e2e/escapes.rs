//! What others say (guests, runners, cargo, definitions, files of runs) comes to terminal, files and page
//! without what would move, hide or turn around what stands beside it, and can still be read.

use std::fs;

use serde_json::Value;

use crate::support::{Lab, Ran, Runner};

/// What labrun colours with.
const COLOURS: [&str; 11] = [
    "0", "1", "2", "31", "32", "33", "34", "35", "36", "91", "94",
];

/// No control character but for lines, tabs and labrun's own colours, and nothing that turns text around.
#[track_caller]
fn is_safe(text: &str) {
    let mut bare = text.to_owned();
    for colour in COLOURS {
        bare = bare.replace(&format!("\u{1b}[{colour}m"), "");
    }
    let found = bare.chars().find(|letter| {
        letter.is_control() && !matches!(letter, '\n' | '\t')
            || ('\u{202a}'..='\u{202e}').contains(letter)
            || ('\u{2066}'..='\u{2069}').contains(letter)
    });
    assert_eq!(found, None, "{text:?}");
}

/// Whatever a run printed and wrote, as text and as what the JSON in it means.
#[track_caller]
fn is_all_safe(ran: &Ran) {
    is_safe(&ran.stdout);
    is_safe(&ran.stderr);
    for file in ["run.json", "samples.jsonl", "summary.json", "report.html"] {
        is_safe(&ran.files.text(file));
    }
    for file in ["run.json", "summary.json"] {
        mean_safe(&ran.files.json(file));
    }
    ran.files.samples().iter().for_each(mean_safe);
}

/// Every text of a value is safe.
#[track_caller]
fn mean_safe(value: &Value) {
    match value {
        Value::String(text) => is_safe(text),
        Value::Array(list) => list.iter().for_each(mean_safe),
        Value::Object(fields) => fields.iter().for_each(|(name, value)| {
            is_safe(name);
            mean_safe(value);
        }),
        _ => {}
    }
}

#[test]
fn a_guest_paints_neither_terminal_nor_files() {
    let loud = "eprintln!(\"\\u{1b}[31mno luck\\u{1b}[0m \\u{1b}]0;title\\u{7}\\u{202e}today\\u{9b}2J\"); \
        std::process::exit(4);";
    let wrong = "println!(\"\\u{1b}[2Jwrong\\u{202e}\");";
    let lab = Lab::fixture()
        .guest("loud", &format!("fn main() {{ {loud} }}"))
        .guest("painter", &format!("fn main() {{ {wrong} }}"));
    let ran = lab
        .measure(["--color", "always"])
        .exit(101)
        .rows(
            "loud",
            "native/static",
            "failed",
            "its stderr ends: no luck \\u{202e}today\\u{9b}2J",
        )
        .rows(
            "painter",
            "native/static",
            "mismatch",
            "got \"\\u{1b}[2Jwrong\\u{202e}\\n\"",
        )
        .rows("right", "native/static", "measured", "");
    is_all_safe(&ran);
    assert!(ran.stdout.contains("no luck"), "{}", ran.stdout);
}

#[test]
fn a_runner_paints_neither() {
    let job = "while read -r line; do printf '%s\\n' \
        '{\"event\":\"failed\",\"reason\":\"\\u001b]8;;http://x\\u0007an ill\\u202eness\\r\\nmore\"}'; done";
    let lab = Lab::fixture().runner(&Runner::new("ill", job));
    let ran = lab
        .measure(["--color", "always", "-i", "ill/*"])
        .exit(101)
        .rows("right", "ill/plain", "failed", "an ill\\u{202e}ness\nmore");
    is_all_safe(&ran);
}

#[test]
fn cargo_paints_neither_and_its_error_is_found_behind_its_colours() {
    let script = "fn main() { eprintln!(\"\\u{1b}[1m\\u{1b}[91merror\\u{1b}[0m: \\u{202e}painted\"); \
        std::process::exit(1); }";
    let lab = Lab::fixture()
        .guest("painted", "fn main() { println!(\"right\"); }")
        .write("workloads/painted/build.rs", script);
    let ran = lab.measure(["--color", "always", "-w", "painted"]).exit(4);
    let ran = ran.rows(
        "painted",
        "native/static",
        "unavailable",
        "error: \\u{202e}painted",
    );
    is_all_safe(&ran);
    // The same where nothing but cargo's words are told.
    let built = lab.run([
        "--color",
        "always",
        "build",
        "-w",
        "painted",
        "-i",
        "native/static",
    ]);
    let built = built.exit(1).stderr_has("error: \\u{202e}painted");
    is_safe(&built.stderr);
}

#[test]
fn definitions_paint_no_terminal_and_are_the_same_in_json() {
    let lab = Lab::fixture().replace(
        "scenarios/cold-start.toml",
        "question = \"How long?\"",
        "question = \"How\\u001b[2J long\\u007f?\\u202e\"",
    );
    for args in [
        &["list"][..],
        &["list", "--json"],
        &["plan", "cold-start"],
        &["plan", "cold-start", "--json"],
    ] {
        let args = ["--color", "always"].iter().chain(args);
        is_safe(&lab.run(args).exit(0).stdout);
    }
    let listed = lab.run(["list", "scenarios", "--json"]).exit(0).json();
    let about = &listed["scenarios"][0]["about"];
    assert_eq!(about, "How\u{1b}[2J long\u{7f}?\u{202e}", "{listed:#}");
    let ran = lab.measure(["--color", "always"]).exit(0);
    is_safe(&ran.stdout);
    mean_safe(&ran.files.json("summary.json"));
    is_safe(&ran.files.text("report.html"));
    assert_eq!(
        ran.files.json("summary.json")["question"],
        "How long\\u{7f}?\\u{202e}"
    );
}

#[test]
fn files_of_somebody_elses_run_paint_neither() {
    let lab = Lab::fixture();
    let ran = lab.measure([""; 0]).exit(0);
    let folder = ran.files.path().to_str().expect("a name");
    let spoil = |file: &str, from: &str, to: &str| {
        let path = ran.files.path().join(file);
        let text = fs::read_to_string(&path).expect("reads it");
        assert!(text.contains(from), "{text}");
        fs::write(&path, text.replacen(from, to, 1)).expect("writes it");
    };
    let id = ran.files.json("run.json")["id"]
        .as_str()
        .expect("a name")
        .to_owned();
    spoil("run.json", &id, "\\u001b]0;title\\u0007a run\\u202e");
    spoil(
        "run.json",
        "\"host\": \"",
        "\"host\": \"\\u001b[31m\u{202e}",
    );
    let measured = "\"outcome\":\"measured\",\"value\":";
    let failed =
        "\"outcome\":\"failed\",\"reason\":\"\\u001b[2Jgone\\u009b2J\",\"value\":null,\"was\":";
    spoil("samples.jsonl", measured, failed);
    let twin = &ran.files.copied(&lab.path().join("twin"));
    for args in [
        &["report", folder][..],
        &["report", folder, "--json"],
        &["compare", folder, twin],
        &["compare", folder, twin, "--json"],
    ] {
        let ran = lab.run(["--color", "always"].iter().chain(args));
        is_safe(&ran.stdout);
        is_safe(&ran.stderr);
    }
    let summary = ran.files.json("summary.json");
    mean_safe(&summary);
    assert_eq!(summary["run"], "a run\\u{202e}");
    assert_eq!(summary["results"][0]["reason"], "gone\\u{9b}2J");
    is_safe(&ran.files.text("report.html"));
}

#[test]
fn what_a_guest_says_beside_its_output_reaches_no_terminal() {
    let guest = "fn main() { eprint!(\"\\u{1b}[2Jpainted\"); println!(\"right\"); }";
    let ran = Lab::fixture()
        .isolation("control/spawn")
        .guest("paints", guest)
        .measure([""; 0])
        .exit(0)
        .rows("paints", "native/static", "measured", "")
        .rows("paints", "control/spawn", "measured", "");
    is_safe(&ran.stderr);
    assert!(!ran.stderr.contains("painted"), "{}", ran.stderr);
}
