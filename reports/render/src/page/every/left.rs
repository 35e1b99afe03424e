//! What was not measured: each reason once, with the isolations and workloads that it concerns. What
//! went wrong comes first and is seen at once; what was not to be had here is folded.

use std::cmp::Reverse;
use std::collections::HashMap;

use labrun_analysis::RowSummary;
use labrun_record::Outcome;
use maud::{Markup, html};

use crate::facets;
use crate::page::report::of_run;
use crate::page::view::View;
use crate::units::plural;
use crate::words::{self, distinct};

/// Rows that have it in common why they have no numbers.
struct Group<'a> {
    outcome: Outcome,
    reason: &'a str,
    rows: Vec<&'a RowSummary>,
}

/// All that a run has not measured.
pub(in crate::page) struct Left<'a> {
    view: &'a View<'a>,
    groups: Vec<Group<'a>>,
}

/// What went wrong first, then what cannot be had here, then what nobody asked for; within each the
/// reasons of most rows first.
const ORDER: [Outcome; 6] = [
    Outcome::Mismatch,
    Outcome::Failed,
    Outcome::Timeout,
    Outcome::Unavailable,
    Outcome::Unsupported,
    Outcome::NotSelected,
];

impl<'a> Left<'a> {
    pub(in crate::page) fn of(view: &'a View<'a>) -> Self {
        let mut groups: Vec<Group<'a>> = Vec::new();
        let mut known = HashMap::new();
        let rows = view.summary.results.iter();
        for row in rows.filter(|row| row.numbers.is_none()) {
            let reason = row.reason.as_deref().unwrap_or("no reason was recorded");
            let place = *known.entry((row.outcome, reason)).or_insert(groups.len());
            if place == groups.len() {
                groups.push(Group {
                    outcome: row.outcome,
                    reason,
                    rows: Vec::new(),
                });
            }
            groups[place].rows.push(row);
        }
        let place = |group: &Group<'_>| ORDER.iter().position(|one| *one == group.outcome);
        groups.sort_by_key(|group| (place(group), Reverse(group.rows.len())));
        Self { view, groups }
    }

    /// Where on the page the reason of an isolation stands, if it is that of some rows.
    pub(in crate::page) fn id_of(&self, outcome: Outcome, reason: &str) -> Option<String> {
        let mut groups = self.groups.iter();
        let place = groups.position(|one| one.outcome == outcome && one.reason == reason)?;
        Some(self.id(place))
    }

    fn id(&self, place: usize) -> String {
        self.view.id(&format!("left-{place}"))
    }

    /// The groups that `wanted` takes, with their ids.
    fn which(&self, wanted: impl Fn(&Group<'_>) -> bool) -> Vec<(String, &Group<'a>)> {
        let all = self.groups.iter().enumerate();
        let own = all.filter(|(_, group)| wanted(group));
        own.map(|(place, group)| (self.id(place), group)).collect()
    }
}

/// What of a run was not measured.
pub(super) fn left(views: &[View<'_>], view: &View<'_>) -> Markup {
    let left = Left::of(view);
    let is_wrong = |group: &Group<'_>| !words::is_left(group.rows[0]);
    let is_asked = |group: &Group<'_>| group.outcome != Outcome::NotSelected;
    let wrong = left.which(is_wrong);
    let missing = left.which(|group| !is_wrong(group) && is_asked(group));
    let not_asked = left.which(|group| !is_asked(group));
    html! {
        @if !left.groups.is_empty() {
            h3 id=(view.id("left")) { "What was not measured" }
            (of_run(views, view))
            @if !wrong.is_empty() {
                p { "What went wrong:" }
                ul.left { @for (id, group) in &wrong { (said(view, id, group)) } }
            }
            @if !missing.is_empty() {
                details.left {
                    summary { (plural(count(&missing), "row")) " cannot be measured here, for " (plural(missing.len(), "reason")) }
                    ul.left { @for (id, group) in &missing { (said(view, id, group)) } }
                }
            }
            @if !not_asked.is_empty() {
                details.left {
                    summary { (plural(count(&not_asked), "row")) " not selected" }
                    ul { @for (id, group) in &not_asked {
                        li id=(id) { (group.reason) ": " (plural(group.rows.len(), "row")) }
                    } }
                }
            }
        }
    }
}

fn count(groups: &[(String, &Group<'_>)]) -> usize {
    groups.iter().map(|(_, group)| group.rows.len()).sum()
}

fn said(view: &View<'_>, id: &str, group: &Group<'_>) -> Markup {
    let isolations = distinct(group.rows.iter().map(|row| row.row.isolation.as_str()));
    html! {
        li id=(id) {
            strong { (group.outcome) } " "
            @for (place, name) in isolations.iter().enumerate() { @if place > 0 { ", " } bdi { (name) } }
            span.muted { " \u{b7} " (concerned(view, group)) " \u{b7} " (plural(group.rows.len(), "row")) }
            div.reason { (group.reason) }
        }
    }
}

/// The workloads of a group, and what else its rows have alike, and others of the same isolations and
/// workloads have not.
fn concerned(view: &View<'_>, group: &Group<'_>) -> String {
    let isolations = distinct(group.rows.iter().map(|row| row.row.isolation.as_str()));
    let workloads = distinct(group.rows.iter().map(|row| row.row.workload.as_str()));
    let of_isolations = |row: &&RowSummary| isolations.contains(&row.row.isolation.as_str());
    let around = || view.summary.results.iter().filter(of_isolations);
    let everywhere = distinct(around().map(|row| row.row.workload.as_str()));
    let which = if everywhere.len() == workloads.len() && everywhere.len() > 1 {
        "every workload".to_owned()
    } else {
        workloads.join(", ")
    };
    let own: Vec<&RowSummary> = around()
        .filter(|row| workloads.contains(&row.row.workload.as_str()))
        .collect();
    let has = |row: &RowSummary, facet: &String| of(row).contains(facet);
    let mut alike = of(group.rows[0]);
    alike.retain(|facet| {
        group.rows.iter().all(|row| has(row, facet)) && !own.iter().all(|row| has(row, facet))
    });
    let parts: Vec<String> = [which].into_iter().chain(alike).collect();
    parts.join(", ")
}

/// Whatever tells a row apart, in words.
fn of(row: &RowSummary) -> Vec<String> {
    let metric = words::metric(row.row.metric).to_lowercase();
    let target = row.row.target.to_string();
    let own = facets::all(&row.row);
    [metric, target].into_iter().chain(own).collect()
}
