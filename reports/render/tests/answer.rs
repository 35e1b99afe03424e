//! The first screen of made-up runs: which cards, of which rows, in which words; which claims.

mod support;

use labrun_analysis::{RowSummary, Verdict, Warning, WarningKind, summarise};
use labrun_record::{Metric, Outcome, Start, Target, Tier, Unit};
use labrun_render::{Section, pages, units};
use support::Made;
use support::reader::{of, read};
use support::screen::{between, cards, heads, keep, lanes, medians, picture, strip, well_formed};

#[test]
fn a_cold_start_has_a_card_of_each_start_that_decides() {
    let made = support::few();
    let html = of(&made);
    well_formed(&html);
    let found = cards(&html);
    assert_eq!(
        heads(&html),
        [
            "A container start",
            "A loaded wasm instance",
            "A wasm start, fresh process"
        ]
    );
    let row = made.summary.results.iter().find(|row| {
        row.row.isolation == "docker/runc"
            && row.row.workload == "add"
            && row.row.metric == Metric::TimeToFirstResult
    });
    let row = row.expect("a row");
    let median = row.median().expect("a median");
    let card = &found[0];
    assert!(
        card[1].starts_with(&units::value(median, row.unit)),
        "{card:?}"
    );
    let ratio = row.ratio().expect("a ratio");
    let times = format!("{} times a process [", units::ratio(ratio.value));
    assert!(card[2].starts_with(&times), "{card:?}");
    assert!(
        card[3].starts_with("docker/runc \u{b7} add \u{b7} n"),
        "{card:?}"
    );
    assert!(
        found[1][2].contains("faster than a process ["),
        "{:?}",
        found[1]
    );
}

#[test]
fn a_run_of_all_has_a_card_of_each_measure() {
    let html = of(&support::few_of_all());
    well_formed(&html);
    assert_eq!(
        heads(&html),
        [
            "A container start",
            "A loaded wasm instance",
            "One more wasm instance",
            "A container image",
            "Wasm computing",
        ]
    );
    let computing = &cards(&html)[4];
    assert!(computing[1].contains('\u{d7}'), "{computing:?}");
    assert_eq!(computing[2], "equivalent to native");
}

#[test]
fn a_measure_alone_has_the_cards_of_its_own() {
    for (scenario, wanted) in [
        (
            "memory",
            vec![
                "One more wasm instance",
                "One idle container",
                "One more container",
                "One idle wasm instance",
            ],
        ),
        ("size", vec!["A container image", "A wasm program"]),
    ] {
        let html = of(&support::one_of(scenario));
        assert_eq!(heads(&html), wanted);
    }
    let memory = cards(&of(&support::one_of("memory")));
    assert!(
        memory.iter().all(|card| card[3].contains("PSS, cgroup ")),
        "{memory:?}"
    );
    let throughput = of(&support::one_of("throughput"));
    assert_eq!(heads(&throughput).len(), 5);
}

#[test]
fn every_median_is_that_of_its_row() {
    for made in [support::few(), support::few_of_all(), support::all(10)] {
        let html = of(&made);
        let screen = between(
            &html,
            "<section class=\"answer\" id=\"answer\">",
            "id=\"decide\"",
        );
        let found = medians(screen);
        assert!(found.len() > 8, "{}", found.len());
        for (place, value) in found {
            assert_eq!(made.summary.results[place].median(), Some(value));
        }
    }
}

/// The ratio of a container's start, as the card says it once `change` is made.
fn said(change: impl Fn(&mut RowSummary)) -> String {
    let mut made = support::few();
    for row in &mut made.summary.results {
        if row.row.isolation == "docker/runc" {
            change(row);
        }
    }
    cards(&of(&made))[0][2].clone()
}

#[test]
fn what_is_not_decided_is_said_so() {
    let verdict = |verdict| {
        move |row: &mut RowSummary| {
            if let Some(ratio) = row.numbers.as_mut().and_then(|n| n.ratio.as_mut()) {
                ratio.verdict = verdict;
            }
        }
    };
    assert!(said(verdict(Verdict::Equivalent)).starts_with("equivalent to a process ["));
    let open = said(verdict(Verdict::Inconclusive));
    assert!(
        open.contains("times a process, which is not decided ["),
        "{open}"
    );
    let bare = said(|row| {
        verdict(Verdict::Inconclusive)(row);
        if let Some(ratio) = row.numbers.as_mut().and_then(|n| n.ratio.as_mut()) {
            ratio.ci = None;
        }
    });
    assert_eq!(bare, "against a process not decided: no interval");
    let none = said(|row| {
        if let Some(numbers) = &mut row.numbers {
            numbers.ratio = None;
        }
    });
    assert_eq!(none, "no ratio to a reference");
    let nothing = said(|row| {
        if let Some(numbers) = &mut row.numbers {
            numbers.ratio = None;
            numbers.ci = Some([-5.0, 5.0]);
        }
    });
    assert_eq!(nothing, "not told apart from nothing");
}

