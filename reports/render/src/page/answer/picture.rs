//! The one picture of the first screen: of the first key question the best of each technology in each
//! class of boundary, of a cold start for each start.

use std::collections::BTreeSet;

use labrun_analysis::RowSummary;
use labrun_record::Start;
use maud::{Markup, PreEscaped, html};

use crate::board::{Board, Column, Line};
use crate::chart::{self, Chart, Mark};
use crate::facets::Facets;
use crate::page::traced;
use crate::page::view::View;
use crate::words::{self, distinct};
use crate::{RenderError, shown};

/// Lanes that are still read from far away.
const MOST: usize = 24;

/// What the picture shows.
struct Picture<'a> {
    title: String,
    /// What all lanes have alike, in words.
    alike: String,
    /// The best first.
    marks: Vec<Mark<'a>>,
    /// The median that all are compared with.
    reference: Option<f64>,
    /// Lanes that there was no room for.
    left: usize,
}

pub(super) fn picture(view: &View<'_>) -> Result<Option<Markup>, RenderError> {
    let Some(picture) = Picture::of(view) else {
        return Ok(None);
    };
    let chart = Chart {
        id: view.id("best"),
        title: picture.title.clone(),
        technologies: &view.technologies,
    };
    let drawn = chart::best(&chart, &picture.marks, picture.reference)?;
    Ok(Some(html! {
        figure.best {
            figcaption {
                strong { (picture.title) }
                @if !picture.alike.is_empty() { " " small { (picture.alike) } }
                @if picture.left > 0 { " " small { (picture.left) " more in the " a href="#matrix" { "matrix" } } }
            }
            div.scroll tabindex="0" role="region" aria-label=(picture.title) { (PreEscaped(drawn)) }
            small { "A ratio is over the launches that both had at the same times: it can differ from that of the two medians." }
            (numbers(view, &picture.marks))
        }
    }))
}

/// The table of the picture.
fn numbers(view: &View<'_>, marks: &[Mark<'_>]) -> Markup {
    html! {
        details {
            summary { "The numbers" }
            div.scroll tabindex="0" role="region" aria-label="The numbers of the picture" {
                table {
                    thead { tr {
                        th scope="col" { "isolation" } th scope="col" { "tier" } th scope="col" { "start" }
                        th.number scope="col" { "median" } th.number scope="col" { "95% interval" }
                        th.number scope="col" { "n" } th.number scope="col" { "against the reference" }
                    } }
                    tbody {
                        @for mark in marks {
                            @let row = mark.row;
                            tr {
                                th scope="row" { (mark.name) }
                                td { (row.row.tier) }
                                td { (row.row.start.map_or("", Start::name)) }
                                td.number { (traced::median(view, row)) }
                                td.number { (shown::bare_interval(row)) }
                                td.number { (row.numbers.as_ref().map_or(0, |numbers| numbers.n)) }
                                td.number {
                                    @match row.ratio() {
                                        Some(ratio) => { (shown::short(row, ratio)) " " small { (shown::ratio_interval(row, ratio)) } }
                                        None if mark.is_reference => { "reference" }
                                        None => { "no ratio" }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

impl<'a> Picture<'a> {
    /// Nothing where no key question was answered, or where all lanes are alike.
    fn of(view: &View<'a>) -> Option<Self> {
        let board = &view.board;
        let is_choice = |line: &Line<'_>| !line.is_control;
        let mut keys = board.key_columns().into_iter();
        // What was emulated is no answer, and in no picture.
        let is_told = |column: &usize| {
            let best = board.best(*column, is_choice);
            best.is_some_and(|(_, row)| row.compares())
        };
        let first = keys.find(is_told)?;
        let asked = &board.columns[first];
        let columns: Vec<usize> = (0..board.columns.len())
            .filter(|place| is_alike(asked, &board.columns[*place]))
            .collect();
        let mut rows: Vec<&RowSummary> = columns
            .iter()
            .flat_map(|column| best_of_technologies(board, *column))
            .collect();
        let one = rows.first().and_then(|row| view.reference_for(&row.row));
        let one = one.filter(|row| row.median().is_some() && row.compares());
        let is_reference = |row: &RowSummary| one.is_some_and(|one| std::ptr::eq(one, row));
        if let Some(one) = one.filter(|_| !rows.iter().any(|row| is_reference(row))) {
            rows.push(one);
        }
        let positive = rows.iter().filter_map(|row| row.median());
        let positive = distinct(positive.filter(|median| *median > 0.0));
        if rows.len() > 1 && positive.len() < 2 {
            return None;
        }
        let all = rows.len();
        if all > MOST {
            rows.sort_by(|a, b| {
                let place = |row: &RowSummary| (!is_reference(row), importance(row.row.start));
                place(a).cmp(&place(b)).then(words::better_first(a, b))
            });
            rows.truncate(MOST);
        }
        rows.sort_by(|a, b| words::better_first(a, b));
        let has_starts = columns.len() > 1;
        let marks = rows.iter().filter_map(|row| {
            let start = row.row.start.filter(|_| has_starts);
            Some(Mark {
                name: words::isolation(row),
                start: start.map_or("", Start::name),
                row,
                median: row.median()?,
                is_reference: is_reference(row),
            })
        });
        Some(Self {
            title: if has_starts {
                let what = words::metric(asked.metric).to_lowercase();
                format!(
                    "{}: {what}, the best of each technology and start",
                    asked.workload
                )
            } else {
                format!(
                    "{}, the best of each technology",
                    words::capital(&asked.label)
                )
            },
            alike: Facets::of(&rows, false).shared_but_scope(),
            marks: marks.collect(),
            reference: one.and_then(RowSummary::median),
            left: all.saturating_sub(MOST),
        })
    }
}

/// Whether two questions differ in nothing but the start.
fn is_alike(one: &Column<'_>, other: &Column<'_>) -> bool {
    let alike = (one.metric, one.workload) == (other.metric, other.workload);
    alike && params(one) == params(other)
}

/// The params of a question's key.
fn params<'a>(column: &'a Column<'_>) -> &'a str {
    let own = format!("{}/{}", column.metric.name(), column.workload);
    let rest = column.key.strip_prefix(&own).unwrap_or(&column.key);
    let start = column.start.map(|start| format!("/{start}"));
    start
        .and_then(|start| rest.strip_prefix(&start))
        .unwrap_or(rest)
}

/// The best measured row of each technology in each tier, the best first.
fn best_of_technologies<'a>(board: &Board<'a>, column: usize) -> Vec<&'a RowSummary> {
    let choices = (0..board.lines.len()).filter(|line| !board.lines[*line].is_control);
    let rows = choices.filter_map(|line| board.cell(column, line));
    let mut rows: Vec<&RowSummary> = rows
        .filter(|row| row.median().is_some() && row.compares())
        .collect();
    rows.sort_by(|a, b| words::better_first(a, b));
    let mut seen = BTreeSet::new();
    rows.retain(|row| seen.insert((row.technology(), row.row.tier)));
    rows
}

/// Which starts are kept where there is no room for all: a reader has the choice between a fresh process
/// and what is loaded already, and what lies between is in the matrix.
fn importance(start: Option<Start>) -> u8 {
    match start {
        Some(Start::Process) | None => 0,
        Some(Start::Loaded) => 1,
        Some(Start::Resident) => 2,
    }
}
