//! What cannot be measured here is said once, however many rows it costs.

use crate::support::{GOOD_JOB, Lab, Runner};

#[test]
fn each_reason_is_on_the_terminal_and_on_the_page_once() {
    let absent = Runner::new("absent", GOOD_JOB).every_start();
    let lab = Lab::fixture()
        .guest("again", "fn main() { println!(\"right\"); }")
        .runner(&absent.without_program());
    // The guest is native alone; to the scenario it is a module too.
    let scenario = "scenarios/cold-start.toml";
    let text = std::fs::read_to_string(lab.path().join(scenario)).expect("reads it");
    let targets = "name = \"again\"\ntargets = [\"native\", \"image\"]";
    assert!(text.contains(targets), "{text}");
    let wider = text.replace(
        targets,
        "name = \"again\"\ntargets = [\"native\", \"wasip1\"]",
    );
    let package = "workloads/again/workload.toml";
    let lab =
        lab.write(scenario, &wider)
            .replace(package, "[\"native\"]", "[\"native\", \"wasip1\"]");
    let ran = lab.measure([""; 0]).exit(0);
    let reason = "the runner absent is missing";
    let summary = ran.files.text("summary.json");
    let rows = summary.matches(reason).count();
    assert!(rows > 8, "{rows} rows say it: {summary}");
    assert_eq!(ran.stdout.matches(reason).count(), 1, "{}", ran.stdout);
    let line = "\nunavailable: absent: ";
    assert!(ran.stdout.contains(line), "{}", ran.stdout);
    let page = ran.files.text("report.html");
    assert_eq!(
        page.matches(reason).count(),
        1,
        "where the isolation is described"
    );
    assert!(
        page.matches("unavailable</strong>: absent/plain: <a href=")
            .count()
            > 1
    );

    // What was not asked for is counted alone, and where all is asked for it is said once.
    let left = "--workload asks for right alone";
    for (full, times) in [(&[][..], 0), (&["--full"], 1)] {
        let args = ["-w", "right", "-i", "native/static"].iter().chain(full);
        let ran = lab.measure(args).exit(0).stdout_has(" not-selected");
        assert_eq!(ran.stdout.matches(left).count(), times, "{}", ran.stdout);
        assert!(!ran.stdout.contains("again \u{b7}"), "{}", ran.stdout);
    }
}
