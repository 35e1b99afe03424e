//! Does the watch keep its word? Tables of simulated nights: what is suspected and confirmed though
//! nothing changed, how soon what changed is confirmed, and how well it is dated.
//!
//! `cargo run --release -p labrun-history --example nights [HISTORIES]` prints them.
#![allow(missing_docs, unreachable_pub)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::time::Instant;

use labrun_history::dating::{Dating, change_points};
use labrun_history::judge::{Settings, judge};
use support::nights::{Lab, Noisy, Of};
use support::trial::{Old, changed, dated, grouped, quiet};

fn main() {
    let histories = std::env::args().nth(1).and_then(|n| n.parse().ok());
    let histories: u64 = histories.unwrap_or(20);
    for (title, old) in [
        ("with a replay in the same night", Old::Kept),
        ("with a replay that is five times as wide", Old::Restless),
        ("without an old build, two nights in a row", Old::Lost),
    ] {
        let lab = Lab {
            nights: 130,
            ..Lab::default()
        };
        println!("\nNights in which nothing changed, 50 series, {title}:\n");
        unchanged(lab, old, histories);
        println!("\nA lasting change, {title}:\n");
        lasting(old, histories);
    }
    for (title, old) in [
        ("with a replay that is five times as wide", Old::Restless),
        ("without an old build, two nights in a row", Old::Lost),
    ] {
        let lab = Lab {
            groups: [200, 100, 100, 100],
            nights: 130,
            ..Lab::default()
        };
        println!("\nNights in which nothing changed, 500 series, {title}:\n");
        unchanged(lab, old, histories.div_ceil(5));
    }
    after_a_change(histories);
    groups(histories);
    dates(histories);
    speed();
}

fn share(count: usize, of: usize) -> f64 {
    100.0 * count as f64 / of as f64
}

/// What is cried though nothing changed.
fn unchanged(lab: Lab, old: Old, histories: u64) {
    println!(
        "| noise | nights | per 1,000 series-nights: suspected | confirmed | per 1,000 nights: series that stand | groups suspected | confirmed | environment |\n|---|---|---|---|---|---|---|---|"
    );
    for (name, noisy) in Noisy::ALL {
        let found = quiet(
            Lab { noisy, ..lab },
            old,
            8,
            histories,
            &Settings::default(),
        );
        println!(
            "| {name} | {} | {:.2} | {:.3} | {:.2} | {:.2} | {:.2} | {:.1} |",
            found.nights,
            found.per_thousand(found.suspected),
            found.per_thousand(found.alerts),
            found.per_thousand_nights(found.standing),
            found.per_thousand_nights(found.groups),
            found.per_thousand_nights(found.groups_confirmed),
            found.per_thousand_nights(found.environments),
        );
    }
}

/// How soon a lasting change is confirmed.
fn lasting(old: Old, histories: u64) {
    println!(
        "| noise | change | nights before | that night | within two | stands of those | error of its size |\n|---|---|---|---|---|---|---|"
    );
    for (name, noisy) in Noisy::ALL {
        for (times, before) in [(1.05, 8), (1.05, 20), (1.05, 60), (1.10, 8), (1.10, 60)] {
            let lab = Lab {
                noisy,
                nights: before + 2,
                ..Lab::default()
            };
            let settings = Settings::default();
            let found = changed(lab, old, (before, times), 10 * histories, &settings);
            println!(
                "| {name} | {:.0} % | {before} | {:.1} % | {:.1} % | {:.1} % | {:.2} points |",
                100.0 * (times - 1.0),
                share(found.at_once, found.series),
                share(found.in_two, found.series),
                share(found.standing, found.in_two),
                100.0 * found.error,
            );
        }
    }
}

/// What is cried, and what is confirmed, in the nights after a change of all series that is known.
fn after_a_change(histories: u64) {
    println!("\nAfter a change of every series that is known, 40 nights before it:\n");
    println!(
        "| noise | nothing changed in 15 nights, per 1,000 series-nights: suspected | confirmed, by a replay that is five times as wide | slower by | nights since | within two |\n|---|---|---|---|---|---|"
    );
    for (name, noisy) in Noisy::ALL {
        let settings = Settings::default();
        let lab = Lab {
            noisy,
            level: Some((40, Of::All)),
            nights: 56,
            ..Lab::default()
        };
        let still = quiet(lab, Old::Restless, 41, histories, &settings);
        for (times, since) in [(1.05, 1), (1.05, 3), (1.05, 7), (1.10, 1), (1.10, 7)] {
            let night = 40 + since;
            let lab = Lab {
                nights: night + 2,
                ..lab
            };
            let found = changed(lab, Old::Kept, (night, times), 10 * histories, &settings);
            println!(
                "| {name} | {:.2} | {:.3} | {:.0} % | {since} | {:.1} % |",
                still.per_thousand(still.suspected),
                still.per_thousand(still.alerts),
                100.0 * (times - 1.0),
                share(found.in_two, found.series),
            );
        }
    }
}

