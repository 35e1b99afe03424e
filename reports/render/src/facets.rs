//! What tells the rows of a table apart beside their isolation: what all of them share is
//! said once, what each isolation has several of becomes a heading, the rest a column.

use labrun_analysis::RowSummary;
use labrun_record::{Row, Start, Target, UNCHECKED};

use crate::beside::{beside, heading, is_beside};
use crate::words::{self, distinct};

/// The facets of the rows of a table: start, scope and params by name.
pub(crate) struct Facets<'a> {
    /// What all rows have alike.
    shared: Vec<(&'a str, &'a str)>,
    /// What the rows are grouped by.
    heads: Vec<&'a str>,
    /// What stands in a column.
    pub columns: Vec<&'a str>,
    /// Whether scopes that stand side by side have one heading.
    pairs: bool,
}

/// The rows that have the same values of everything that is a heading.
pub(crate) struct Variant<'a> {
    /// `op read · fs tmpfs`; empty where nothing is a heading.
    pub name: String,
    pub rows: Vec<&'a RowSummary>,
}

const START: &str = "start";
const SCOPE: &str = "scope";

/// As what a workload is given, where an isolation takes it as several: as a bare program and as an image.
const TARGET: &str = "as";

/// Facets whose values say what they are.
const PLAIN: [&str; 6] = [START, SCOPE, "op", "what", "form", "percentile"];

/// The order in which facets are said; all others follow.
const ORDER: [&str; 14] = [
    START,
    SCOPE,
    "op",
    "fs",
    "file",
    "block",
    "cache",
    "policy",
    "network",
    "form",
    "layer",
    "rate",
    "arrivals",
    "percentile",
];

impl<'a> Facets<'a> {
    /// The facets of `rows`. With `narrow` no facet is a column if it can be a heading.
    pub(crate) fn of(rows: &[&'a RowSummary], narrow: bool) -> Self {
        let params = rows.iter().flat_map(|r| r.row.params.keys());
        let mut names = distinct(params.map(String::as_str));
        for own in [START, SCOPE] {
            if rows.iter().any(|r| facet(r, own).is_some()) {
                names.push(own);
            }
        }
        // Modules and components have tables of their own.
        let are_mixed = rows.iter().any(|one| {
            let mut others = rows.iter().filter(|other| {
                other.row.workload == one.row.workload && other.row.isolation == one.row.isolation
            });
            let (bare, image) = (Target::Native, Target::Image);
            one.row.target == bare && others.any(|other| other.row.target == image)
        });
        if are_mixed {
            names.push(TARGET);
        }
        names.sort_by_key(|name| ORDER.iter().position(|o| o == name).unwrap_or(ORDER.len()));
        let mut facets = Self {
            shared: Vec::new(),
            heads: Vec::new(),
            columns: Vec::new(),
            pairs: false,
        };
        for name in names {
            let values = distinct(rows.iter().map(|r| facet(r, name)));
            match values[..] {
                [Some(only)] => facets.shared.push((name, only)),
                _ if narrow || is_heading(rows, name, &values) => facets.heads.push(name),
                _ => facets.columns.push(name),
            }
        }
        facets
    }

    /// The same with start and scope in columns, as a terminal has them.
    pub(crate) fn with_own_columns(mut self) -> Self {
        self.columns.retain(|name| *name != SCOPE);
        let is_own = |name: &&str| [START, SCOPE].contains(name);
        let (mut columns, heads): (Vec<&str>, Vec<&str>) = self.heads.into_iter().partition(is_own);
        columns.append(&mut self.columns);
        self.heads = heads;
        self.columns = columns;
        self
    }

    /// The same with scopes that stand side by side (the PSS, and the cgroup) together: the rows
    /// of an isolation one after the other, and the scope in a column unless it is `narrow`.
    pub(crate) fn in_pairs(mut self, rows: &[&'a RowSummary], narrow: bool) -> Self {
        let seconds = || rows.iter().filter(|row| is_beside(&row.row));
        let firsts: Vec<Row> = rows.iter().filter_map(|row| beside(&row.row)).collect();
        let has_first = |second: &RowSummary| firsts.contains(&second.row);
        self.pairs = self.heads.contains(&SCOPE)
            && seconds().next().is_some()
            && (!narrow || seconds().all(|second| has_first(second)));
        if self.pairs && !narrow {
            self.columns.insert(0, SCOPE);
        }
        self
    }

    /// Whether rows that stand side by side are together under one heading, and no column tells
    /// them apart.
    pub(crate) fn are_in_pairs(&self) -> bool {
        self.pairs && !self.columns.contains(&SCOPE)
    }

    /// What is alike in all rows but for the scope, in words.
    pub(crate) fn shared_but_scope(&self) -> String {
        let others = self.shared.iter().filter(|(name, _)| *name != SCOPE);
        said(others.copied(), ", ")
    }

    /// The facets that are not alike in all rows, but for `others`.
    pub(crate) fn varying(&self, others: &[&str]) -> Vec<&'a str> {
        let all = self.heads.iter().chain(&self.columns).copied();
        all.filter(|name| !others.contains(name)).collect()
    }

    /// What is alike in all rows, in words: `pace closed, connections 64`.
    pub(crate) fn shared(&self) -> String {
        said(self.shared.iter().copied(), ", ")
    }

    /// The rows by heading, in the order in which the headings first appear; within one
    /// by start and scope.
    pub(crate) fn variants(&self, rows: &[&'a RowSummary]) -> Vec<Variant<'a>> {
        let key = |row: &'a RowSummary| -> Vec<Option<&'a str>> {
            let head = |name: &&'a str| match *name {
                SCOPE if self.pairs => heading(&row.row).or_else(|| facet(row, SCOPE)),
                name => facet(row, name),
            };
            self.heads.iter().map(head).collect()
        };
        let scopes = distinct(rows.iter().map(|r| r.row.scope.as_deref()));
        let isolations = distinct(rows.iter().map(|r| (&r.row.isolation, r.row.target)));
        // Pairs first, one after the other; all others scope by scope.
        let scope = |row: &RowSummary| match heading(&row.row) {
            Some(_) if self.pairs => {
                let own = (&row.row.isolation, row.row.target);
                let place = isolations.iter().position(|one| *one == own);
                (None, place, is_beside(&row.row))
            }
            _ => {
                let place = scopes.iter().position(|s| *s == row.row.scope.as_deref());
                (place, None, false)
            }
        };
        distinct(rows.iter().map(|r| key(r)))
            .into_iter()
            .map(|wanted| {
                let mut members: Vec<&RowSummary> =
                    rows.iter().copied().filter(|r| key(r) == wanted).collect();
                members.sort_by_key(|r| (r.row.start, scope(r)));
                let pairs = self.heads.iter().zip(&wanted);
                let name = said(pairs.filter_map(|(n, v)| Some((*n, (*v)?))), " \u{b7} ");
                Variant {
                    name,
                    rows: members,
                }
            })
            .collect()
    }
}

/// A row by its isolation and some of its facets.
pub(crate) fn named(row: &RowSummary, facets: &[&str]) -> String {
    let own = facets.iter().filter_map(|name| facet(row, name));
    own.fold(words::isolation(row), |name, value| {
        format!("{name} {value}")
    })
}

/// The value of a facet.
pub(crate) fn facet<'a>(row: &'a RowSummary, name: &str) -> Option<&'a str> {
    match name {
        START => row.row.start.map(Start::name),
        SCOPE => row.row.scope.as_deref(),
        TARGET => Some(row.row.target.name()),
        _ => row.row.params.get(name).map(String::as_str),
    }
}

