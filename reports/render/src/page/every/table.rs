//! The table of all measured rows. It is the largest part of a page, so its lines are written without
//! the end tags and quotes that HTML can do without, and what is asked stands once above the rows that
//! answer it. The script gives each row its question (`script/every.js`), so that they can be sorted.

use std::collections::HashMap;
use std::fmt::Write as _;

use labrun_analysis::{Numbers, RowSummary, Verdict};
use maud::{Escaper, Markup, PreEscaped, html};

use super::order::Line;
use super::{question, rest};
use crate::chart::technology_ink;
use crate::page::several;
use crate::page::view::View;
use crate::units::plural;
use crate::{shown, units, words};

/// The heads: the key by which scripts and addresses know them, the words, and over how many cells.
const HEADS: [(&str, &str, usize); 7] = [
    ("isolation", "isolation", 1),
    ("median", "median, 95% interval", 2),
    ("n", "n", 1),
    ("ratio", "ratio, 95% interval, verdict", 2),
    ("p90", "p90 \u{b7} p99", 1),
    ("doubts", "doubts", 1),
    ("artifact", "artifact", 1),
];

/// Behind the isolation, where there are several runs.
const RUN: (&str, &str, usize) = ("run", "run", 1);

/// Digits of an artifact's digest: enough to tell those of a run apart.
const DIGITS: usize = 8;

pub(super) fn table(views: &[View<'_>], lines: &[Line<'_>]) -> Markup {
    let several = views.len() > 1;
    let heads = || {
        let own = HEADS.into_iter();
        let run = several.then_some(RUN);
        own.clone().take(1).chain(run).chain(own.skip(1))
    };
    let indicative = views.iter().any(|view| view.run.indicative);
    let cells: usize = heads().map(|(_, _, cells)| cells).sum();
    html! {
        p id="every-count" { (plural(lines.len(), "measured row")) @if indicative { " \u{b7} indicative" } }
        div.scroll.every tabindex="0" role="region" aria-label="Every measured row" {
            table id="every" {
                colgroup {
                    @for (key, _, cells) in heads() {
                        col.{ "c-" (key) };
                        @if cells > 1 { col.{ "c-" (key) "-interval" }; }
                    }
                }
                thead {
                    @if several::has_machines(views) {
                        tr { th.machines colspan=(cells) { (several::in_a_line(views)) } }
                    }
                    tr.heads { @for (key, name, cells) in heads() {
                        th scope="col" data-key=(key) colspan=[(cells > 1).then_some(cells)] { (name) }
                    } }
                }
                (PreEscaped(written(views, lines, cells)))
            }
        }
    }
}

/// All lines, one after another: of each question a head over all `cells`, and its rows.
fn written(views: &[View<'_>], lines: &[Line<'_>], cells: usize) -> String {
    let doubts: Vec<_> = views.iter().map(doubts).collect();
    let mut out = String::new();
    let mut above = None;
    for line in lines {
        let own = doubts[line.view.index].get(&line.number);
        let asked = (&line.row.row.workload, question(line.row));
        if above.as_ref() != Some(&asked) {
            head(&mut out, &asked, cells);
            above = Some(asked);
        }
        push(
            &mut out,
            line,
            own.map_or(&[], Vec::as_slice),
            views.len() > 1,
        );
    }
    out
}

/// What the rows below answer.
fn head(out: &mut String, (workload, question): &(&String, String), cells: usize) {
    out.push_str("<tbody><tr class=q><th scope=rowgroup>");
    text(out, workload);
    let _ = write!(out, "<td colspan={}>", cells - 1);
    text(out, question);
    out.push('\n');
}

/// What is doubted of each row, by its number.
fn doubts(view: &View<'_>) -> HashMap<usize, Vec<String>> {
    let mut doubts: HashMap<usize, Vec<String>> = HashMap::new();
    for warning in &view.summary.warnings {
        let Some(row) = warning.row else { continue };
        let name = warning.name.name().replace('_', " ");
        let own = doubts.entry(row).or_default();
        if !own.contains(&name) {
            own.push(name);
        }
    }
    doubts
}

fn push(out: &mut String, line: &Line<'_>, doubts: &[String], several: bool) {
    let Line { view, row, number } = line;
    let Some(numbers) = &row.numbers else { return };
    let run = view.index;
    let ink = technology_ink(row.technology(), &view.technologies);
    let _ = write!(out, "<tr id=row-{run}-{number}");
    if numbers.median.is_finite() {
        let _ = write!(out, " data-value={}", plain(numbers.median));
    }
    let _ = write!(out, "><th class=i{ink}>");
    text(out, &words::isolation(row));
    out.push_str("<p>");
    text(out, &about(row));
    let rest = rest(row);
    if !rest.is_empty() {
        out.push_str("<p>");
        text(out, &rest);
    }
    if several {
        let _ = write!(out, "<td>{}", run + 1);
    }
    cell(out, &units::value(numbers.median, row.unit));
    cell(out, &shown::bare_interval(row));
    let _ = write!(out, "<td>{}", numbers.n);
    compared(out, view, row, numbers);
    cell(out, &high(row, numbers));
    let seen = row.reason.as_deref().filter(|_| row.is_fault());
    let said: Vec<&str> = doubts.iter().map(String::as_str).chain(seen).collect();
    cell(out, &said.join(", "));
    match &row.artifact_sha256 {
        Some(digest) => cell(out, digest.get(..DIGITS).unwrap_or(digest)),
        None => cell(out, "not known"),
    }
    out.push('\n');
}

/// Tier, version, and whether it was emulated.
fn about(row: &RowSummary) -> String {
    let version = row.isolation_version.as_deref();
    let version = version.unwrap_or("version not known");
    let emulated = if row.emulated { " \u{b7} emulated" } else { "" };
    format!("{} {version}{emulated}", row.row.tier)
}

/// The ratio, and its interval with the verdict.
fn compared(out: &mut String, view: &View<'_>, row: &RowSummary, numbers: &Numbers) {
    let Some(ratio) = &numbers.ratio else {
        out.push_str(if view.is_reference(row) {
            "<td><td class=u>reference"
        } else {
            "<td><td>no ratio"
        });
        return;
    };
    let class = match ratio.verdict {
        Verdict::Better => "b",
        Verdict::Worse => "w",
        _ => "u",
    };
    cell(out, &units::ratio(ratio.value));
    let _ = write!(out, "<td class={class}>");
    text(out, &shown::ratio_interval(row, ratio));
    // Where there is no interval, nothing is decided: that is said once above the table.
    if ratio.ci.is_some() || row.row.metric.is_exact() {
        out.push(' ');
        out.push_str(words::verdict(row.unit, ratio.verdict));
    }
}

/// The 90% quantile, and that of 99% where there are launches enough.
fn high(row: &RowSummary, numbers: &Numbers) -> String {
    // One launch has no others above it.
    if row.row.metric.is_exact() || numbers.n == 1 {
        return String::new();
    }
    let quantiles = [Some(numbers.p90), numbers.p99].into_iter().flatten();
    let shown = quantiles.map(|value| units::value(value, row.unit));
    shown.collect::<Vec<_>>().join(" \u{b7} ")
}

fn cell(out: &mut String, words: &str) {
    out.push_str("<td>");
    text(out, words);
}

/// Words from anywhere, escaped.
fn text(out: &mut String, words: &str) {
    let _ = Escaper::new(out).write_str(words);
}

/// A number that is read back as the same; one of many digits has an exponent.
fn plain(value: f64) -> String {
    let (whole, short) = (format!("{value}"), format!("{value:e}"));
    if short.len() < whole.len() {
        short
    } else {
        whole
    }
}