/// Whole runtimes that become slower.
fn groups(histories: u64) {
    println!("\nA whole runtime, or all of them, slower, 60 nights before:\n");
    println!(
        "| slower | by | series by runtime | controls | noise | suspected as one | confirmed | others confirmed | series of others | share of the change seen |\n|---|---|---|---|---|---|---|---|---|---|"
    );
    for (whole, times, groups, controls) in [
        (Some(0), 1.07, [20, 10, 10, 10], 4),
        (Some(0), 1.07, [60, 14, 13, 13], 4),
        (Some(0), 1.07, [60, 14, 13, 13], 0),
        (Some(0), 1.07, [60, 40, 0, 0], 4),
        (Some(0), 1.07, [60, 40, 0, 0], 0),
        (Some(0), 1.07, [60, 0, 0, 0], 4),
        (Some(0), 1.07, [60, 0, 0, 0], 0),
        (Some(0), 1.03, [20, 10, 10, 10], 4),
        (Some(0), 1.03, [60, 14, 13, 13], 4),
        (None, 1.05, [20, 10, 10, 10], 4),
        (None, 1.03, [20, 10, 10, 10], 4),
    ] {
        for (name, noisy) in [Noisy::ALL[0], Noisy::ALL[1], Noisy::ALL[5]] {
            let lab = Lab {
                noisy,
                groups,
                controls,
                nights: 61,
                ..Lab::default()
            };
            let settings = Settings::default();
            let found = grouped(lab, whole, (60, times), 2 * histories, &settings);
            println!(
                "| {} | {:.0} % | {groups:?} | {controls} | {name} | {} of {} | {} | {} | {} | {:.0} % |",
                whole.map_or("all", |_| "the first"),
                100.0 * (times - 1.0),
                found.suspected,
                found.histories,
                found.confirmed,
                found.others,
                found.wrong,
                100.0 * found.share
            );
        }
    }
}

/// How well changes are dated.
fn dates(histories: u64) {
    println!(
        "\nA change that was confirmed the night after it began, of 60 before, when so many nights have passed:\n"
    );
    println!(
        "| noise | change | nights since | dated that night | within one | ended, though it did not |\n|---|---|---|---|---|---|"
    );
    for (name, noisy) in Noisy::ALL {
        let lab = Lab {
            noisy,
            ..Lab::default()
        };
        for (times, after) in [(1.05, 0), (1.05, 7), (1.05, 30), (1.10, 0), (1.10, 30)] {
            let found = dated(lab, (60, times), (None, after), 10 * histories);
            println!(
                "| {name} | {:.0} % | {after} | {:.1} % | {:.1} % | {:.1} % |",
                100.0 * (times - 1.0),
                share(found.exact, found.changes),
                share(found.within_one, found.changes),
                share(found.ended_wrongly, found.changes),
            );
        }
    }
    println!("\nThe same, which lasted for 14 nights, when 30 have passed:\n");
    println!("| noise | change | began, within one | ended, within one |\n|---|---|---|---|");
    for (name, noisy) in Noisy::ALL {
        let lab = Lab {
            noisy,
            ..Lab::default()
        };
        for times in [1.05, 1.10] {
            let found = dated(lab, (60, times), (Some(14), 30), 10 * histories);
            println!(
                "| {name} | {:.0} % | {:.1} % | {:.1} % |",
                100.0 * (times - 1.0),
                share(found.within_one, found.changes),
                share(found.ended, found.changes),
            );
        }
    }
}

/// Five years of nights of 500 series.
fn speed() {
    let lab = Lab {
        groups: [200, 100, 100, 96],
        nights: 1826,
        ..Lab::default()
    };
    let series = lab.series(1);
    let began = Instant::now();
    let judged = judge(&series, lab.nights - 1, &Settings::default());
    let judging = began.elapsed();
    let began = Instant::now();
    let points: usize = series
        .iter()
        .map(|one| change_points(&one.values, &Dating::default()).len())
        .sum();
    println!(
        "\n{} series of {} nights: {} judged in {:.3} s, {points} change points in {:.1} s",
        series.len(),
        lab.nights,
        judged.judged(),
        judging.as_secs_f64(),
        began.elapsed().as_secs_f64(),
    );
}
