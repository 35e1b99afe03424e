//! Conformance on a terminal: a line for each isolation, and why it does not do the rest.

use std::fmt::Write as _;

use labrun_analysis::Summary;

use super::unmeasured::wrapped;
use crate::conformance::{Finding, Matrix};

/// How many checks each isolation passes, and what of each other.
pub(super) fn matrix(summary: &Summary, width: Option<usize>, colour: bool) -> String {
    let matrix = Matrix::of(summary);
    let of = matrix.checks.len();
    let names = matrix.lines.iter().map(|line| line.isolation.len());
    let widest = names.max().unwrap_or_default();
    let mut text = String::new();
    for line in &matrix.lines {
        let is_fault = |one: &Finding<'_>| matches!(one, Finding::Fault(_));
        let held = line
            .findings
            .iter()
            .filter(|one| **one == Finding::Holds)
            .count();
        let code = match (line.findings.iter().any(is_fault), held) {
            (true, _) => "31",
            (false, 0) => "2",
            (false, _) => "32",
        };
        let counted = format!("{held:2} of {of}");
        let counted = if colour {
            format!("\x1b[{code}m{counted}\x1b[0m")
        } else {
            counted
        };
        let _ = writeln!(text, "{:widest$}  {counted}", line.isolation);
        for (finding, checks) in line.exceptions(&matrix.checks) {
            let checks = if checks.len() == of {
                "everything".to_owned()
            } else {
                checks.join(", ")
            };
            let (word, reason) = (finding.word(), finding.reason().unwrap_or_default());
            let said = format!("    {word}: {checks}: {reason}");
            let _ = writeln!(text, "{}", wrapped(&said, width, "      "));
        }
    }
    text.push('\n');
    for (name, summary) in matrix.summaries() {
        let said = format!("{name:12} {summary}");
        let _ = writeln!(text, "{}", wrapped(&said, width, "  "));
    }
    text
}
