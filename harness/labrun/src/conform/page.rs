//! The matrix as a page of Markdown: `docs/CONFORMANCE.md` is one.

use std::fmt::Write as _;

use lab::conformance::{Check, Finding};

use super::Found;

const HEAD: &str = "# Conformance\n\n\
Every isolation is asked the same small things, and watched from outside. \
This page is generated: `labrun conform --out docs/CONFORMANCE.md`.\n\n";

/// A finding as an outcome and its reason.
pub(super) fn words(finding: &Finding) -> (&'static str, Option<&str>) {
    match finding {
        Finding::Conforms => ("conforms", None),
        Finding::Excepted(reason) => ("excepted", Some(reason)),
        Finding::Fault(reason) => ("fault", Some(reason)),
        Finding::Unavailable(reason) => ("unavailable", Some(reason)),
    }
}

/// What an isolation does not do: outcome, checks, reason; checks of one reason together.
pub(super) fn reasons(found: &Found) -> Vec<(&'static str, Vec<&'static str>, &str)> {
    let mut all: Vec<(&str, Vec<&str>, &str)> = Vec::new();
    for (check, finding) in &found.findings {
        let (kind, Some(reason)) = words(finding) else {
            continue;
        };
        match all.iter_mut().find(|(k, _, r)| *k == kind && *r == reason) {
            Some((_, checks, _)) => checks.push(check.name()),
            None => all.push((kind, vec![check.name()], reason)),
        }
    }
    all
}

/// The page.
pub(super) fn page(all: &[Found]) -> String {
    let mut text = HEAD.to_owned();
    for check in Check::ALL {
        let _ = writeln!(text, "- **{}**: {}", check.name(), check.summary());
    }
    let looked = |found: &&Found| {
        let mut findings = found.findings.iter();
        findings.any(|(_, finding)| !matches!(finding, Finding::Unavailable(_)))
    };
    let mut notes: Vec<&str> = Vec::new();
    text.push_str("\n| isolation |");
    for check in Check::ALL {
        let _ = write!(text, " {} |", check.name());
    }
    text.push_str("\n|---|");
    text.push_str(&":-:|".repeat(Check::ALL.len()));
    text.push('\n');
    for found in all.iter().filter(looked) {
        let _ = write!(text, "| `{}` |", found.isolation);
        for (_, finding) in &found.findings {
            let _ = write!(text, " {} |", cell(finding, &mut notes));
        }
        text.push('\n');
    }
    text.push_str("\n\u{2713}: it does. A number: it does not, for this reason, which stands in its definition.\n\n");
    for (number, note) in notes.iter().enumerate() {
        let _ = writeln!(text, "{}. {note}", number + 1);
    }
    let missing: Vec<&Found> = all.iter().filter(|found| !looked(found)).collect();
    if !missing.is_empty() {
        text.push_str("\nNot looked at when this page was made:\n\n");
        for found in missing {
            let reason = reasons(found).first().map_or("", |(_, _, reason)| *reason);
            let _ = writeln!(text, "- `{}`: {reason}", found.isolation);
        }
    }
    text
}

fn cell<'a>(finding: &'a Finding, notes: &mut Vec<&'a str>) -> String {
    let (kind, reason) = words(finding);
    let Some(reason) = reason else {
        return "\u{2713}".to_owned();
    };
    let known = notes.iter().position(|note| *note == reason);
    let number = known.unwrap_or_else(|| {
        notes.push(reason);
        notes.len() - 1
    });
    match kind {
        "fault" => format!("**fault {}**", number + 1),
        "unavailable" => format!("? {}", number + 1),
        _ => (number + 1).to_string(),
    }
}
