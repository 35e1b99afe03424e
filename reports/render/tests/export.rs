//! Rows as CSV and headlines as Markdown: the numbers are those of the summary, and text from outside
//! stays text. Renew the golden files with `INSTA_UPDATE=always`.

mod support;

use std::collections::HashMap;

use labrun_record::Outcome;
use labrun_render::{Exported, csv, markdown};
use support::{Made, few_of_all, replayed};

/// Text that would be something else in a spreadsheet, a table, a page or a chat.
const HOSTILE: [&str; 6] = [
    "=HYPERLINK(\"http://x\",\"y\")",
    "+1|2|3",
    "@everyone <img src=x onerror=alert(1)>",
    "-1\n| a | b |\n# head",
    "[link](javascript:alert(1)) `code` **bold**",
    "\u{5e9}\u{5dc}\u{5d5}\u{5dd} \u{1f980}, \"quoted\"",
];

fn exported(made: &Made) -> Exported<'_> {
    Exported {
        run: &made.run,
        summary: &made.summary,
    }
}

/// The lines of a CSV, each by the names of its columns.
fn lines(text: &str) -> Vec<HashMap<String, String>> {
    let mut reader = ::csv::Reader::from_reader(text.as_bytes());
    reader
        .deserialize()
        .map(|line| line.expect("a whole line"))
        .collect()
}

#[test]
fn every_row_is_a_line_with_the_numbers_of_the_summary() {
    let made = few_of_all();
    let text = csv(&[exported(&made)]).expect("is written");
    let lines = lines(&text);
    assert_eq!(lines.len(), made.summary.results.len());
    assert!(text.ends_with("\r\n") && text.matches("\r\n").count() > lines.len());
    let mut empty = 0;
    for (line, row) in lines.iter().zip(&made.summary.results) {
        let number = |name: &str| line[name].parse::<f64>().ok();
        assert_eq!(line["isolation"], row.row.isolation);
        assert_eq!(line["metric"], row.row.metric.name());
        assert_eq!(line["outcome"], row.outcome.name());
        assert_eq!(number("median"), row.median());
        assert_eq!(number("low").zip(number("high")), row.ci().map(Into::into));
        assert_eq!(
            number("n"),
            row.numbers.as_ref().map(|numbers| numbers.n as f64)
        );
        let ratio = row.ratio();
        assert_eq!(number("ratio"), ratio.map(|ratio| ratio.value));
        assert_eq!(
            line["verdict"],
            ratio.map_or("", |ratio| ratio.verdict.name())
        );
        assert_eq!(
            line["isolation_version"],
            row.isolation_version.clone().unwrap_or_default()
        );
        if row.outcome != Outcome::Measured {
            assert!(!line["reason"].is_empty() && line["median"].is_empty());
            empty += 1;
        }
    }
    assert!(empty > 0, "nothing is unmeasured");
    let parts: Vec<&str> = made
        .run
        .parts
        .iter()
        .map(|part| part.scenario.as_str())
        .collect();
    for part in parts {
        assert!(lines.iter().any(|line| line["scenario"] == part), "{part}");
    }
}

#[test]
fn a_replay_has_a_line_for_each_side() {
    let made = replayed::commits();
    let text = csv(&[exported(&made)]).expect("is written");
    let lines = lines(&text);
    let replay = made.summary.replay.as_ref().expect("a replay");
    assert_eq!(lines.len(), 2 * replay.results.len());
    for (pair, row) in lines.chunks(2).zip(&replay.results) {
        assert_eq!([&pair[0]["side"], &pair[1]["side"]], ["a", "b"]);
        for (line, side) in pair.iter().zip([row.a, row.b]) {
            assert_eq!(line["median"].parse().ok(), side.map(|side| side.median));
        }
        assert_eq!(pair[0]["ratio"], "");
        let ratio = row.ratio.and_then(|ratio| ratio.value);
        assert_eq!(pair[1]["ratio"].parse().ok(), ratio);
    }
}

