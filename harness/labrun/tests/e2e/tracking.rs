//! `labrun track`: a history of made-up nights, through the binary.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::support::Ran;
use crate::support::made::{BASE, Made, Numbers};

/// Nights of a made-up lab, and where their history is.
pub(crate) struct Nights {
    made: Made,
}

impl Nights {
    pub(crate) fn usual() -> Self {
        Self::of(Made::new())
    }

    pub(crate) fn of(made: Made) -> Self {
        Self { made }
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.made.path().join(name).display().to_string()
    }

    pub(crate) fn track(&self, words: &[&str]) -> Ran {
        let history = self.path("history");
        let args = [&["track"], words, &["--history", history.as_str()]].concat();
        self.made.labrun(&args)
    }

    /// A night in November of 2026, a time that is so many times the usual, recorded.
    pub(crate) fn night(&self, day: u32, times: f64) -> Ran {
        self.altered(day, times, |_| {});
        self.track(&["record", &self.path(&name(day))])
    }

    pub(crate) fn altered(&self, day: u32, times: f64, change: impl FnOnce(&mut Value)) {
        // The machine's own noise, the same in each test: under half a per cent.
        let noise = f64::from((day * 7) % 11) / 11.0 * 0.008 - 0.004;
        let numbers = Numbers {
            time: BASE.time * times * (1.0 + noise),
            ..BASE
        };
        self.made.altered(&name(day), numbers, |run, _| {
            run["started"] = json!(format!("2026-11-{day:02}T02:00:00.5Z"));
            run["lab_version"] = json!(format!("0.1.0 (abcdef0000{day:02})"));
            change(run);
        });
    }

    /// The same with other lines, not recorded.
    pub(crate) fn altered_lines(&self, day: u32, change: impl FnOnce(&mut Vec<Value>)) {
        self.made.altered(&name(day), BASE, |run, lines| {
            run["started"] = json!(format!("2026-11-{day:02}T02:00:00.5Z"));
            run["lab_version"] = json!(format!("0.1.0 (abcdef0000{day:02})"));
            change(lines);
        });
    }

    /// A usual night with another size, not recorded.
    pub(crate) fn sized(&self, day: u32, size: f64) {
        self.made
            .altered(&name(day), Numbers { size, ..BASE }, |run, _| {
                run["started"] = json!(format!("2026-11-{day:02}T02:00:00.5Z"));
                run["lab_version"] = json!(format!("0.1.0 (abcdef0000{day:02})"));
            });
    }

    /// `labrun track` in another folder.
    pub(crate) fn track_in(&self, folder: &str, words: &[&str]) -> Ran {
        let history = self.path("history");
        let args = [&["track"], words, &["--history", history.as_str()]].concat();
        self.made
            .labrun_by(&args, |command| command.current_dir(folder))
    }

    /// `labrun track` on a stdout that takes nothing.
    pub(crate) fn track_into_full(&self, words: &[&str]) -> Ran {
        let history = self.path("history");
        let args = [&["track"], words, &["--history", history.as_str()]].concat();
        self.made.labrun_into_full(&args)
    }

    /// `labrun track` with another history.
    pub(crate) fn made_track(&self, words: &[&str]) -> Ran {
        self.made.labrun(&[&["track"], words].concat())
    }

    pub(crate) fn check(&self, day: u32, more: &[&str]) -> Ran {
        let run = self.path(&name(day));
        self.track(&[&["check", run.as_str(), "--no-replay"], more].concat())
    }

    /// The files of the runs, or of the checks.
    pub(crate) fn stored(&self, what: &str) -> Vec<PathBuf> {
        let month = self.made.path().join(format!("history/{what}/2026/11"));
        let entries = fs::read_dir(month).expect("reads");
        let mut all: Vec<PathBuf> = entries.map(|one| one.expect("an entry").path()).collect();
        all.sort();
        all
    }
}

pub(crate) fn name(day: u32) -> String {
    format!("night-{day}")
}

/// The check as JSON.
fn said(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).expect("JSON")
}

