//! The table of a terminal: compact, a block for each workload, as wide as it may be.

mod cells;
mod closing;
mod unmeasured;

use labrun_analysis::{RowSummary, Summary};
use labrun_record::{Metric, Outcome, Target};

use crate::words;
use cells::{COLUMNS, Column};

/// What a terminal shows of a run: the measured rows of each workload, what was not
/// measured and why, and a closing line of counts. Columns are left out until the rest
/// fits into `width`; without a width all are shown. Teardown is counted only: it is in
/// the report.
pub fn table(summary: &Summary, width: Option<usize>, colour: bool) -> String {
    let mut blocks = Vec::new();
    if summary.indicative {
        blocks.push("indicative (--quick): decide nothing by these numbers\n".to_owned());
    }
    if let Some(why) = &summary.interrupted {
        blocks.push(format!("incomplete: {why}\n"));
    }
    let workloads = words::distinct(summary.results.iter().map(|r| r.row.workload.as_str()));
    let kinds = workloads
        .into_iter()
        .flat_map(|workload| [(workload, false), (workload, true)]);
    for (workload, component) in kinds {
        for metric in Metric::ALL {
            let of_block = |r: &&RowSummary| {
                r.row.workload == workload
                    && (r.row.target == Target::Wasip2) == component
                    && r.row.metric == metric
            };
            let mut rows: Vec<&RowSummary> = summary.results.iter().filter(of_block).collect();
            if metric == Metric::Teardown {
                rows.retain(|r| is_wrong(r) && !said_before(summary, r));
            }
            let title = if component {
                format!("{workload} as a wasip2 component")
            } else {
                workload.to_owned()
            };
            blocks.extend(block(&title, metric, &rows, width, colour));
        }
    }
    blocks.push(closing::closing(summary, width));
    blocks.join("\n")
}

fn block(
    title: &str,
    metric: Metric,
    rows: &[&RowSummary],
    width: Option<usize>,
    colour: bool,
) -> Option<String> {
    let (measured, others): (Vec<&RowSummary>, Vec<&RowSummary>) =
        rows.iter().partition(|r| r.numbers.is_some());
    if measured.is_empty() && others.is_empty() {
        return None;
    }
    let mut text = format!("{title} \u{b7} {}\n", words::metric(metric).to_lowercase());
    if !measured.is_empty() {
        text.push_str(&fitting(&measured, width, colour));
    }
    text.push_str(&unmeasured::lines(&others, width));
    Some(text)
}

/// An outcome that nobody asked for.
fn is_wrong(row: &RowSummary) -> bool {
    matches!(
        row.outcome,
        Outcome::Failed | Outcome::Mismatch | Outcome::Timeout
    )
}

/// Whether the same launches' first metric has the same outcome, and so has been shown.
fn said_before(summary: &Summary, row: &RowSummary) -> bool {
    let mut first = row.row.clone();
    first.metric = Metric::TimeToFirstResult;
    let mut rows = summary.results.iter();
    rows.any(|r| r.row == first && r.outcome == row.outcome)
}

/// The table with as many columns as fit.
fn fitting(rows: &[&RowSummary], width: Option<usize>, colour: bool) -> String {
    let mut columns: Vec<&Column> = COLUMNS.iter().filter(|c| c.says_anything(rows)).collect();
    while let Some(limit) = width {
        let indent_and_gaps = 2 * columns.len();
        let wide = columns.iter().map(|c| c.width(rows)).sum::<usize>() + indent_and_gaps;
        let spared = columns.iter().enumerate().max_by_key(|(_, c)| c.spare);
        match spared {
            Some((index, column)) if wide > limit && column.spare > 0 => columns.remove(index),
            _ => break,
        };
    }
    lines(rows, &columns, colour)
}

/// The rows under their headings, columns two spaces apart.
fn lines(rows: &[&RowSummary], columns: &[&Column], colour: bool) -> String {
    let widths: Vec<usize> = columns.iter().map(|c| c.width(rows)).collect();
    let line = |cell: &dyn Fn(&Column, usize) -> String| {
        let cells: Vec<String> = columns
            .iter()
            .zip(&widths)
            .map(|(c, w)| cell(c, *w))
            .collect();
        format!("  {}\n", cells.join("  ").trim_end())
    };
    let mut text = line(&|column, width| column.heading(width, colour));
    for row in rows {
        text.push_str(&line(&|column, width| column.cell(row, width, colour)));
    }
    text
}