#[test]
fn several_runs_have_one_head() {
    let (one, other) = (few_of_all(), replayed::isolations());
    let both = csv(&[exported(&one), exported(&other)]).expect("is written");
    let each = [&one, &other].map(|made| csv(&[exported(made)]).expect("is written"));
    let lines = |text: &str| {
        text.split("\r\n")
            .skip(1)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let mut wanted = lines(&each[0]);
    wanted.pop();
    wanted.extend(lines(&each[1]));
    assert_eq!(lines(&both), wanted);
    assert_eq!(
        csv(&[]).expect("is written").matches("\r\n").count(),
        1,
        "the head alone"
    );
}

#[test]
fn a_spreadsheet_gets_no_formula() {
    let mut made = few_of_all();
    for (row, text) in made.summary.results.iter_mut().zip(HOSTILE) {
        row.row.isolation = text.to_owned();
        row.reason = Some(text.to_owned());
        row.row.params = [(text.to_owned(), text.to_owned())].into();
    }
    made.run.id = HOSTILE[0].to_owned();
    let text = csv(&[exported(&made)]).expect("is written");
    let lines = lines(&text);
    assert_eq!(lines.len(), made.summary.results.len());
    for (line, hostile) in lines.iter().zip(HOSTILE) {
        let shown = if hostile.starts_with(['=', '+', '-', '@']) {
            format!("'{hostile}")
        } else {
            hostile.to_owned()
        };
        assert_eq!((&line["isolation"], &line["reason"]), (&shown, &shown));
        assert!(!line["params"].starts_with(['=', '+', '-', '@']));
    }
    assert!(lines.iter().all(|line| line["run"].starts_with("'=")));
}

#[test]
fn headlines_as_markdown() {
    insta::assert_snapshot!(markdown(&[exported(&few_of_all())]));
}

#[test]
fn a_replay_as_markdown() {
    insta::assert_snapshot!(markdown(&[exported(&replayed::commits())]));
}

#[test]
fn text_from_outside_makes_no_markdown() {
    let mut made = few_of_all();
    let plain = markdown(&[exported(&made)]);
    let renamed: Vec<String> = names_of(&made);
    for row in &mut made.summary.results {
        let place = renamed.iter().position(|name| *name == row.row.isolation);
        row.row.isolation = HOSTILE[place.expect("a name") % HOSTILE.len()].to_owned();
        row.reason = row.reason.as_ref().map(|_| HOSTILE[2].to_owned());
        row.isolation_version = Some(HOSTILE[4].to_owned());
        row.numbers = row.numbers.take().map(|mut numbers| {
            numbers.ratio = None;
            numbers
        });
    }
    made.run.question = HOSTILE[3].to_owned();
    made.run.interrupted = Some(HOSTILE[2].to_owned());
    let page = markdown(&[exported(&made)]);
    assert!(!page.contains('<') && !page.contains("@e"), "{page}");
    assert!(!page.replace("\\]", "").contains("]("), "a link in {page}");
    assert!(
        !page.contains("**bold") && !page.contains(" `code"),
        "{page}"
    );
    let heads = |page: &str| page.lines().filter(|line| line.starts_with('#')).count();
    assert!(heads(&page) <= heads(&plain));
    for line in page.lines().filter(|line| line.starts_with('|')) {
        let cells = line.replace("\\|", "").matches('|').count();
        assert_eq!(cells, 8, "{line}");
    }
}

fn names_of(made: &Made) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for row in &made.summary.results {
        if !names.contains(&row.row.isolation) {
            names.push(row.row.isolation.clone());
        }
    }
    names
}

#[test]
fn a_thousand_isolations_fit_into_a_pull_request() {
    let mut made = few_of_all();
    let row = made
        .summary
        .results
        .iter()
        .find(|row| row.numbers.is_some());
    let row = row.expect("a measured one").clone();
    made.summary.results = (0..1_000)
        .map(|number| {
            let mut row = row.clone();
            row.row.isolation = format!("made-up/{number}");
            row
        })
        .collect();
    made.run.parts.clear();
    let page = markdown(&[exported(&made)]);
    // A pull request's text has 65,536 letters at most.
    assert!(page.len() < 10_000, "{}", page.len());
    assert!(page.contains("960 more are in summary.json"), "{page}");
}

#[test]
fn where_nothing_was_to_be_decided_that_is_said() {
    assert!(markdown(&[]).contains("nothing to decide"));
}
