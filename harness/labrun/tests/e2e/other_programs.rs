//! Several scenarios of other programs that do the work of the lab's: each compared with that one on its
//! own isolation, and said to be another program wherever that is shown.

use crate::support::{Lab, Question, User};

const TONGUES: &str = r#"
name = "tongues"
question = "What does a language cost?"
parts = ["cold-start", "size"]

[[program]]
example = "twin"
reference = "right"
"#;

const TWIN: &str = r#"
name = "twin"
summary = "prints what is right, and is larger"

[run]
[run.expect]
regex = "^right$"

[build.native]
command = ["sh", "-c", "cp made \"$LABRUN_OUT\" && printf '%200000s' >> \"$LABRUN_OUT\""]
"#;

const WORDS: &str = "different programs";

/// A lab with the example `twin`, which is the lab's own program with something behind it.
fn lab() -> Lab {
    let lab = Lab::fixture()
        .isolation("native/landlock")
        .question(
            &Question::size()
                .of("right", "")
                .isolation("native/landlock"),
        )
        .write("scenarios/tongues.toml", TONGUES)
        .write("examples/twin/workload.toml", TWIN);
    let user = User::of(Lab::fixture());
    let made = lab.path().join("examples/twin/made");
    std::fs::copy(user.right("made"), made).expect("copies a program");
    lab
}

#[test]
fn each_is_compared_with_the_program_whose_work_it_does_on_its_own_isolation() {
    let lab = lab();
    let csv = lab.path().join("rows.csv");
    let markdown = lab.path().join("rows.md");
    let exports = [
        "--export-csv".as_ref(),
        csv.as_os_str(),
        "--export-markdown".as_ref(),
        markdown.as_os_str(),
    ];
    let ran = lab.ask("tongues", exports).exit(0);
    for isolation in ["native/static", "native/landlock"] {
        let start = ran.files.row("twin", isolation, "time_to_first_result");
        let ratio = &start["ratio"];
        assert_eq!(
            [&ratio["to"], &ratio["to_workload"], &ratio["to_start"]],
            [isolation, "right", "process"]
        );
        let bytes = |workload: &str| {
            let mut rows = ran.files.rows(workload, isolation);
            rows.retain(|row| row["metric"] == "size" && row["params"]["form"] == "built");
            rows.remove(0)
        };
        let (twin, right) = (bytes("twin"), bytes("right"));
        let value = twin["median"].as_f64().zip(right["median"].as_f64());
        let value = value.map(|(twin, right)| twin / right);
        assert!(value.is_some_and(|value| value > 1.01), "{twin} {right}");
        assert_eq!(twin["ratio"]["value"].as_f64(), value);
        assert_eq!(twin["ratio"]["to_workload"], "right");
    }
    // That of the lab is held against its own references, as ever.
    let own = ran
        .files
        .row("right", "native/landlock", "time_to_first_result");
    assert_eq!(own["ratio"]["to"], "native/static");
    assert!(own["ratio"].get("to_workload").is_none());
    // Wherever such a ratio is shown.
    let page = ran.files.text("report.html");
    assert!(
        page.matches(WORDS).count() > 8,
        "{}",
        page.matches(WORDS).count()
    );
    let read = |path: &std::path::Path| std::fs::read_to_string(path).expect("is written");
    let lines = read(&csv);
    let twins = lines.lines().filter(|line| line.contains(",twin,"));
    let compared = twins.filter(|line| line.contains("right on the same isolation"));
    assert!(compared.clone().count() >= 4, "{lines}");
    assert!(
        compared.into_iter().all(|line| line.contains(WORDS)),
        "{lines}"
    );
    assert!(read(&markdown).contains(WORDS), "{}", read(&markdown));
    assert!(ran.stdout.contains(WORDS), "{}", ran.stdout);
    // And on the screen, which is about them.
    for measure in ["twin \u{b7} time to first result", "twin \u{b7} size"] {
        assert!(ran.stdout.contains(measure), "no {measure}: {}", ran.stdout);
    }
    let whole = lab.run([
        "report".as_ref(),
        ran.files.path().as_os_str(),
        "--full".as_ref(),
    ]);
    assert!(whole.exit(0).stdout.matches(WORDS).count() > 4);
    // And the command that measures a row again knows both.
    let again = "labrun scenario tongues -i native/landlock -w twin -w right";
    assert!(page.contains(again), "no {again:?}");
    lab.ask(
        "tongues",
        ["-i", "native/landlock", "-w", "twin", "-w", "right"],
    )
    .exit(0)
    .rows("twin", "native/landlock", "measured", "");
}

#[test]
fn what_is_no_program_of_the_lab_is_a_mistake_in_the_file() {
    let lab = lab();
    for (from, to, reason) in [
        (
            "\"twin\"",
            "\"twim\"",
            "there is no `twim` (did you mean `twin`?)",
        ),
        ("\"twin\"", "\"../twin\"", "cannot be called \"../twin\""),
        ("\"right\"", "\"write\"", "there is no workload `write`"),
        ("reference =", "refrence =", "refrence"),
    ] {
        let text = TONGUES.replace(from, to);
        std::fs::write(lab.path().join("scenarios/tongues.toml"), text).expect("writes");
        lab.ask("tongues", ["--quick"]).exit(2).stderr_has(reason);
    }
}

#[test]
fn a_scenario_may_name_the_program_that_another_is_compared_with() {
    let lab = Lab::fixture().guest("second", "fn main() { println!(\"right\"); }");
    let file = "scenarios/cold-start.toml";
    let metric = "[[metric]]\nname = \"teardown\"\n";
    let with = |lines: &str| {
        format!(
            "[[metric]]\nname = \"time_to_first_result\"\nworkload = \"second\"\n{lines}\n\n{metric}"
        )
    };
    let right = with("reference = \"*\"\nreference_workload = \"right\"");
    let lab = lab.replace(file, metric, &right);
    let ran = lab.measure([""; 0]).exit(0);
    let row = ran
        .files
        .row("second", "native/static", "time_to_first_result");
    assert_eq!(row["ratio"]["to_workload"], "right");
    for (lines, reason) in [
        ("reference = \"*\"", "compares each row with itself"),
        ("reference_workload = \"right\"", "no `reference`"),
        (
            "reference = \"*\"\nreference_workload = \"third\"",
            "none of the scenario's workloads",
        ),
    ] {
        let text = std::fs::read_to_string(lab.path().join(file)).expect("reads");
        let text = text.replace(&right, &with(lines));
        let wrong = Lab::fixture()
            .guest("second", "fn main() {}")
            .write(file, &text);
        wrong.measure([""; 0]).exit(2).stderr_has(reason);
    }
}
