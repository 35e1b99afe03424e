//! Guests that do not do their job: each costs its own rows, with the reason, and
//! the run's exit code is 101.

use crate::support::Lab;

const GUESTS: [(&str, &str, &str, &str); 11] = [
    (
        "grumbles",
        "eprint!(\"{}\", \"x\".repeat(1 << 20)); println!(\"right\");",
        "measured",
        "",
    ),
    (
        "wrong",
        "println!(\"wrong\");",
        "mismatch",
        "expected \"right\\n\", got \"wrong\\n\"",
    ),
    ("silent", "", "mismatch", "before its output was whole"),
    (
        "half",
        "print!(\"rig\");",
        "mismatch",
        "before its output was whole: got \"rig\"",
    ),
    (
        "fails",
        "println!(\"right\"); std::process::exit(3);",
        "failed",
        "exited with code 3",
    ),
    (
        "unlucky",
        "eprintln!(\"no luck today\"); std::process::exit(4);",
        "failed",
        "its stderr ends: no luck today",
    ),
    (
        "talks",
        "println!(\"right\"); println!(\"and more\");",
        "mismatch",
        "more than its expected output",
    ),
    ("aborts", "std::process::abort();", "failed", "SIGABRT"),
    (
        "panics",
        "panic!(\"no way\");",
        "failed",
        "exited with code 101",
    ),
    (
        "hangs",
        "loop { std::thread::park(); }",
        "timeout",
        "the time limit of a launch passed",
    ),
    (
        "floods",
        "print!(\"right\\n{}\", \"x\".repeat(1 << 20));",
        "mismatch",
        "more than",
    ),
];

#[test]
fn each_bad_guest_costs_its_own_rows() {
    let mut lab = Lab::fixture().plan("timeout_s", "2");
    for (name, body, ..) in GUESTS {
        lab = lab.guest(name, &format!("fn main() {{ {body} }}"));
    }
    let mut ran = lab.measure([""; 0]).exit(101);
    for (name, _, outcome, reason) in GUESTS {
        ran = ran.rows(name, "native/static", outcome, reason);
    }
    ran.rows("right", "native/static", "measured", "");
}

#[test]
fn a_guest_that_lingers_after_its_output_is_a_timeout() {
    let source = "fn main() { println!(\"right\"); loop { std::thread::park(); } }";
    Lab::fixture()
        .plan("timeout_s", "2")
        .guest("lingers", source)
        .measure(["--workload", "lingers"])
        .exit(101)
        .rows("lingers", "native/static", "timeout", "time limit");
}

#[test]
fn a_guest_that_fails_later_is_no_measured_row() {
    // The file that it leaves counts: from the fifth launch on it is wrong.
    let lab = Lab::fixture();
    let file = lab.path().join("launches");
    let source = format!(
        "fn main() {{ let file = std::path::Path::new({file:?}); \
         let before = std::fs::read(file).unwrap_or_default(); \
         println!(\"{{}}\", if before.len() < 4 {{ \"right\" }} else {{ \"wrong\" }}); \
         std::fs::write(file, vec![0; before.len() + 1]).unwrap(); }}"
    );
    let ran = lab
        .guest("later", &source)
        .measure(["--workload", "later"])
        .exit(101)
        .rows("later", "native/static", "mismatch", "got \"wrong\\n\"");
    let kept = ran.files.samples();
    assert!(
        kept.iter().any(|sample| sample["outcome"] == "measured"),
        "a sample that was taken is kept"
    );
}

#[test]
fn a_native_child_of_a_guest_does_not_outlive_its_launch() {
    // That nothing is left is checked at the end of every run.
    let source = "fn main() { std::process::Command::new(\"sleep\").arg(\"1000\")\
        .stdin(std::process::Stdio::null()).stdout(std::process::Stdio::null())\
        .stderr(std::process::Stdio::null()).spawn().unwrap(); println!(\"right\"); }";
    Lab::fixture()
        .guest("parent", source)
        .measure(["--workload", "parent"])
        .exit(0)
        .rows("parent", "native/static", "measured", "");
}