#[test]
fn quiet_nights_are_judged_and_say_nothing() {
    let nights = Nights::usual();
    for day in 1..=8 {
        nights.night(day, 1.0).exit(0);
    }
    // What is counted needs one night before it, and what is measured eight.
    nights
        .check(8, &[])
        .exit(0)
        .stdout_has("2 series judged, 1 without a baseline yet");
    nights.night(9, 1.0).exit(0);
    let check = said(&nights.check(9, &["--json"]).exit(0));
    // The time, the size and the check.
    assert_eq!(check["judged"], 3, "{check:#}");
    assert_eq!(check["confirmed"], json!([]), "{check:#}");
    assert_eq!(check["suspected"], json!([]), "{check:#}");
}

#[test]
fn two_slow_nights_without_an_old_build_are_confirmed_once_and_accepted_by_a_reason() {
    let nights = Nights::usual();
    for day in 1..=10 {
        nights.night(day, 1.0).exit(0);
    }
    nights.night(11, 1.08).exit(0);
    // Nothing is decided without a replay.
    nights
        .check(11, &[])
        .exit(0)
        .stdout_has("suspect right · native/static");
    nights.night(12, 1.08).exit(0);
    let run = nights.path(&name(12));
    let files = ["summary.md", "junit.xml"].map(|name| nights.path(name));
    // The commits are none that git knows: no old build can be had.
    let ran = nights.track(&[
        "check",
        &run,
        "--annotations",
        "--export-markdown",
        &files[0],
        "--export-junit",
        &files[1],
    ]);
    let ran = ran.exit(100).stderr_has("cannot be replayed");
    for words in [
        "CONFIRMED right · native/static",
        "slower (two nights in a row, without a replay)",
        "::error title=labrun: confirmed regression::",
    ] {
        assert!(ran.stdout.contains(words), "{words}: {}", ran.stdout);
    }
    let markdown = fs::read_to_string(&files[0]).expect("reads");
    assert!(markdown.contains("### Confirmed"), "{markdown}");
    let junit = fs::read_to_string(&files[1]).expect("reads");
    assert!(junit.contains("<failure message="), "{junit}");
    // It is not cried twice, and stands until somebody accepts it.
    nights.night(13, 1.08).exit(0);
    nights
        .check(13, &[])
        .exit(0)
        .stdout_has("still open: right · native/static");
    let epochs = nights.path("epochs.toml");
    let ack = [
        "ack",
        "--reason",
        "sandboxed by default",
        "--epochs",
        &epochs,
    ];
    nights.track(&ack).exit(0).stdout_has("accepted: right");
    let text = fs::read_to_string(&epochs).expect("reads");
    assert!(text.contains("sandboxed by default"), "{text}");
    nights
        .track(&[
            "ack",
            "no such series",
            "--reason",
            "x",
            "--epochs",
            &epochs,
        ])
        .exit(2)
        .stderr_has("nothing to accept");
}

#[test]
fn a_size_that_changed_is_confirmed_by_its_count() {
    let nights = Nights::usual();
    for day in 1..=3 {
        nights.night(day, 1.0).exit(0);
    }
    let larger = Numbers {
        size: 1001.0,
        ..BASE
    };
    nights.made.altered(&name(4), larger, |run, _| {
        run["started"] = json!("2026-11-04T02:00:00Z");
    });
    nights.track(&["record", &nights.path(&name(4))]).exit(0);
    nights
        .check(4, &[])
        .exit(100)
        .stdout_has("1.001 times, larger [1.001, 1.001]");
}

#[test]
fn a_count_that_was_zero_or_becomes_it_is_confirmed_too() {
    let nights = Nights::usual();
    let night = |day: u32, size: f64, code: i32| {
        nights.sized(day, size);
        nights.track(&["record", &nights.path(&name(day))]).exit(0);
        nights.check(day, &[]).exit(code)
    };
    night(1, 0.0, 0);
    night(2, 0.0, 0);
    let ran = night(3, 1000.0, 100);
    ran.stdout_has("size (form shipped): not 0 any more, larger, since 2026-11-03");
    night(4, 1100.0, 100).stdout_has("1.100 times, larger");
    let ran = night(5, 0.0, 0).stdout_has("now 0, smaller");
    assert!(!ran.stdout.contains("still open"), "{}", ran.stdout);
    let (site, history) = (nights.path("www"), nights.path("history"));
    nights
        .made_track(&["site", "--history", &history, "--out", &site])
        .exit(0);
    let page = fs::read_to_string(format!("{site}/index.html")).expect("reads");
    assert!(page.contains("not 0 any more"));
    assert!(page.contains("No regression is open"));
}

