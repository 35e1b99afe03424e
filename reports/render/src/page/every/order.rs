//! The order of the lines of the table of all rows: by question, then by isolation, then by run. So what
//! can be compared stands together, and what several runs have both stands next to each other.

use std::collections::HashMap;
use std::hash::Hash;

use labrun_analysis::RowSummary;
use labrun_record::{Metric, Row, Start};

use crate::board::{line_key, question_key};
use crate::measure::Measure;
use crate::page::view::View;

/// A measured row of a run.
pub(super) struct Line<'a> {
    pub view: &'a View<'a>,
    pub row: &'a RowSummary,
    /// Its place among the rows of its run.
    pub number: usize,
}

/// Where a line stands: by what is asked first, and by the run last.
type Place = (usize, usize, Option<Start>, [usize; 4], usize);

/// The measured rows of all runs, in order.
pub(super) fn lines<'a>(views: &'a [View<'a>]) -> Vec<Line<'a>> {
    let mut lines: Vec<Line<'a>> = views.iter().flat_map(measured).collect();
    let metrics: Vec<Metric> = Measure::ALL
        .into_iter()
        .flat_map(Measure::metrics)
        .collect();
    let metrics = places(metrics);
    let workloads = places(lines.iter().map(|line| row(line).workload.as_str()));
    let scopes = places(lines.iter().map(|line| row(line).scope.as_deref()));
    let questions = places(lines.iter().map(|line| question_key(row(line))));
    let isolations = places(lines.iter().map(|line| line_key(row(line))));
    // Of several rows of an isolation that ask the same, such as those of two networks.
    let params = places(lines.iter().map(|line| &row(line).params));
    let place = |line: &Line<'a>| -> Place {
        let row = row(line);
        (
            metrics[&row.metric],
            workloads[row.workload.as_str()],
            row.start,
            [
                scopes[&row.scope.as_deref()],
                questions[&question_key(row)],
                isolations[&line_key(row)],
                params[&row.params],
            ],
            line.view.index,
        )
    };
    lines.sort_by_cached_key(place);
    lines
}

/// The identity of a line's row.
fn row<'a>(line: &Line<'a>) -> &'a Row {
    &line.row.row
}

fn measured<'a>(view: &'a View<'a>) -> impl Iterator<Item = Line<'a>> {
    let rows = view.summary.results.iter().enumerate();
    let measured = rows.filter(|(_, row)| row.numbers.is_some());
    measured.map(move |(number, row)| Line { view, row, number })
}

/// The place at which each value first appears.
fn places<T: Eq + Hash>(values: impl IntoIterator<Item = T>) -> HashMap<T, usize> {
    let mut places = HashMap::new();
    for value in values {
        let next = places.len();
        places.entry(value).or_insert(next);
    }
    places
}
