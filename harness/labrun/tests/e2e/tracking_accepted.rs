//! `labrun track ack`, and `labrun-epochs.toml`: what people wrote, where it is, and what it says.

use std::fs;

use crate::tracking::{Nights, name};

/// Ten usual nights, then two with a larger size, confirmed in the first.
fn larger() -> Nights {
    let nights = Nights::usual();
    for day in 1..=10 {
        nights.night(day, 1.0).exit(0);
    }
    nights.sized(11, 1500.0);
    nights.track(&["record", &nights.path(&name(11))]).exit(0);
    nights.check(11, &[]).exit(100);
    nights
}

#[test]
fn what_people_wrote_in_the_epochs_stays_as_it_is() {
    let nights = larger();
    let file = nights.path("labrun-epochs.toml");
    for (written, added) in [
        ("", true),
        (
            "# why\n\n[[epoch]] # ours\nsince   = '20200101'\nreason=\"x\"\nmetric = \"memory_idle\"",
            true,
        ),
        ("# only a comment\r\n", true),
        (
            "epoch = [{ since = \"20200101\", reason = \"x\", metric = \"memory_idle\" }]\n",
            false,
        ),
    ] {
        fs::write(&file, written).expect("writes");
        let ran = nights.track(&["ack", "--reason", "a \"quoted\" one"]);
        let text = fs::read_to_string(&file).expect("reads");
        if added {
            ran.exit(0).stdout_has("accepted: ").stdout_has(&file);
            assert!(text.starts_with(written), "{text}");
            let ran = nights.check(11, &[]).exit(0);
            assert!(!ran.stdout.contains("CONFIRMED"), "{}", ran.stdout);
            nights
                .track(&["ack", "--reason", "x"])
                .exit(2)
                .stderr_has("nothing is open");
        } else {
            ran.exit(2).stderr_has("[[epoch]]");
            assert_eq!(text, written);
        }
    }
}

#[test]
fn epochs_are_written_where_they_are_read() {
    let nights = larger();
    let [file, inner, outer] =
        ["labrun-epochs.toml", "workloads", ".state/away"].map(|n| nights.path(n));
    // In a folder of the lab, where no such file is.
    nights
        .track_in(&inner, &["ack", "--reason", "x"])
        .exit(0)
        .stdout_has(&file);
    assert!(!fs::exists(format!("{inner}/labrun-epochs.toml")).expect("looks"));
    nights
        .track_in(&inner, &["ack", "--reason", "x"])
        .exit(2)
        .stderr_has("nothing is open");
    fs::remove_file(&file).expect("removes");
    // Elsewhere, of a lab that is named.
    fs::create_dir_all(&outer).expect("makes a folder");
    let lab = nights.path("");
    nights
        .track_in(&outer, &["--lab", &lab, "ack", "--reason", "x"])
        .exit(0)
        .stdout_has("labrun-epochs.toml");
    assert!(fs::exists(&file).expect("looks"));
    assert!(!fs::exists(format!("{outer}/labrun-epochs.toml")).expect("looks"));
}

#[test]
fn a_word_that_means_nothing_accepts_nothing() {
    let nights = larger();
    let ack = |more: &[&str]| nights.track(&[&["ack"], more].concat());
    ack(&["right", "nonsense", "--reason", "x"])
        .exit(2)
        .stderr_has("nothing to accept by `nonsense`");
    assert!(!fs::exists(nights.path("labrun-epochs.toml")).expect("looks"));
    ack(&["right", "--reason", "  "])
        .exit(2)
        .stderr_has("blank");
    ack(&["right", "--reason", "x"]).exit(0);
}

#[test]
fn an_epoch_without_a_reason_is_a_mistake_and_one_of_a_later_night_is_told() {
    let nights = larger();
    let file = nights.path("labrun-epochs.toml");
    let write = |since: &str, reason: &str| {
        let text = format!(
            "[[epoch]]\nsince = \"{since}\"\nreason = \"{reason}\"\nisolation = \"native/*\"\n"
        );
        fs::write(&file, text).expect("writes");
    };
    write("20261111", " ");
    for words in [
        &["check", "--dry-run"][..],
        &["check"],
        &["ack", "--reason", "x"],
    ] {
        nights.track(words).exit(2).stderr_has("has no reason");
    }
    write("20271111", "a year late");
    nights
        .check(11, &[])
        .exit(100)
        .stderr_has("is later than the last night, 20261111T");
    nights
        .track(&["ack", "--reason", "x"])
        .exit(2)
        .stderr_has("is its year right?");
    write("20261111", "right");
    let ran = nights.check(11, &[]);
    assert!(!ran.stderr.contains("later than"), "{}", ran.stderr);
}
