//! What `labrun track` says of a history that is not as it should be, of files that people wrote by hand, and
//! of a check that would take away what another one decided.

use std::fs;

use serde_json::{Value, json};

use crate::tracking::{Nights, name};

/// Ten usual nights, then two that are slow: confirmed, since no old build can be had.
fn slow() -> Nights {
    let nights = Nights::usual();
    for day in 1..=12 {
        nights.night(day, if day > 10 { 1.2 } else { 1.0 }).exit(0);
    }
    nights.check(11, &[]).exit(0);
    let run = nights.path(&name(12));
    nights.track(&["check", &run]).exit(100);
    nights
}

#[test]
fn what_is_measured_no_more_is_named_with_what_became_of_it() {
    let nights = Nights::usual();
    for day in 1..=9 {
        nights.night(day, 1.0).exit(0);
    }
    nights.altered_lines(10, |lines| {
        for line in lines.iter_mut().filter(|line| line["row"] == 0) {
            line["outcome"] = json!("failed");
            line["value"] = Value::Null;
            line["reason"] = json!("it broke");
        }
    });
    nights.track(&["record", &nights.path(&name(10))]).exit(0);
    let run = nights.path(&name(10));
    let markdown = nights.path("summary.md");
    nights
        .track(&["check", &run, "--export-markdown", &markdown])
        .exit(0)
        .stdout_has("1 that were measured the night before are not")
        .stdout_has("not measured any more: right \u{b7} native/static");
    let text = fs::read_to_string(markdown).expect("reads");
    assert!(
        text.contains("time\\_to\\_first\\_result (process): failed"),
        "{text}"
    );
}

#[test]
fn a_check_that_decides_nothing_takes_nothing_away() {
    let nights = slow();
    nights.night(13, 1.2).exit(0);
    nights
        .check(13, &[])
        .exit(0)
        .stdout_has("still open: right");
    nights
        .check(12, &[])
        .exit(0)
        .stderr_has("the check of this night that decided something stays");
    nights
        .check(13, &[])
        .exit(0)
        .stdout_has("still open: right");
}

#[test]
fn an_old_build_that_was_named_and_cannot_be_had_is_a_mistake_and_one_that_was_kept_is_gone_around()
{
    let nights = slow();
    let run = nights.path(&name(12));
    let before = fs::read(&nights.stored("checks")[1]).expect("reads");
    for (against, why) in [
        ("bundle:/nope", "/nope"),
        ("commit:deadbeef", "deadbeef"),
        ("isolation:native/static", "isolation"),
    ] {
        let ran = nights.track(&["check", &run, "--against", against]);
        assert_ne!(ran.status.code(), Some(0), "{against}: {}", ran.stdout);
        assert_ne!(ran.status.code(), Some(100), "{against}: {}", ran.stdout);
        ran.stderr_has(why);
    }
    assert_eq!(
        fs::read(&nights.stored("checks")[1]).expect("reads"),
        before
    );
    fs::write(nights.path("history/accepted.bundle"), "no bundle").expect("writes");
    nights
        .track(&["check", &run])
        .exit(100)
        .stderr_has("accepted.bundle against")
        .stderr_has("commit:abcdef0000");
}

#[test]
fn epochs_and_rules_that_would_judge_nothing_are_told() {
    let nights = slow();
    let check = |file: &str, text: &str| {
        let path = nights.path(file);
        fs::write(&path, text).expect("writes");
        let ran = nights.check(12, &[]);
        fs::remove_file(path).expect("removes");
        ran
    };
    let epoch = |what: &str| format!("[[epoch]]\nreason = \"x\"\n{what}\n");
    let epochs = "labrun-epochs.toml";
    check(epochs, &epoch("since = \"tomorrow\""))
        .exit(2)
        .stderr_has("is no night");
    // One that has not begun takes nothing away.
    check(
        epochs,
        &epoch("since = \"20300101\"\nisolation = \"native/*\""),
    )
    .exit(0)
    .stdout_has("suspect right");
    // Its first night says where the new level is, and the next is held against that.
    check(
        epochs,
        &epoch("since = \"2026-11-12\"\nisolation = \"native/*\""),
    )
    .exit(0)
    .stdout_has("3 without a baseline yet")
    .stderr_has("the next night is held against it");
    let next = check(
        epochs,
        &epoch("since = \"2026-11-11\"\nisolation = \"native/*\""),
    );
    let next = next.exit(0).stdout_has("3 series judged");
    assert!(!next.stdout.contains("suspect"), "{}", next.stdout);
    check(
        epochs,
        &epoch("since = \"20261111\"\nisolation = \"wasmj/*\""),
    )
    .exit(0)
    .stderr_has("names no series of these nights");
    check("labrun-track.toml", "[judge]\nsigmas = nan\n")
        .exit(2)
        .stderr_has("sigmas");
}

