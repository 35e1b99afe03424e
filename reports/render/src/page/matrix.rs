//! Conformance on the page: a matrix of isolations and checks, and the reasons by number.

use maud::{Markup, html};

use super::view::View;
use crate::conformance::{Finding, Line, Matrix};

pub(super) fn matrix(view: &View<'_>) -> Markup {
    let matrix = Matrix::of(view.summary);
    let reasons = matrix.reasons();
    let (seen, unseen): (Vec<&Line<'_>>, Vec<_>) = matrix.lines.iter().partition(|l| l.is_seen());
    html! {
        div {
            p.note {
                "Every isolation is asked the same small things, and watched from outside. A tick: it does. "
                "A number: it does not, for the reason below, which stands in its definition. "
                "A fault: it does otherwise than its definition says."
            }
            div.scroll tabindex="0" role="region" aria-label="Conformance" {
                table.matrix {
                    thead { tr {
                        th scope="col" { "isolation" }
                        @for name in &matrix.checks { th scope="col" { (name) } }
                    } }
                    tbody {
                        @for line in &seen { (row(view, line, &reasons)) }
                    }
                }
            }
            @if !reasons.is_empty() {
                ol { @for reason in &reasons { li { (reason) } } }
            }
            @if !unseen.is_empty() {
                h3 { "Not checked" }
                ul { @for line in unseen {
                    li { strong { (line.isolation) } ": " (line.why_unseen()) }
                } }
            }
            h3 { "What is checked" }
            dl {
                @for (name, summary) in matrix.summaries() { div { dt { (name) } dd { (summary) } } }
            }
        }
    }
}

fn row(view: &View<'_>, line: &Line<'_>, reasons: &[&str]) -> Markup {
    let technology = line.isolation.split('/').next().unwrap_or_default();
    html! {
        tr {
            th scope="row" { (view.chip(technology)) (line.isolation) }
            @for finding in &line.findings { (cell(*finding, reasons)) }
        }
    }
}

fn cell(finding: Finding<'_>, reasons: &[&str]) -> Markup {
    let place = |reason| reasons.iter().position(|one| *one == reason);
    let number = finding
        .reason()
        .and_then(place)
        .map_or(0, |place| place + 1);
    let title = finding.reason().unwrap_or("it does");
    let (class, shown) = match finding {
        Finding::Holds => ("holds", "\u{2713}".to_owned()),
        Finding::Excepted(_) => ("excepted", number.to_string()),
        Finding::Unseen(_) => ("unseen", format!("? {number}")),
        Finding::Fault(_) => ("fault", format!("fault {number}")),
    };
    html! { td.{ (class) } title=(title) { (shown) } }
}