#[test]
fn a_run_with_neither_containers_nor_wasm_has_the_cards_of_its_questions() {
    let mut made = support::few();
    keep(&mut made, |row| row.tier == Tier::Process);
    let found = cards(&of(&made));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0][0].starts_with("Add, time to first result"),
        "{found:?}"
    );
    assert!(found[0][3].starts_with("native/dynamic"), "{found:?}");
}

#[test]
fn a_run_with_one_row_has_one_card_and_one_lane() {
    let mut made = support::few();
    keep(&mut made, |row| {
        row.isolation == "native/static"
            && row.workload == "add"
            && row.metric == Metric::TimeToFirstResult
    });
    assert_eq!(made.run.rows.len(), 1);
    let html = of(&made);
    well_formed(&html);
    let found = cards(&html);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0][2], "the reference");
    assert_eq!(lanes(&html), 1);
}

#[test]
fn a_run_with_no_measured_row_says_so_and_has_no_picture() {
    let mut made = support::few();
    made.samples.clear();
    made.summary = summarise(&made.run, &made.samples);
    let html = of(&made);
    well_formed(&html);
    assert!(html.contains("Nothing was measured."));
    assert!(cards(&html).is_empty() && picture(&html).is_empty());
    assert!(
        strip(&html)
            .iter()
            .all(|(verdict, _)| verdict == "not measured")
    );
    assert_eq!(strip(&html).len(), 2);
}

#[test]
fn conformance_alone_is_told_in_a_line() {
    let mut made = support::few();
    keep(&mut made, |row| {
        row.isolation == "native/static"
            && row.workload == "add"
            && row.metric == Metric::TimeToFirstResult
    });
    made.samples.truncate(1);
    made.samples[0].value = Some(1.0);
    let row = &mut made.run.rows[0];
    row.metric = Metric::Conformance;
    row.start = None;
    row.params = [("check".to_owned(), "random".to_owned())].into();
    made.summary = summarise(&made.run, &made.samples);
    let html = of(&made);
    well_formed(&html);
    let text = read(&html);
    assert!(
        text.contains("1 of 1 isolation that were checked do"),
        "{text}"
    );
    assert!(html.contains("href=\"#conformance\"") && html.contains("id=\"conformance\""));
    assert!(cards(&html).is_empty() && picture(&html).is_empty());
}

#[test]
fn the_first_screen_says_how_many_intervals_are_wider_than_asked_for() {
    let mut made = support::few();
    let said = "measured rows have a wider interval than the plan asks for, or none";
    made.summary.warnings.clear();
    assert!(!read(&of(&made)).contains(said));
    let (doubt, place) = (WarningKind::WideInterval, 1);
    for (name, row) in [
        (doubt, place),
        (doubt, place),
        (WarningKind::FewLaunches, 2),
    ] {
        made.summary.warnings.push(Warning {
            name,
            row: Some(row),
            side: None,
            message: "it is wide".to_owned(),
            advice: "take more".to_owned(),
        });
    }
    let rows = made.summary.results.iter();
    let measured = rows.filter(|row| row.median().is_some()).count();
    let text = read(&of(&made));
    assert!(text.contains(&format!("2 of {measured} {said}")), "{text}");
}

#[test]
fn a_claim_is_a_link_to_how_it_was_judged() {
    let html = of(&support::few_of_all());
    let found = strip(&html);
    assert_eq!(found.len(), 5, "{found:?}");
    let of = |words: &str| {
        let found = found.iter().find(|(_, said)| said.starts_with(words));
        found.expect("a claim").0.as_str()
    };
    assert_eq!(of("A wasm cold start"), "depends on the start");
    assert_eq!(of("A container\u{2019}s cold start"), "holds");
    assert_eq!(of("A wasm binary"), "holds");
    let links = between(&html, "aria-label=\"Claims in circulation\">", "</ul>");
    for link in links.split("href=\"#").skip(1) {
        let (id, _) = link.split_once('"').expect("a link");
        assert_eq!(
            html.matches(&format!("<tbody id=\"{id}\">")).count(),
            1,
            "{id}"
        );
    }
}

