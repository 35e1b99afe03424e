//! The matrix of conformance: of each isolation what it does, and why it does not do the rest.

mod markdown;

use labrun_analysis::{RowSummary, Summary};
use labrun_record::{Check, Metric, Outcome};

use crate::words::distinct;

pub use markdown::conformance_page;

/// What was found of one check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Finding<'a> {
    /// It does not do it, and its definition says why.
    Excepted(&'a str),
    /// It does it.
    Holds,
    /// Nothing was seen: it is not here, not asked for, or the lab could not look.
    Unseen(&'a str),
    /// It does not do what it should, or does what its definition says that it cannot.
    Fault(&'a str),
}

/// One isolation: what was found of each check, in the matrix' order.
pub(crate) struct Line<'a> {
    pub isolation: &'a str,
    pub findings: Vec<Finding<'a>>,
}

/// All that were asked.
pub(crate) struct Matrix<'a> {
    /// Names of the checks.
    pub checks: Vec<&'a str>,
    pub lines: Vec<Line<'a>>,
}

/// An isolation that has rows of servers alone.
const SERVERS_ONLY: &str = "it hosts servers, and runs no commands";

/// A check that the run has not, or an isolation of it has not.
const NO_ROW: &str = "the run has no such row";

impl<'a> Matrix<'a> {
    /// The matrix of a run; empty where it has no conformance.
    pub(crate) fn of(summary: &'a Summary) -> Self {
        let rows: Vec<&RowSummary> = summary
            .results
            .iter()
            .filter(|row| row.row.metric == Metric::Conformance)
            .collect();
        // An isolation of which nothing was asked for has no line.
        let asked = |name: &str| {
            let mut own = rows.iter().filter(|row| row.row.isolation == name);
            own.any(|row| row.outcome != Outcome::NotSelected)
        };
        let mut checks = distinct(rows.iter().filter_map(|row| check(row)));
        let place = |name: &&str| Check::ALL.iter().position(|check| check.name() == *name);
        checks.sort_by_key(|name| place(name).unwrap_or(Check::ALL.len()));
        let line = |isolation: &'a str| {
            let own = || rows.iter().filter(|row| row.row.isolation == isolation);
            // Of several targets the worst counts, not that another is not taken; of equals the first.
            let found = |name: &&str| {
                let of_check = own().filter(|row| check(row) == Some(name));
                let findings = of_check.map(|row| finding(row));
                let worst = |a, b| if rank(b) > rank(a) { b } else { a };
                let serves = own().all(|row| check(row) == Some(Check::Http.name()));
                findings.reduce(worst).unwrap_or(if serves {
                    Finding::Excepted(SERVERS_ONLY)
                } else {
                    Finding::Unseen(NO_ROW)
                })
            };
            Line {
                isolation,
                findings: checks.iter().map(found).collect(),
            }
        };
        let mut isolations = distinct(rows.iter().map(|row| row.row.isolation.as_str()));
        isolations.retain(|name| asked(name));
        Self {
            lines: isolations.into_iter().map(line).collect(),
            checks,
        }
    }

    /// Every check with what is looked at.
    pub(crate) fn summaries(&self) -> impl Iterator<Item = (&'a str, &'static str)> {
        let known = |name: &&'a str| {
            let check = Check::ALL.iter().find(|check| check.name() == *name)?;
            Some((*name, check.summary()))
        };
        self.checks.iter().filter_map(known)
    }

    /// Each reason of what was seen, once: its number is its place, from 1.
    pub(crate) fn reasons(&self) -> Vec<&'a str> {
        let seen = self.lines.iter().filter(|line| line.is_seen());
        distinct(
            seen.flat_map(|line| &line.findings)
                .filter_map(|one| one.reason()),
        )
    }
}

impl<'a> Line<'a> {
    /// Whether anything of it was seen.
    pub(crate) fn is_seen(&self) -> bool {
        let mut findings = self.findings.iter();
        findings.any(|one| matches!(one, Finding::Holds | Finding::Fault(_)))
    }

    /// Why nothing of it was seen.
    pub(crate) fn why_unseen(&self) -> &'a str {
        let says = |one: &&Finding<'_>| matches!(one, Finding::Unseen(why) if *why != NO_ROW);
        let first = self.findings.iter().find(says).or(self.findings.first());
        first.and_then(|one| one.reason()).unwrap_or_default()
    }

    /// What does not hold: each kind and reason once, with the checks that it is of.
    pub(crate) fn exceptions(&self, checks: &[&'a str]) -> Vec<(Finding<'a>, Vec<&'a str>)> {
        let all = distinct(
            self.findings
                .iter()
                .copied()
                .filter(|one| *one != Finding::Holds),
        );
        let of = |wanted| {
            let pairs = self.findings.iter().zip(checks);
            pairs
                .filter(move |(one, _)| **one == wanted)
                .map(|(_, name)| *name)
        };
        all.into_iter()
            .map(|one| (one, of(one).collect()))
            .collect()
    }
}

impl<'a> Finding<'a> {
    /// Why it does not hold.
    pub(crate) fn reason(self) -> Option<&'a str> {
        match self {
            Self::Holds => None,
            Self::Excepted(reason) | Self::Unseen(reason) | Self::Fault(reason) => Some(reason),
        }
    }

    /// A word for it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Excepted(_) => "excepted",
            Self::Unseen(_) => "not checked",
            Self::Fault(_) => "fault",
        }
    }
}

fn check(row: &RowSummary) -> Option<&str> {
    row.row.params.get(Check::PARAM).map(String::as_str)
}

fn finding(row: &RowSummary) -> Finding<'_> {
    let reason = row.reason.as_deref().unwrap_or("no reason was recorded");
    match row.outcome {
        Outcome::Measured if row.is_fault() => Finding::Fault(reason),
        Outcome::Measured => Finding::Holds,
        Outcome::Unsupported => Finding::Excepted(reason),
        // The check could not be made, whatever kept it.
        Outcome::Failed
        | Outcome::Timeout
        | Outcome::Mismatch
        | Outcome::Unavailable
        | Outcome::NotSelected => Finding::Unseen(reason),
    }
}

fn rank(finding: Finding<'_>) -> u8 {
    match finding {
        Finding::Excepted(_) => 0,
        Finding::Holds => 1,
        Finding::Unseen(_) => 2,
        Finding::Fault(_) => 3,
    }
}
