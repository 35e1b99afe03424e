//! A program of the user's own that never answers: it has the time that was asked for, and not the limit of each
//! launch on each isolation.

use crate::support::{Lab, User};

/// A server that listens nowhere.
const SILENT: [&str; 8] = [
    "--native",
    "/bin/sleep",
    "--http",
    "/",
    "--env",
    "PORT={port}",
    "--",
    "1000",
];

fn user(warmup: &str) -> User {
    let lab = Lab::fixture()
        .isolation("native/dynamic")
        .isolation("bubblewrap/*")
        .plan("timeout_s", "600")
        .plan("warmup", warmup);
    User::of(lab)
}

fn measured(user: &User, budget: &str) -> crate::support::Ran {
    user.measure(&[&["--time-budget", budget], &SILENT[..]].concat())
}

#[test]
fn a_server_that_never_listens_has_its_share_of_the_time_and_the_reason_says_so() {
    for warmup in ["0", "1"] {
        // With the limit of the plan it would take ten minutes, and say nothing of the budget.
        measured(&user(warmup), "4s").exit(101).rows(
            "sleep",
            "native/dynamic",
            "timeout",
            "its share of the time budget of 4 s: if it needs longer, raise --time-budget",
        );
    }
}

#[test]
fn what_has_no_time_left_says_so_and_is_not_launched() {
    // The first launch takes all of it, whichever it is.
    let user = user("0");
    let ran = measured(&user, "1s").exit(101);
    let rows = ran.files.json("summary.json")["results"].clone();
    let rows = rows.as_array().expect("results").clone();
    let with = |outcome: &str, reason: &str| {
        let is_it = |row: &&serde_json::Value| {
            let said = row["reason"].as_str().unwrap_or_default();
            row["outcome"] == outcome && said.contains(reason)
        };
        rows.iter().filter(is_it).count()
    };
    let timeouts = with("timeout", "its share of the time budget of 1 s");
    assert!(timeouts > 0, "{rows:#?}");
    let unlaunched = with(
        "not-selected",
        "was over before its first launch: raise --time-budget",
    );
    let here = rows
        .iter()
        .filter(|row| row["outcome"] != "unavailable" && row["outcome"] != "unsupported");
    let launched = here.count();
    assert_eq!(timeouts + unlaunched, launched, "{rows:#?}");
}

#[test]
fn a_program_that_answers_is_measured_whatever_others_wait_for() {
    let user = user("1");
    user.measure(&[
        "--time-budget",
        "20s",
        "-r",
        "2",
        "--native",
        "/bin/echo",
        "--",
        "a",
    ])
    .exit(0)
    .rows("echo", "native/dynamic", "measured", "");
}
