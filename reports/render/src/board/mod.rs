//! What a page compares: questions across, isolations down. Every picture of a whole run (the first
//! screen, the matrix, the trade-off, the choice) is a look at the same board, so that they agree.

mod column;
mod json;
mod key;
mod shown;

use std::collections::HashMap;

use labrun_analysis::{RowSummary, Summary};
use labrun_record::{Better, Metric, Run, Start, Target, Tier, Unit};

use crate::chart::technology_ink;
use crate::measure::Measure;
use crate::words::{self, distinct};

pub(crate) use column::questions;
pub(crate) use json::json;
pub(crate) use key::{column as question_key, is_of_isolation, line as line_key};

/// A run's questions and isolations.
pub(crate) struct Board<'a> {
    pub run: &'a Run,
    pub summary: &'a Summary,
    pub columns: Vec<Column<'a>>,
    pub lines: Vec<Line<'a>>,
    /// The row of a column and a line, by its place in the summary.
    cells: HashMap<(usize, usize), usize>,
}

/// A question: a metric of a workload, with everything that is not the isolation alike.
pub(crate) struct Column<'a> {
    /// Stable over runs, for addresses: `time_to_first_result/add/process`.
    pub key: String,
    /// What it asks, whole: `add, time to first result, process`.
    pub label: String,
    /// The same for a narrow head: `first result, fresh process`.
    pub short: String,
    pub measure: Measure,
    pub metric: Metric,
    pub workload: &'a str,
    pub start: Option<Start>,
    pub unit: Unit,
    pub better: Better,
    /// Its place among the key questions, which are shown unasked.
    pub rank: Option<usize>,
    /// The line that its rows are compared with.
    pub reference: Option<usize>,
}

/// An isolation. Components are a line of their own.
pub(crate) struct Line<'a> {
    /// Stable over runs, for addresses: `wasmtime/cranelift-aot`, `wasmtime/cranelift-aot@wasip2`.
    pub key: String,
    /// As it is shown.
    pub name: String,
    pub isolation: &'a str,
    pub technology: &'a str,
    pub tier: Tier,
    pub version: Option<&'a str>,
    /// The colour of its technology.
    pub ink: u8,
    /// Whether it is the lab's own floor, and nothing to choose.
    pub is_control: bool,
    /// Where an isolation has both bare programs and images: whether this is the line of images.
    pub of_images: Option<bool>,
}

impl<'a> Board<'a> {
    /// The board of a run: the headlines of all its measures but conformance, which has a matrix of
    /// its own.
    pub(crate) fn of(run: &'a Run, summary: &'a Summary) -> Self {
        let rows = &summary.results;
        let lines = lines(rows);
        let mut board = Self {
            run,
            summary,
            columns: Vec::new(),
            lines,
            cells: HashMap::new(),
        };
        for question in questions(summary) {
            board.add(question);
        }
        column::rank(&mut board.columns, rows);
        board
    }

    fn add(&mut self, question: column::Question<'a>) {
        let place = self.columns.len();
        let Some(first) = question.rows.first() else {
            return;
        };
        for row in &question.rows {
            let Some(line) = self.lines.iter().position(|line| line.has(row)) else {
                continue;
            };
            let own = self.row_number(row);
            let known = self.cells.entry((place, line)).or_insert(own);
            // Of several rows of an isolation (by network), the best measured one.
            let other = &self.summary.results[*known];
            let is_better = other.median().is_none() || words::better_first(row, other).is_lt();
            if row.median().is_some() && is_better {
                *known = own;
            }
        }
        let rows = self.summary.results.iter().map(|other| &other.row);
        let reference = self.run.compared_with(&first.row, &rows).and_then(|place| {
            let row = &self.summary.results[place];
            // Another program is no line of this question.
            let is_own = row.row.workload == first.row.workload;
            self.lines.iter().position(|line| is_own && line.has(row))
        });
        self.columns.push(question.column(reference));
    }

    /// The row of a column and a line, measured or not.
    pub(crate) fn cell(&self, column: usize, line: usize) -> Option<&'a RowSummary> {
        let place = self.cells.get(&(column, line))?;
        self.summary.results.get(*place)
    }

    /// The best measured row of a column, of the lines that `wanted` takes, with its line.
    pub(crate) fn best(
        &self,
        column: usize,
        wanted: impl Fn(&Line<'a>) -> bool,
    ) -> Option<(usize, &'a RowSummary)> {
        let lines = self.lines.iter().enumerate().filter(|(_, l)| wanted(l));
        lines
            .filter_map(|(place, _)| Some((place, self.cell(column, place)?)))
            .filter(|(_, row)| row.median().is_some())
            .min_by(|(_, a), (_, b)| words::better_first(a, b))
    }

    /// The place of a row among the run's: its line in the table of all rows is `row-RUN-NUMBER`.
    pub(crate) fn row_number(&self, row: &RowSummary) -> usize {
        let rows = &self.summary.results;
        let place = rows.iter().position(|other| std::ptr::eq(other, row));
        place.unwrap_or_default()
    }

    /// The key questions, in their order.
    pub(crate) fn key_columns(&self) -> Vec<usize> {
        let ranked = self.columns.iter().enumerate();
        let mut ranked: Vec<(usize, usize)> =
            ranked.filter_map(|(i, c)| Some((c.rank?, i))).collect();
        ranked.sort_unstable();
        ranked.into_iter().map(|(_, place)| place).collect()
    }
}

impl Line<'_> {
    /// Whether a row is of this line.
    fn has(&self, row: &RowSummary) -> bool {
        self.isolation == row.row.isolation
            && self.key.ends_with(key::COMPONENT) == (row.row.target == Target::Wasip2)
            && self
                .of_images
                .is_none_or(|images| images == (row.row.target == Target::Image))
    }
}

/// The isolations of the rows, the loosest tier first, technology by technology.
fn lines(rows: &[RowSummary]) -> Vec<Line<'_>> {
    let technologies = distinct(rows.iter().map(RowSummary::technology));
    let own = rows
        .iter()
        .filter(|row| Measure::of(row.row.metric) != Measure::Conformance);
    let mut lines: Vec<Line<'_>> = Vec::new();
    // Programs of a user's own may be given as both.
    let has = |row: &RowSummary, target: Target| {
        let mut all = rows.iter();
        all.any(|other| other.row.isolation == row.row.isolation && other.row.target == target)
    };
    for row in own {
        if lines.iter().any(|line| line.has(row)) {
            continue;
        }
        let is_image = row.row.target == Target::Image;
        let is_mixed = has(row, Target::Native) && has(row, Target::Image);
        let mark = |text: &str| {
            if is_mixed && is_image {
                text.to_owned()
            } else {
                String::new()
            }
        };
        lines.push(Line {
            key: key::line(&row.row) + &mark("@image"),
            name: words::isolation(row) + &mark(" \u{b7} image"),
            of_images: is_mixed.then_some(is_image),
            isolation: &row.row.isolation,
            technology: row.technology(),
            tier: row.row.tier,
            version: row.isolation_version.as_deref(),
            ink: technology_ink(row.technology(), &technologies),
            is_control: row.row.is_control(),
        });
    }
    let place = |line: &Line<'_>| technologies.iter().position(|t| *t == line.technology);
    lines.sort_by_key(|line| (line.tier, place(line)));
    lines
}
