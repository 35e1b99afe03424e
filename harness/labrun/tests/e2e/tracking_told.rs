//! What `labrun track check` tells where something cannot be written, read or judged.

use std::fs;

use serde_json::{Value, json};

use crate::tracking::{Nights, name};

/// A usual night, and one with a larger size, which is recorded.
fn larger() -> Nights {
    let nights = Nights::usual();
    nights.night(1, 1.0).exit(0);
    nights.sized(2, 1500.0);
    nights.track(&["record", &nights.path(&name(2))]).exit(0);
    nights
}

#[test]
fn what_cannot_be_written_hides_nothing_that_is_confirmed() {
    let nights = larger();
    let markdown = nights.path("check.md");
    nights
        .check(
            2,
            &[
                "--export-junit",
                "/dev/full",
                "--export-markdown",
                &markdown,
            ],
        )
        .exit(100)
        .stdout_has("CONFIRMED ")
        .stderr_has("cannot write /dev/full");
    let text = fs::read_to_string(&markdown).expect("reads");
    assert!(text.contains("### Confirmed"), "{text}");
    // On a stdout that takes nothing the rest is written, and it is kept.
    let checks = nights.stored("checks");
    fs::remove_file(&checks[0]).expect("removes");
    fs::remove_file(&markdown).expect("removes");
    nights
        .track_into_full(&[
            "check",
            &nights.path(&name(2)),
            "--export-markdown",
            &markdown,
        ])
        .exit(100)
        .stderr_has("cannot print");
    assert_eq!(nights.stored("checks"), checks);
    assert!(fs::exists(&markdown).expect("looks"));
    // A history in which no check can be kept.
    fs::remove_dir_all(nights.path("history/checks")).expect("removes");
    fs::write(nights.path("history/checks"), "no folder").expect("writes");
    nights
        .check(2, &[])
        .exit(100)
        .stdout_has("CONFIRMED ")
        .stderr_has("the check of this night is not kept");
    nights.check(1, &[]).exit(1).stderr_has("is not kept");
}

#[test]
fn the_night_of_a_run_that_is_damaged_or_newer_is_named() {
    let nights = larger();
    let file = &nights.stored("runs")[1];
    let whole = fs::read_to_string(file).expect("reads");
    let newer = whole.replacen("\"schema_version\":1", "\"schema_version\":9", 1);
    for (text, why) in [
        (&whole[..whole.len() / 2], "is cut"),
        ("", "is cut"),
        (newer.as_str(), "use a newer labrun"),
    ] {
        fs::write(file, text).expect("writes");
        let ran = nights.check(2, &[]).exit(1).stderr_has(why);
        let ran = ran.stderr_has("cannot be read: nothing is judged");
        assert!(!ran.stderr.contains("track record"), "{}", ran.stderr);
    }
}

#[test]
fn damage_is_told_of_files_of_other_classes_and_of_odd_names() {
    let nights = larger();
    let check = |why: &str, code: i32| {
        nights.check(1, &[]).exit(code).stderr_has(why);
        let site = nights.path("site");
        nights
            .track(&["site", "--out", &site])
            .exit(code)
            .stderr_has(why);
        nights.track(&["verify"]).exit(code).stderr_has(why);
    };
    check("", 0);
    for (file, why) in [
        ("2026/12/x.jsonl", "is cut"),
        ("2026/11/20261101T020000Z-zzz.jsonl", "is cut"),
        ("2026/11/20261130T020000Z-abc-other-class.jsonl", "is cut"),
        ("2026/11/20261102T020000Z-abc-other-class.jsonl", "is cut"),
        ("20261102T020000Z-abc-class.jsonl", "it is not read"),
        ("2026/11/20261102T020000Z-abc-class.jsonL", "it is not read"),
    ] {
        let path = nights.path(&format!("history/runs/{file}"));
        let folder = std::path::Path::new(&path).parent().expect("a folder");
        fs::create_dir_all(folder).expect("makes a folder");
        fs::write(&path, "junk").expect("writes");
        check(why, 1);
        check(&path, 1);
        fs::remove_file(&path).expect("removes");
    }
    let said = nights.track(&["verify"]).exit(0);
    said.stdout_has("2 nights and 1 checks can be read");
}

#[test]
fn why_no_series_is_judged_is_the_right_reason() {
    let nights = Nights::usual();
    fs::write(
        nights.path("labrun-track.toml"),
        "[judge]\nleast_nights = 5\n",
    )
    .expect("writes");
    nights.night(1, 1.0).exit(0);
    nights
        .check(1, &[])
        .exit(0)
        .stderr_has("what is measured needs 5 nights")
        .stderr_has("and what is counted one");
    nights.altered_lines(2, |lines| {
        for line in lines {
            line["outcome"] = json!("failed");
            line["value"] = Value::Null;
            line["reason"] = json!("it broke");
        }
    });
    nights.track(&["record", &nights.path(&name(2))]).exit(0);
    nights
        .check(2, &[])
        .exit(0)
        .stderr_has("nothing was measured in this night");
    // Only a time, which is emulated.
    nights.altered_lines(3, |lines| lines.retain(|line| line["row"] == 0));
    let run = nights.path("night-3/run.json");
    let text = fs::read_to_string(&run).expect("reads");
    let mut value: Value = serde_json::from_str(&text).expect("JSON");
    for row in value["rows"].as_array_mut().expect("rows") {
        row["arch"] = json!(if cfg!(target_arch = "aarch64") {
            "x86_64"
        } else {
            "aarch64"
        });
    }
    fs::write(&run, value.to_string()).expect("writes");
    nights.track(&["record", &nights.path(&name(3))]).exit(0);
    nights.check(3, &[]).exit(0).stderr_has("under emulation");
}

#[test]
fn an_export_says_which_night_it_took_and_writes_no_file_by_mistake() {
    let nights = larger();
    let file = nights.path("bmf.json");
    nights
        .track(&["export", "--night", "202611", "--bencher", &file])
        .exit(0)
        .stderr_has("2 nights begin with 202611: the newest is taken, 20261102T");
    let ran = nights.track(&["export", "--night", "20261101", "--bencher", &file]);
    let ran = ran.exit(0);
    assert!(!ran.stderr.contains("begin with"), "{}", ran.stderr);
    nights
        .track(&["export", "--bencher", "-"])
        .exit(2)
        .stderr_has("/dev/stdout");
    assert!(!fs::exists(nights.path("-")).expect("looks"));
    nights
        .track(&["export", "--bencher", "/dev/stdout"])
        .exit(0)
        .stdout_has("time_to_first_result");
}
