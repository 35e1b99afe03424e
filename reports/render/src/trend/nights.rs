//! The last nights of all histories: when, of which commit, on which machines, and what their checks say.

use labrun_history::judge::{Direction, EnvironmentShift};
use labrun_history::{Check, Head};
use maud::{Markup, html};

use super::data::told;
use super::index::commit;
use super::{Site, said};
use crate::units;

/// As many nights as have a page.
const SHOWN: usize = 60;

/// Lines that are seen at once; the others are folded.
const AT_ONCE: usize = 7;

pub(super) fn last(site: &Site<'_>) -> Markup {
    let histories = site.trend.histories.iter();
    let mut all: Vec<(&Head, &str)> = histories
        .flat_map(|one| one.heads.iter().zip(one.names.iter().map(String::as_str)))
        .collect();
    all.sort_by(|a, b| b.0.started.cmp(&a.0.started));
    all.truncate(SHOWN);
    let (first, more) = all.split_at(all.len().min(AT_ONCE));
    html! {
        section id="nights" {
            h2 { "The last nights" }
            @if first.is_empty() { p { "There is none." } } @else { (table(site, first, "The last nights")) }
            @if !more.is_empty() {
                details {
                    summary { "The " (units::plural(more.len(), "night")) " before" }
                    (table(site, more, "The nights before"))
                }
            }
        }
    }
}

fn table(site: &Site<'_>, nights: &[(&Head, &str)], label: &str) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label=(label) {
            table.rows {
                thead { tr {
                    th scope="col" { "Night" }
                    th scope="col" { "Commit" }
                    th scope="col" { "Scenario" }
                    th.number scope="col" { "Series judged" }
                    th scope="col" { "Confirmed" }
                    th.number scope="col" { "Suspects" }
                    th scope="col" { "Environment" }
                    th scope="col" { "Machine class" }
                } }
                tbody { @for (head, name) in nights { (row(site, head, name)) } }
            }
        }
    }
}

fn row(site: &Site<'_>, head: &Head, name: &str) -> Markup {
    let check = site.checks.get(name).copied();
    html! {
        tr {
            th scope="row" {
                @match site.page(name) {
                    Some(page) => { a href=(page) { (told(&head.started)) } }
                    None => { (told(&head.started)) }
                }
                @if head.indicative { " " small { "quick" } }
                @if head.interrupted.is_some() { " " small { "ended early" } }
            }
            td { (commit(head.commit.as_deref())) }
            td { (head.scenario) }
            @match check {
                Some(check) => { (checked(check)) }
                None => { td.number.muted { "not checked" } td {} td {} td {} }
            }
            td { (head.class) }
        }
    }
}

fn checked(check: &Check) -> Markup {
    let count = |direction: Direction| {
        let own = check.confirmed.iter();
        own.filter(|one| one.direction == direction).count()
    };
    let (worse, better) = (count(Direction::Worse), count(Direction::Better));
    html! {
        td.number {
            (check.judged)
            @if check.no_baseline > 0 { " " small { "(" (check.no_baseline) " without a baseline)" } }
        }
        td {
            @if worse > 0 { span.v-worse { (worse) " worse" } }
            @if worse > 0 && better > 0 { ", " }
            @if better > 0 { span.v-better { (better) " better" } }
            @if worse + better == 0 { "none" }
        }
        td.number { (check.suspected.len()) }
        td.wrap { @match &check.environment {
            Some(shift) => { strong { "environment shift" } (controls(shift)) }
            None => { "as usual" }
        } }
    }
}

fn controls(shift: &EnvironmentShift) -> Markup {
    html! {
        @if let Some(first) = shift.controls.first() {
            ": " (first.name) " " (said::change(first.ratio))
            @if shift.controls.len() > 1 { " and " (shift.controls.len() - 1) " more" }
        }
    }
}
