//! `labrun compare` into files: as Markdown for a pull request, and as a page.

use std::fs;

use crate::support::made::{BASE, Made, SLOW};

/// The files of a comparison.
const EXPORTS: [&str; 4] = ["--export-markdown", "c.md", "--page", "c.html"];

#[test]
fn a_comparison_is_written_as_markdown_and_as_a_page() {
    let made = Made::new();
    made.run("base", BASE).run("slow", SLOW);
    made.compare("base", "slow", &EXPORTS)
        .exit(0)
        .stdout_has("suspected: 1 row");
    let read = |file: &str| fs::read_to_string(made.path().join(file)).expect("is written");
    let (text, page) = (read("c.md"), read("c.html"));
    assert!(
        text.starts_with("**1 row is suspected to be worse.**\n"),
        "{text}"
    );
    assert!(
        text.contains("slower, suspected |") && text.len() < 60_000,
        "{text}"
    );
    assert!(
        page.contains("1 row is suspected to be worse.</h1>"),
        "{page}"
    );
    assert!(page.contains("<svg class=\"chart\""), "{page}");
    // The exit code is that of the comparison, and JSON is alone on stdout.
    made.run("again", SLOW);
    let more = [&EXPORTS[..], &["--confirm", "again", "--json"]].concat();
    made.compare("base", "slow", &more).exit(100).json();
    assert!(
        read("c.md").contains("slower, confirmed |"),
        "{}",
        read("c.md")
    );
}

#[test]
fn an_export_that_cannot_be_written_is_known_before_anything_is_compared() {
    let made = Made::new();
    for flag in ["--export-markdown", "--page"] {
        for (file, told) in [
            ("no/x", "make the folder first: mkdir -p no"),
            ("/proc/x", "cannot write /proc/x"),
        ] {
            // The runs are not even looked for.
            let ran = made.compare("nowhere", "nowhere", &[flag, file]).exit(2);
            let ran = ran.stderr_has(told);
            assert!(!ran.stderr.contains("is no run") && ran.stdout.is_empty());
        }
    }
    // Nothing is written of what is refused.
    made.run("base", BASE).replay("replay", 1.5, |_| {});
    made.compare("base", "replay", &EXPORTS).exit(2);
    for file in ["c.md", "c.html"] {
        assert!(!made.path().join(file).exists());
    }
}