#[test]
fn a_check_that_holds_no_more_is_confirmed_and_the_next_night_reads_it() {
    let nights = Nights::usual();
    let with = |day: u32, check: f64| {
        let numbers = Numbers { check, ..BASE };
        nights.made.altered(&name(day), numbers, |run, _| {
            run["started"] = json!(format!("2026-11-{day:02}T02:00:00Z"));
        });
        nights.track(&["record", &nights.path(&name(day))]).exit(0);
        nights.check(day, &[])
    };
    for day in 1..=3 {
        with(day, 1.0).exit(0);
    }
    with(4, 0.0)
        .exit(100)
        .stdout_has("conformance")
        .stdout_has("now 0, smaller");
    let ran = with(5, 0.0).exit(0).stdout_has("still open");
    assert!(!ran.stderr.contains("damaged"), "{}", ran.stderr);
    // A check that begins to hold is no multiple of nothing, and is written and read all the same.
    let nights = Nights::usual();
    for (day, check) in [(1, 0.0), (2, 0.0), (3, 1.0), (4, 1.0)] {
        let numbers = Numbers { check, ..BASE };
        nights.made.altered(&name(day), numbers, |run, _| {
            run["started"] = json!(format!("2026-11-{day:02}T02:00:00Z"));
        });
        nights.track(&["record", &nights.path(&name(day))]).exit(0);
        let ran = nights.check(day, &[]).exit(0);
        assert!(!ran.stderr.contains("damaged"), "{}", ran.stderr);
    }
}

#[test]
fn the_same_run_is_recorded_once_and_two_jobs_at_once_both_are() {
    let nights = Nights::usual();
    nights.night(1, 1.0).exit(0).stdout_has("recorded: ");
    nights
        .night(1, 1.0)
        .exit(0)
        .stdout_has("recorded already: ");
    assert_eq!(nights.stored("runs").len(), 1);
    // Runs that began in the same second, of one commit.
    let twins: Vec<String> = (0..4).map(|twin| format!("twin-{twin}")).collect();
    for twin in &twins {
        nights.made.altered(twin, BASE, |run, _| {
            run["started"] = json!("2026-11-02T02:00:00Z");
        });
    }
    std::thread::scope(|scope| {
        for twin in &twins {
            let nights = &nights;
            scope.spawn(move || nights.track(&["record", &nights.path(twin)]).exit(0));
        }
    });
    assert_eq!(nights.stored("runs").len(), 5);
}

#[test]
fn a_file_that_was_cut_or_altered_is_named_and_passed_over() {
    let nights = Nights::usual();
    for day in 1..=11 {
        nights.night(day, 1.0).exit(0);
    }
    let stored = nights.stored("runs");
    let whole = |path: &PathBuf| fs::read_to_string(path).expect("reads");
    let (first, second) = (whole(&stored[0]), whole(&stored[1]));
    fs::write(&stored[0], &first[..first.len() / 2]).expect("cuts");
    fs::write(&stored[1], second.replace("\"n\":30", "\"n\":31")).expect("alters");
    let ran = nights.check(11, &["--json"]);
    let ran = ran.exit(1).stderr_has("is cut").stderr_has("was altered");
    assert_eq!(said(&ran)["judged"], 3, "the other eight are enough");
    fs::write(&stored[0], first).expect("mends");
    fs::write(&stored[1], second).expect("mends");
    nights.check(11, &[]).exit(0);
    // A newer labrun's is left alone.
    let last = whole(&stored[9]);
    let newer = last.replacen("\"schema_version\":1", "\"schema_version\":9", 1);
    fs::write(&stored[9], newer).expect("writes");
    nights
        .check(11, &[])
        .exit(1)
        .stderr_has("use a newer labrun");
}

