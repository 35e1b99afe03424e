//! Two runs set side by side: on a terminal, as Markdown, as a page. Renew the golden files with
//! `INSTA_UPDATE=always`.

mod support;

use std::sync::LazyLock;

use labrun_analysis::{Comparison, Measurements, compare};
use labrun_record::{Outcome, Sample};
use labrun_render::{comparison, comparison_markdown, comparison_page};
use support::reader::read;
use support::{Made, few};

/// Two runs of a few rows: the machine was a little slower in the second, one row much, one failed.
static COMPARED: LazyLock<Comparison> = LazyLock::new(|| {
    let [mut base, mut candidate] = [few(), few()];
    for made in [&mut base, &mut candidate] {
        made.samples.retain(|sample| sample.block < LAUNCHES);
    }
    "the-next-night".clone_into(&mut candidate.run.id);
    let slow = |isolation: &str| {
        if isolation == "wasmtime/cranelift-aot" {
            1.5
        } else {
            1.02
        }
    };
    for sample in &mut candidate.samples {
        let row = &candidate.run.rows[sample.row];
        sample.value = sample.value.map(|value| value * slow(&row.isolation));
    }
    let measured = |sample: &&mut Sample| sample.outcome == Outcome::Measured;
    if let Some(last) = candidate.samples.iter_mut().rfind(measured) {
        (last.outcome, last.value) = (Outcome::Failed, None);
        last.reason = Some("exit code 1".into());
    }
    let [base, candidate] =
        [&base, &candidate].map(|Made { run, samples, .. }| Measurements { run, samples });
    compare(base, candidate, false)
});

/// Enough for an interval.
const LAUNCHES: u32 = 20;

fn shown(width: usize) -> String {
    comparison(&COMPARED, Some(width), false)
}

#[test]
fn at_60_columns() {
    insta::assert_snapshot!(shown(60));
}

#[test]
fn at_120_columns() {
    insta::assert_snapshot!(shown(120));
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for width in [60, 80, 100, 120, 160] {
        for line in shown(width).lines() {
            assert!(line.chars().count() <= width, "{width}: {line}");
        }
    }
}

#[test]
fn verdicts_have_colours_where_the_stream_has() {
    let coloured = comparison(&COMPARED, Some(80), true);
    assert!(coloured.contains("\x1b[31m") && coloured.contains("slower\x1b[0m"));
    assert!(!shown(80).contains('\x1b'));
}

/// What a forge takes for a comment.
const COMMENT: usize = 60_000;

#[test]
fn as_markdown() {
    let text = comparison_markdown(&COMPARED);
    assert!(text.len() <= COMMENT, "{}", text.len());
    // What is folded away has the rest, and it is long.
    let (open, folded) = text
        .split_once("<details>")
        .expect("something is folded away");
    insta::assert_snapshot!("markdown", open);
    // What each row is as it is, and below what the whole machine did, which explains the difference.
    let (table, after) = open.rsplit_once("slower, suspected |").expect("a table");
    assert!(table.contains("| as it is |"), "{table}");
    assert!(after.trim_start().starts_with("In common"), "{after}");
    assert!(
        folded.contains("All that were compared: 81 rows"),
        "{folded}"
    );
    assert_eq!(folded.matches("</details>").count(), 2);
}

#[test]
fn as_a_page() {
    let html = comparison_page(&COMPARED).expect("a page");
    let text = read(&html);
    for said in [
        "1 row went wrong; 21 rows are suspected to be worse.",
        "the-next-night against 20261123T020000Z-cold-start-vm",
        "What moved all rows alike",
        "failed: exit code 1",
        "slower, suspected",
        "Every row that was compared",
        "The two runs",
    ] {
        assert!(text.contains(said), "no {said:?} in:\n{text}");
    }
    assert_eq!(html.matches("<svg class=\"chart\"").count(), 1);
    assert!(html.contains(">candidate / base</text>") || html.contains("candidate / base\n"));
    for forbidden in [
        "http://", "https://", "<script", "<link", "<img", "url(", "src=",
    ] {
        assert!(!html.contains(forbidden), "{forbidden}");
    }
}

/// Names and reasons that would be something else in HTML, Markdown or a forge.
fn hostile() -> Comparison {
    let mut hostile = COMPARED.clone();
    hostile.rows = [hostile.rows.clone(), hostile.rows].concat();
    let name = "</code><script>alert(1)</script>|`**[a](b)** @team #1 ".repeat(8);
    for pair in &mut hostile.rows {
        pair.row.workload.push_str(&name);
        pair.candidate.reason = Some(name.clone());
    }
    hostile.candidate.run.push_str(&name);
    hostile
}

#[test]
fn what_comes_from_outside_is_words_alone() {
    let hostile = hostile();
    let text = comparison_markdown(&hostile);
    assert!(text.len() <= COMMENT, "{}", text.len());
    for forbidden in ["<script", "@team", "**[a]", "`**", "|`"] {
        assert!(!text.contains(forbidden), "{forbidden}");
    }
    let heads = "| row | base | candidate | ratio | 95% interval | as it is | |";
    assert!(text.contains(heads), "{text}");
    for line in text.lines().filter(|line| line.starts_with("| <code>")) {
        assert_eq!(line.matches('|').count(), 8, "{line}");
    }
    assert!(
        text.contains(" more, which `labrun compare` prints."),
        "it has no room for all"
    );
    let html = comparison_page(&hostile).expect("a page");
    assert!(!html.contains("<script"), "{html}");
    assert!(read(&html).contains("<script>alert(1)</script>"));
}

#[test]
fn a_comparison_of_nothing_says_so() {
    let mut nothing = COMPARED.clone();
    nothing.rows.clear();
    nothing.shifts.clear();
    nothing.counts = labrun_analysis::Counts::default();
    let said = "No row was measured in both";
    assert!(comparison_markdown(&nothing).starts_with(&format!("**{said}.**\n")));
    let html = comparison_page(&nothing).expect("a page");
    assert!(read(&html).contains(said) && !html.contains("<svg"));
}