/// Whatever tells a row apart beside its workload, target, isolation and metric, in words.
pub(crate) fn all(row: &Row) -> Vec<String> {
    of_params(row, |_| true)
}

/// The same without the params that `wanted` does not take.
pub(crate) fn of_params(row: &Row, wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let start = row.start.map(|start| (START, start.name()));
    let scope = row.scope.as_deref().map(|scope| (SCOPE, scope));
    let params = row.params.iter();
    let params = params.map(|(name, value)| (name.as_str(), value.as_str()));
    let params = params.filter(|(name, _)| wanted(name));
    start
        .into_iter()
        .chain(scope)
        .chain(params)
        .map(one)
        .collect()
}

/// All rows have it, and some isolation has several values of it. Different starts are
/// different questions, whoever has them.
fn is_heading(rows: &[&RowSummary], name: &str, values: &[Option<&str>]) -> bool {
    let of = |row: &RowSummary| (row.row.isolation.clone(), row.row.target);
    let all = values.iter().all(Option::is_some);
    let several = |one| {
        let own = rows.iter().filter(|r| of(r) == one);
        distinct(own.map(|r| facet(r, name))).len() > 1
    };
    name == START
        || all
            && distinct(rows.iter().map(|r| of(r)))
                .into_iter()
                .any(several)
}

fn said<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>, between: &str) -> String {
    let words: Vec<String> = pairs.map(one).collect();
    words.join(between)
}

fn one((name, value): (&str, &str)) -> String {
    if [name, value] == UNCHECKED {
        "unchecked".to_owned()
    } else if PLAIN.contains(&name) {
        value.to_owned()
    } else {
        format!("{name} {value}")
    }
}