#[test]
fn another_machine_starts_anew() {
    let nights = Nights::usual();
    for day in 1..=9 {
        nights.night(day, 1.0).exit(0);
    }
    nights.altered(10, 1.5, |run| run["machine"]["cpu"] = json!("Other 9000"));
    nights.track(&["record", &nights.path(&name(10))]).exit(0);
    let check = said(&nights.check(10, &["--json"]).exit(0));
    assert_eq!(check["judged"], 0, "{check:#}");
    assert_eq!(check["suspected"], json!([]), "{check:#}");
    // A kernel is looked at, and no other machine.
    nights.altered(11, 1.0, |run| run["machine"]["kernel"] = json!("99.1"));
    nights.track(&["record", &nights.path(&name(11))]).exit(0);
    assert_eq!(said(&nights.check(11, &["--json"]).exit(0))["judged"], 3);
}

#[test]
fn what_cannot_be_judged_or_recorded_says_what_to_do() {
    let nights = Nights::usual();
    nights
        .track(&["check"])
        .exit(2)
        .stderr_has("labrun track record RUN");
    nights.night(1, 1.0).exit(0);
    nights.altered(2, 1.0, |_| {});
    nights
        .check(2, &[])
        .exit(2)
        .stderr_has("is not in")
        .stderr_has("labrun track record");
    nights.made.replay("replay", 1.0, |_| {});
    nights
        .track(&["record", &nights.path("replay")])
        .exit(2)
        .stderr_has("is a replay");
    nights.altered(3, 1.0, |run| run["interrupted"] = json!("Ctrl-C"));
    nights.track(&["record", &nights.path(&name(3))]).exit(0);
    nights.check(3, &[]).exit(2).stderr_has("Ctrl-C");
    nights
        .track(&["record", &nights.path(&name(1)), "--commit", "main"])
        .exit(2)
        .stderr_has("hexadecimal");
    // A clock that ran back is said to have.
    nights.altered(1, 1.0, |run| {
        run["started"] = json!("2025-01-01T00:00:00Z");
        run["id"] = json!("earlier");
    });
    nights
        .track(&["record", &nights.path(&name(1))])
        .exit(0)
        .stderr_has("a later night of this class");
    nights.track(&["export"]).exit(2).stderr_has("--bencher");
}

#[test]
fn a_night_is_exported_for_other_trackers() {
    let nights = Nights::usual();
    nights.night(1, 1.0).exit(0);
    let files = ["bmf.json", "smaller.json", "bigger.json"].map(|name| nights.path(name));
    nights
        .track(&[
            "export",
            "--bencher",
            &files[0],
            "--smaller-is-better",
            &files[1],
            "--bigger-is-better",
            &files[2],
        ])
        .exit(0);
    let read = |file: &str| -> Value {
        serde_json::from_str(&fs::read_to_string(file).expect("reads")).expect("JSON")
    };
    let bencher = read(&files[0]);
    let (_, measures) = bencher
        .as_object()
        .expect("an object")
        .iter()
        .find(|(label, _)| label.contains("time_to_first_result"))
        .expect("the time");
    let value = measures["time_to_first_result"]["value"].as_f64();
    assert!(value.expect("a number") > 0.9e6, "{bencher:#}");
    let lengths = [&files[1], &files[2]].map(|file| read(file).as_array().expect("a list").len());
    assert_eq!(lengths, [2, 1]);
}

#[test]
fn the_site_of_a_history_has_its_nights_and_their_pages() {
    let nights = Nights::usual();
    nights
        .track(&["site", "--out", &nights.path("site")])
        .exit(2);
    for day in 1..=3 {
        nights.night(day, 1.0).exit(0);
    }
    let last = nights.stored("runs")[2].clone();
    let last = last.file_stem().expect("a name").to_string_lossy();
    let pages = nights.made.path().join("pages");
    fs::create_dir(&pages).expect("makes a folder");
    fs::write(pages.join(format!("{last}.html")), "the page").expect("writes a page");
    let (out, pages) = (nights.path("site"), nights.path("pages"));
    nights
        .track(&["site", "--out", &out, "--pages", &pages])
        .exit(0)
        .stdout_has("3 nights");
    let site = nights.made.path().join("site");
    let index = fs::read_to_string(site.join("index.html")).expect("reads");
    for words in ["abcdef000003", &format!("pages/{last}.html")] {
        assert!(index.contains(words), "{words}");
    }
    let page = fs::read_to_string(site.join(format!("pages/{last}.html")));
    assert_eq!(page.expect("reads"), "the page");
}