#[test]
fn a_run_is_one_night_under_whichever_commit_and_whatever_became_of_its_file() {
    let nights = Nights::usual();
    nights.night(1, 1.0).exit(0);
    let run = nights.path(&name(1));
    let other = ["record", &run, "--commit", "aaaaaaaaaaaa"];
    nights.track(&other).exit(0).stdout_has("recorded already");
    let file = &nights.stored("runs")[0];
    let text = fs::read_to_string(file).expect("reads");
    fs::write(file, text.replace("AMD", "amd").replace("x86_64", "x86-64")).expect("writes");
    nights
        .track(&["record", &run])
        .exit(1)
        .stderr_has("damaged (it was altered");
    assert_eq!(nights.stored("runs").len(), 1);
    nights.altered(2, 1.0, |run| run["started"] = json!("yesterday"));
    nights
        .track(&["record", &nights.path(&name(2))])
        .exit(2)
        .stderr_has("no time in UTC");
    nights
        .made_track(&["record", &run, "--history", &run_file(&run)])
        .exit(2)
        .stderr_has("is no folder");
}

fn run_file(run: &str) -> String {
    format!("{run}/run.json")
}

#[test]
fn a_newest_night_that_is_damaged_is_passed_over_and_a_newer_one_is_left_alone() {
    let nights = Nights::usual();
    for day in 1..=10 {
        nights.night(day, 1.0).exit(0);
    }
    let newest = nights.stored("runs").pop().expect("a night");
    let text = fs::read_to_string(&newest).expect("reads");
    fs::write(&newest, &text[..text.len() / 2]).expect("writes");
    let ran = nights.track(&["check", "--no-replay"]).exit(1);
    assert!(ran.stdout.contains("series judged"), "{}", ran.stdout);
    let newer = text.replacen("\"schema_version\":1", "\"schema_version\":2", 1);
    fs::write(&newest, newer).expect("writes");
    let ran = nights
        .track(&["check", "--no-replay"])
        .exit(1)
        .stderr_has("use a newer labrun");
    assert!(!ran.stderr.contains("git checkout"), "{}", ran.stderr);
}

#[test]
fn a_site_writes_over_nobody_s_page() {
    let nights = Nights::usual();
    nights.night(1, 1.0).exit(0);
    let (out, history) = (nights.path("www"), nights.path("history"));
    fs::create_dir(&out).expect("makes a folder");
    let index = nights.path("www/index.html");
    fs::write(&index, "precious").expect("writes");
    nights
        .track(&["site", "--out", &out])
        .exit(2)
        .stderr_has("would be written over");
    assert_eq!(fs::read_to_string(&index).expect("reads"), "precious");
    fs::remove_file(index).expect("removes");
    for _ in 0..2 {
        nights.track(&["site", "--out", &out]).exit(0);
    }
    nights
        .track(&["site", "--out", &history])
        .exit(2)
        .stderr_has("is the history");
}

#[test]
fn what_would_judge_a_night_is_tried_before_one_is_measured() {
    let nights = Nights::usual();
    // There need not be a history yet.
    nights.track(&["check", "--dry-run"]).exit(0);
    for (file, text, why) in [
        ("labrun-track.toml", "[judge]\nsigma = 3.0\n", "sigma"),
        (
            "labrun-track.toml",
            "[least-effect]\nspeed = 5.0\n",
            "no such metric",
        ),
        (
            "labrun-epochs.toml",
            "[[epoch]]\nsince = \"soon\"\nreason = \"x\"\n",
            "is no night",
        ),
    ] {
        let path = nights.path(file);
        fs::write(&path, text).expect("writes");
        nights
            .track(&["check", "--dry-run"])
            .exit(2)
            .stderr_has(file)
            .stderr_has(why);
        fs::remove_file(path).expect("removes");
    }
}

#[test]
fn what_is_no_file_in_a_history_is_named_and_not_waited_for() {
    let nights = Nights::usual();
    for day in 1..=9 {
        nights.night(day, 1.0).exit(0);
    }
    for day in [8, 9] {
        nights.check(day, &[]).exit(0);
    }
    let [run, check] = ["runs", "checks"].map(|what| nights.stored(what)[0].clone());
    for (file, target) in [(&run, "/dev/zero"), (&check, "/dev/zero"), (&run, "pipe")] {
        let kept = fs::read(file).expect("reads");
        fs::remove_file(file).expect("removes");
        if target == "pipe" {
            let made = std::process::Command::new("mkfifo").arg(file).status();
            assert!(made.expect("mkfifo runs").success());
        } else {
            std::os::unix::fs::symlink(target, file).expect("links");
        }
        nights
            .check(9, &[])
            .exit(1)
            .stderr_has("and no regular file");
        let site = nights.path("site");
        nights.track(&["site", "--out", &site]).exit(1);
        fs::remove_file(file).expect("removes");
        fs::write(file, kept).expect("writes");
    }
    nights.check(9, &[]).exit(0);
    // Nor of a run's folder.
    let file = nights.path("night-9/run.json");
    fs::remove_file(&file).expect("removes");
    std::os::unix::fs::symlink("/dev/zero", &file).expect("links");
    nights
        .track(&["record", &nights.path("night-9")])
        .exit(2)
        .stderr_has("it has no run.json");
}

