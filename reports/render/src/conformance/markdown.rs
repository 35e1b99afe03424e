//! The matrix as a page of Markdown: `docs/CONFORMANCE.md` is one.

use std::fmt::Write as _;

use labrun_analysis::Summary;

use super::{Finding, Line, Matrix};

const HEAD: &str = "# Conformance\n\n\
Every isolation is asked the same small things, and watched from outside. \
This page is generated: `labrun conform --out docs/CONFORMANCE.md`.\n\n";

/// The matrix of a run as a page of Markdown.
pub fn conformance_page(summary: &Summary) -> String {
    let matrix = Matrix::of(summary);
    let mut text = HEAD.to_owned();
    for (name, summary) in matrix.summaries() {
        let _ = writeln!(text, "- **{name}**: {summary}");
    }
    let _ = writeln!(text, "\n| isolation | {} |", matrix.checks.join(" | "));
    let _ = writeln!(text, "|---|{}", ":-:|".repeat(matrix.checks.len()));
    let reasons = matrix.reasons();
    let (seen, unseen): (Vec<&Line<'_>>, Vec<_>) = matrix.lines.iter().partition(|l| l.is_seen());
    for line in seen {
        let cells = line.findings.iter().map(|one| cell(*one, &reasons));
        let cells: Vec<String> = cells.collect();
        let _ = writeln!(text, "| `{}` | {} |", line.isolation, cells.join(" | "));
    }
    text.push_str("\n\u{2713}: it does. A number: it does not, for this reason, which stands in its definition.");
    if text.contains("**fault") {
        text.push_str(" A fault: it does otherwise than its definition says.");
    }
    text.push_str("\n\n");
    for (number, reason) in (1..).zip(&reasons) {
        let _ = writeln!(text, "{number}. {reason}");
    }
    if !unseen.is_empty() {
        text.push_str("\nNot looked at when this page was made:\n\n");
        for line in unseen {
            let _ = writeln!(text, "- `{}`: {}", line.isolation, line.why_unseen());
        }
    }
    text
}

fn cell(finding: Finding<'_>, reasons: &[&str]) -> String {
    let place = |reason| reasons.iter().position(|one| *one == reason);
    let number = finding
        .reason()
        .and_then(place)
        .map_or(0, |place| place + 1);
    match finding {
        Finding::Holds => "\u{2713}".to_owned(),
        Finding::Excepted(_) => number.to_string(),
        Finding::Unseen(_) => format!("? {number}"),
        Finding::Fault(_) => format!("**fault {number}**"),
    }
}