fn section(made: &Made) -> Section<'_> {
    Section {
        run: &made.run,
        summary: &made.summary,
    }
}

#[test]
fn several_runs_answer_side_by_side_on_the_first_screen() {
    let (one, mut two) = (support::few(), support::few_of_all());
    two.run.machine.cpu = "Ampere Altra".into();
    let html = pages(&[section(&one), section(&two)], &[]).expect("a page");
    well_formed(&html);
    let all = several(&html);
    assert!(all.len() > 3, "{all:?}");
    for sides in &all {
        let [first, second] = &sides[..] else {
            panic!("not two sides: {sides:?}")
        };
        assert!(first.contains("Run 1: AMD EPYC, x86_64"), "{first}");
        assert!(second.contains("Run 2: Ampere Altra, x86_64"), "{second}");
    }
    // What both have measured has two numbers, each of its own run.
    let start = &all[0];
    assert!(start[0].contains("data-row=\"0-") && start[0].contains("times a process"));
    assert!(start[1].contains("data-row=\"1-") && start[1].contains("times a process"));
    // What the second alone has measured is an answer too, and of the first it is said.
    let memory = all
        .iter()
        .find(|sides| sides[0].contains("has not measured it"));
    assert!(memory.expect("such a card")[1].contains("data-row=\"1-"));
    // The second has a screen of its own, without the same numbers again.
    assert!(html.contains("id=\"r0-answer\"") && html.contains("id=\"r1-answer\""));
    assert!(html.contains("href=\"#r1-answer\""));
    assert!(html.contains("Its numbers stand beside those of run 1"));
}

#[test]
fn a_run_of_another_method_has_its_cards_on_a_screen_of_its_own() {
    let (one, mut other) = (support::few(), support::few_of_all());
    other.run.method_version += 1;
    let html = pages(&[section(&one), section(&other)], &[]).expect("a page");
    well_formed(&html);
    assert!(several(&html).is_empty(), "another method is not compared");
    assert_eq!(html.matches("<ul class=\"cards\">").count(), 2);
}

/// The sides of each card that has several.
fn several(html: &str) -> Vec<Vec<&str>> {
    let cards = html.split("<div class=\"sides\">").skip(1);
    let own = cards.filter_map(|card| card.split("</li>").next());
    own.map(|card| card.split("<div class=\"side\">").skip(1).collect())
        .collect()
}

#[test]
fn names_from_outside_stay_words() {
    let mut made = support::few();
    let evil = "<b onload=\"x\">&'</b></svg>\u{202e}\u{5d0}\u{5d1}\u{1f980}";
    for row in &mut made.summary.results {
        row.row.isolation = format!("{evil}/{}", "\u{1f980}".repeat(200));
        row.row.workload = evil.into();
    }
    let html = of(&made);
    well_formed(&html);
    assert!(!html.contains("<b onload"));
}

#[test]
fn a_bare_program_in_namespaces_is_no_container() {
    let mut made = support::few();
    for row in &mut made.summary.results {
        if row.row.tier == Tier::Namespaces {
            row.row.target = Target::Native;
        }
    }
    let html = of(&made);
    assert_eq!(
        heads(&html),
        ["A loaded wasm instance", "A wasm start, fresh process"]
    );
}

#[test]
fn what_was_not_measured_gives_its_place_to_the_next() {
    let mut made = support::few();
    for row in &mut made.summary.results {
        if row.row.start == Some(Start::Loaded) {
            row.outcome = Outcome::Failed;
            row.numbers = None;
        }
    }
    let html = of(&made);
    assert_eq!(
        heads(&html),
        ["A container start", "A wasm start, fresh process"]
    );
}

#[test]
fn a_container_is_not_told_without_the_technologies_that_stand_on_its_runtime() {
    let mut made = support::all(12);
    let start = |row: &&RowSummary| {
        row.row.metric == Metric::TimeToFirstResult && row.row.workload == "add"
    };
    for row in &mut made.summary.results {
        if row.row.isolation == "docker/runc-nonet" {
            row.row.isolation = "oci/runc".into();
        }
    }
    let html = of(&made);
    let docker = made.summary.results.iter().filter(start);
    let docker = docker.filter(|row| row.row.isolation.starts_with("docker/"));
    let best = docker.filter_map(RowSummary::median);
    let best = best.min_by(f64::total_cmp).expect("one is measured");
    let card = cards(&html)[0].join(" ");
    assert!(card.contains("oci/runc · add"), "{card}");
    let said = format!("; docker/runc-hostnet {}", units::value(best, Unit::Ns));
    assert!(card.contains(&said), "{said}: {card}");
}