#[test]
fn what_is_named_for_a_site_or_an_export_is_there() {
    let nights = Nights::usual();
    nights.night(1, 1.0).exit(0);
    let (out, pages) = (nights.path("site"), nights.path("nope"));
    nights
        .track(&["site", "--out", &out, "--pages", &pages])
        .exit(2)
        .stderr_has("is no folder");
    let file = nights.path("bmf.json");
    nights
        .track(&["export", "--night", "", "--bencher", &file])
        .exit(2)
        .stderr_has("--night is empty");
    assert!(!std::path::Path::new(&file).exists());
}

#[test]
fn what_was_accepted_is_not_accepted_twice_wherever_that_is_said() {
    let nights = slow();
    let other = nights.path("elsewhere.toml");
    let ack = ["ack", "--reason", "x", "--epochs", &other];
    nights.track(&ack).exit(0).stdout_has("accepted: right");
    let text = fs::read_to_string(&other).expect("reads");
    nights.track(&ack).exit(2).stderr_has("nothing is open");
    assert_eq!(fs::read_to_string(&other).expect("reads"), text);
}

#[test]
fn what_was_mended_after_a_few_nights_is_open_no_more_and_does_not_come_back() {
    let nights = Nights::usual();
    for day in 1..=9 {
        nights.night(day, 1.0).exit(0);
    }
    let sized = |day: u32, size: f64| {
        nights.sized(day, size);
        nights.track(&["record", &nights.path(&name(day))]).exit(0);
        nights.check(day, &[])
    };
    sized(10, 1500.0).exit(100).stdout_has("CONFIRMED right");
    for day in 11..=24 {
        let ran = sized(day, 1000.0);
        assert!(!ran.stdout.contains("still open"), "{day}: {}", ran.stdout);
    }
    // Of a time three nights say that it is back.
    let nights = Nights::usual();
    for day in 1..=25 {
        let is_slow = (10..=12).contains(&day);
        nights.night(day, if is_slow { 1.2 } else { 1.0 }).exit(0);
        let run = nights.path(&name(day));
        let ran = match day {
            // Without an old build it takes two nights.
            10 | 11 => nights.track(&["check", &run]),
            _ => nights.check(day, &[]),
        };
        let is_open = ran.stdout.contains("still open");
        match day {
            11 => drop(ran.exit(100)),
            12 => assert!(is_open, "{}", ran.stdout),
            15.. => assert!(!is_open, "{day}: {}", ran.stdout),
            _ => {}
        }
    }
}

#[test]
fn a_copy_is_no_night_and_a_check_that_cannot_be_read_is_not_written_over() {
    let nights = Nights::usual();
    for day in 1..=9 {
        nights.night(day, 1.0).exit(0);
    }
    nights.check(9, &[]).exit(0);
    let first = &nights.stored("runs")[0];
    let copy = first.with_extension("7.jsonl");
    fs::copy(first, &copy).expect("copies");
    nights
        .check(9, &[])
        .exit(1)
        .stderr_has("again: remove the copy");
    fs::remove_file(copy).expect("removes");
    let check = &nights.stored("checks")[0];
    let text = fs::read_to_string(check).expect("reads");
    let newer = text.replace("\"schema_version\": 1", "\"schema_version\": 7");
    assert_ne!(newer, text);
    for unread in [newer.as_str(), "cut"] {
        fs::write(check, unread).expect("writes");
        nights
            .check(9, &[])
            .exit(1)
            .stderr_has("that cannot be read here stays");
        assert_eq!(fs::read_to_string(check).expect("reads"), unread);
    }
    let huge = first.with_extension("9.jsonl");
    let file = fs::File::create(huge).expect("makes a file");
    file.set_len(20 << 30).expect("is sparse");
    nights
        .check(9, &[])
        .stderr_has("larger than a night can be");
}

#[test]
fn a_damaged_night_is_in_nobody_s_way_but_its_own_run_s() {
    let nights = Nights::usual();
    nights.night(1, 1.0).exit(0);
    let file = &nights.stored("runs")[0];
    let text = fs::read_to_string(file).expect("reads");
    fs::write(file, &text[..text.len() / 2]).expect("cuts");
    // Another that began in the same second, of the same commit.
    nights.altered(2, 1.0, |run| {
        run["started"] = json!("2026-11-01T02:00:00.5Z");
        run["lab_version"] = json!("0.1.0 (abcdef000001)");
    });
    nights
        .track(&["record", &nights.path(&name(2))])
        .exit(0)
        .stdout_has(".1.jsonl");
    nights
        .track(&["record", &nights.path(&name(1))])
        .exit(1)
        .stderr_has("damaged (it is cut");
}
