//! Results on stdout, the rest on stderr; JSON alone where it is asked for; colours
//! only where they are wanted.

use crate::support::{GOOD_JOB, Lab, Ran, Runner};

const ESCAPE: char = '\u{1b}';

fn lab() -> Lab {
    Lab::fixture().runner(&Runner::new("good", GOOD_JOB))
}

#[test]
fn lists_name_everything_that_is_defined() {
    let lab = lab();
    for (what, named) in [
        ("scenarios", "cold-start"),
        ("workloads", "right"),
        ("isolations", "good/plain"),
        ("isolations", "docker/runc"),
        ("metrics", "time_to_first_result"),
    ] {
        let ran = lab.run(["list", what]).exit(0).stdout_has(named);
        assert_eq!(ran.stderr, "");
        lab.run(["list"]).exit(0).stdout_has(named).stdout_has(what);
        let listed = lab.run(["list", what, "--json"]).exit(0).json();
        let names = listed[what].as_array().expect("a list");
        assert!(
            names.iter().any(|entry| entry["name"] == named),
            "{listed:#}"
        );
    }
    lab.run(["list", "scenaros"])
        .exit(2)
        .stderr_has("'scenarios'");
}

#[test]
fn json_is_all_that_is_printed() {
    let lab = lab();
    let ran = lab.measure(["--json"]).exit(0);
    assert_eq!(ran.json(), ran.files.json("summary.json"));
    let run = ran.files.path().to_str().expect("a name");
    let twin = &ran.files.copied(&lab.path().join("twin"));
    for args in [
        &["list", "--json"][..],
        &["doctor", "--json"],
        &["build", "--json", "-i", "native/static"],
        &["report", run, "--json"],
        &["compare", run, twin, "--json"],
    ] {
        lab.run(args).exit(0).json();
        let coloured = ["--color", "always"].iter().chain(args);
        lab.run(coloured).exit(0).json();
    }
    let exported = lab.path().join("exported.json");
    let path = exported.to_str().expect("a name");
    let ran = lab.measure(["--export-json", path]).exit(0);
    let text = std::fs::read_to_string(&exported).expect("was written");
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&text).expect("is JSON"),
        ran.files.json("summary.json")
    );
}

#[test]
fn json_stays_json_when_rows_fail() {
    let lab = Lab::fixture().runner(&Runner::new("crash", "kill -SEGV $$"));
    let summary = lab.measure(["--json"]).exit(101).json();
    let failed = |row: &serde_json::Value| row["outcome"] == "failed";
    assert!(
        summary["results"]
            .as_array()
            .expect("results")
            .iter()
            .any(failed)
    );
}

#[test]
fn doctor_shows_the_machine_and_every_isolation() {
    let lab = lab().runner(&Runner::new("absent", GOOD_JOB).without_program());
    let seen = lab.run(["doctor", "--json"]).exit(0).json();
    assert!(
        seen["machine_class"]
            .as_str()
            .is_some_and(|class| class.contains('/'))
    );
    let isolations = seen["isolations"].as_array().expect("isolations");
    for (name, outcome) in [
        ("native/static", "measured"),
        ("absent/plain", "unavailable"),
    ] {
        let found = isolations
            .iter()
            .find(|isolation| isolation["name"] == name);
        let found = found.unwrap_or_else(|| panic!("no {name} in {seen:#}"));
        assert_eq!(found["outcome"], outcome);
    }
    lab.run(["doctor"])
        .exit(0)
        .stdout_has("rust")
        .stdout_has("labrun build --isolation 'absent/*'");
}

#[test]
fn completions_and_the_manual_are_printed() {
    let lab = lab();
    for (shell, part) in [
        ("bash", "complete -F _labrun"),
        ("zsh", "#compdef labrun"),
        ("fish", "complete -c labrun"),
    ] {
        lab.run(["completions", shell]).exit(0).stdout_has(part);
    }
    lab.run(["man"]).exit(0).stdout_has(".TH labrun");
    lab.run(["completions", "tcsh"]).exit(2);
    lab.run(["--help"]).exit(0).stdout_has("Exit codes:");
    lab.run(["--version"]).exit(0).stdout_has("labrun ");
}

fn coloured(args: &[&str], variables: &[(&str, &str)]) -> bool {
    let lab = lab();
    let mut command = lab.labrun(args);
    command.envs(variables.iter().copied());
    lab.start(command, lab.path())
        .ended()
        .exit(0)
        .stdout
        .contains(ESCAPE)
}

#[test]
fn colours_are_shown_only_where_they_are_wanted() {
    assert!(!coloured(&["doctor"], &[]), "stdout is no terminal");
    assert!(coloured(&["doctor", "--color", "always"], &[]));
    assert!(coloured(&["doctor"], &[("CLICOLOR_FORCE", "1")]));
    assert!(coloured(&["doctor"], &[("LABRUN_COLOR", "always")]));
    assert!(!coloured(&["doctor"], &[("NO_COLOR", "1")]));
    let force = [("CLICOLOR_FORCE", "1")];
    assert!(!coloured(&["doctor", "--color", "never"], &force));
    assert!(coloured(
        &["doctor", "--color", "always"],
        &[("NO_COLOR", "1")]
    ));
}

#[test]
fn errors_keep_to_the_same_rule() {
    let lab = lab();
    let told = |ran: Ran| ran.exit(2).stderr;
    assert!(!told(lab.run(["scenario", "x"])).contains(ESCAPE));
    let always = lab.run(["--color", "always", "scenario", "x"]);
    assert!(told(always).contains(ESCAPE));
}

#[test]
fn the_table_is_on_stdout_and_progress_on_stderr() {
    let lab = lab();
    let ran = lab
        .measure([""; 0])
        .exit(0)
        .stdout_has("right")
        .stderr_has("page: ");
    assert!(!ran.stdout.contains(ESCAPE) && !ran.stderr.contains(ESCAPE));
    assert!(!ran.stderr.contains('\r'), "a bar was drawn on no terminal");
    let coloured = lab.measure(["--color", "never"]).exit(0);
    assert!(!coloured.stdout.contains(ESCAPE));
}
