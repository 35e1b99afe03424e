//! What conformance comes to, in a line; the matrix of it is a part of its own.

use maud::{Markup, html};

use crate::conformance::{Finding, Matrix};
use crate::page::view::View;
use crate::units;

/// The line, if the run has any conformance.
pub(super) fn checked(view: &View<'_>) -> Markup {
    let matrix = Matrix::of(view.summary);
    let seen: Vec<_> = matrix.lines.iter().filter(|line| line.is_seen()).collect();
    let is_fault = |one: &Finding<'_>| matches!(one, Finding::Fault(_));
    let faulty = seen
        .iter()
        .filter(|line| line.findings.iter().any(is_fault));
    let names: Vec<&str> = faulty.map(|line| line.isolation).collect();
    html! {
        @if !matrix.lines.is_empty() {
            p.checked {
                strong { (seen.len() - names.len()) " of " (units::plural(seen.len(), "isolation")) }
                " that were checked do, and hold back, what their definition says"
                @if names.is_empty() { "." } @else { "; not so: " (names.join(", ")) "." }
                " " a href="#conformance" { "Every check" }
            }
        }
    }
}
