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
    // It is wrapped where a line is full, wherever that is.
    let said: Vec<&str> = ran.stdout.split_whitespace().collect();
    let said = said.join(" ");
    assert_eq!(said.matches(reason).count(), 1, "{}", ran.stdout);
    let mend = "`labrun build --isolation 'absent/*'` builds it";
    assert_eq!(said.matches(mend).count(), 1, "{}", ran.stdout);
    let page = ran.files.text("report.html");
    assert_eq!(page.matches(reason).count(), 1, "where all reasons stand");
    let (_, listed) = page.split_once("id=\"r0-left-0\"").expect("a reason");
    let (_, why) = listed.split_once("absent/plain").expect("whom it concerns");
    assert!(
        why.split_once("</li>")
            .is_some_and(|(own, _)| own.contains(reason))
    );
    let described = page.matches("href=\"#r0-left-0\"").count();
    assert_eq!(described, 1, "where the isolation is described");

    // What was not asked for is counted alone, and where all is asked for it is said once.
    let left = "--workload asks for right alone";
    for (full, times) in [(&[][..], 0), (&["--full"], 1)] {
        let args = ["-w", "right", "-i", "native/static"].iter().chain(full);
        let ran = lab.measure(args).exit(0).stdout_has(" not-selected");
        assert_eq!(ran.stdout.matches(left).count(), times, "{}", ran.stdout);
        assert!(!ran.stdout.contains("again \u{b7}"), "{}", ran.stdout);
    }
}
