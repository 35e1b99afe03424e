//! Wrong arguments: exit code 2, the nearest valid word, and what to do.

use crate::support::{Lab, folder};

#[test]
fn an_unknown_name_is_answered_with_the_nearest_one() {
    let lab = Lab::fixture();
    for (args, kind, nearest) in [
        (&["scenario", "cold-strat"][..], "scenario", "cold-start"),
        (
            &["scenario", "cold-start", "-w", "rihgt"],
            "workload",
            "right",
        ),
        (
            &["scenario", "cold-start", "-i", "natve/static"],
            "isolation",
            "native/static",
        ),
        (&["build", "-w", "rihgt"], "workload", "right"),
        (
            &["build", "-i", "native/statik"],
            "isolation",
            "native/static",
        ),
    ] {
        lab.run(args)
            .exit(2)
            .stderr_has(&format!("there is no {kind} "))
            .stderr_has(&format!("did you mean `{nearest}`?"))
            .stderr_has(&format!("`labrun list {kind}s` shows them all"));
    }
    assert!(
        !lab.path().join("runs").exists(),
        "a run was begun for a typo"
    );
}

#[test]
fn a_name_that_is_like_no_other_gets_no_guess() {
    let ran = Lab::fixture().run(["scenario", "xyzzy"]).exit(2);
    assert!(!ran.stderr.contains("did you mean"), "{}", ran.stderr);
}

#[test]
fn a_wrong_value_is_refused_with_what_is_right() {
    let lab = Lab::fixture();
    for (args, told) in [
        (&["--time-budget", "soon"][..], "write 90s, 20m"),
        (&["--time-budget", "0s"], "not more than nothing"),
        (&["--samples", "0"], "1..=100000"),
        (&["--samples", "many"], "invalid digit"),
        (&["--seed", "-1"], "unexpected argument"),
        (&["--color", "pink"], "auto, always, never"),
        (&["--sampels", "3"], "'--samples'"),
    ] {
        let args = ["scenario", "cold-start"].iter().chain(args);
        lab.run(args).exit(2).stderr_has(told);
    }
    for (name, value) in [
        ("LABRUN_SAMPLES", "none"),
        ("LABRUN_TIME_BUDGET", "soon"),
        ("LABRUN_SEED", "x"),
    ] {
        let ran = lab.begin(|command| command.env(name, value)).ended();
        ran.exit(2).stderr_has(value);
    }
}

#[test]
fn labrun_toml_is_read_and_its_mistakes_are_found() {
    for (text, told) in [
        (
            "samples = 3\nsampels = 3\n",
            "labrun.toml:2: unknown field `sampels`",
        ),
        ("samples = 3\nsampels = 3\n", "did you mean `samples`?"),
        (
            "seed = \"x\"\n",
            "labrun.toml:1: seed is the text \"x\", and has to be a whole number",
        ),
        (
            "time-budget = \"soon\"\n",
            "labrun.toml:1: time-budget: `soon` is no duration",
        ),
        ("color = \"pink\"\n", "unknown word `pink`"),
    ] {
        let lab = Lab::fixture().write("labrun.toml", text);
        lab.measure([""; 0]).exit(2).stderr_has(told);
    }
}

#[test]
fn a_flag_outranks_a_variable_and_a_variable_labrun_toml() {
    let lab = Lab::fixture().write("labrun.toml", "samples = 5\nwarmup = 0\n");
    let n = |ran: crate::support::Ran| ran.exit(0).files.lines() / 2;
    assert_eq!(n(lab.measure([""; 0])), 5);
    let variable = |lab: &Lab, args: &[&str]| {
        lab.begin(|command| command.env("LABRUN_SAMPLES", "4").args(args))
            .ended()
    };
    assert_eq!(n(variable(&lab, &[])), 4);
    assert_eq!(n(variable(&lab, &["--samples", "2"])), 2);
}

#[test]
fn outside_a_lab_labrun_says_what_one_is() {
    let empty = tempfile::tempdir_in(folder()).expect("makes a folder");
    let named = empty.path().to_str().expect("a name");
    let lab = Lab::fixture();
    for folder in [named, "/nonexistent/lab"] {
        lab.run(["--lab", folder, "list"])
            .exit(2)
            .stderr_has(&format!("{folder} is no lab"))
            .stderr_has("`workloads` and `scenarios`");
    }
}

#[test]
fn the_lab_can_be_named_from_anywhere() {
    let empty = tempfile::tempdir_in(folder()).expect("makes a folder");
    let lab = Lab::fixture();
    let path = lab.path().to_str().expect("a name");
    let elsewhere = |args: &[&str], variable: Option<&str>| {
        let mut command = lab.labrun(args);
        command.current_dir(empty.path());
        command.envs(variable.map(|path| ("LABRUN_LAB", path)));
        lab.start(command, empty.path()).ended()
    };
    let listed = ["list", "workloads"];
    elsewhere(&["--lab", path, "list", "workloads"], None)
        .exit(0)
        .stdout_has("right");
    elsewhere(&listed, Some(path)).exit(0).stdout_has("right");
    let setting = format!("lab = {path:?}\n");
    std::fs::write(empty.path().join("labrun.toml"), setting).expect("writes a file");
    elsewhere(&listed, None).exit(0).stdout_has("right");
}

#[test]
fn without_a_toolchain_labrun_says_how_to_get_one() {
    let lab = Lab::fixture();
    let without = |args: &[&str]| {
        let mut command = lab.labrun(args);
        command.env("PATH", "/nonexistent");
        lab.start(command, lab.path()).ended()
    };
    without(&["scenario", "cold-start"])
        .exit(1)
        .stderr_has("rustc does not start")
        .stderr_has("https://rustup.rs");
    without(&["doctor"]).exit(0).stdout_has("https://rustup.rs");
}
