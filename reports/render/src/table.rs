//! The table of a terminal: on one screen, or whole, a block for each workload and metric.

mod brief;
mod cells;
mod closing;
mod matrix;
mod unmeasured;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use labrun_analysis::{RowSummary, Summary};
use labrun_record::{Metric, Outcome, Target};

use crate::facets::{Facets, Variant};
use crate::measure::{Measure, is_aside};
use crate::words;
use cells::Column;
use unmeasured::Once;
pub(crate) use unmeasured::{short, wrapped};

/// What a terminal shows of a run on one screen: of the headlines as many as have room, the best
/// first and of each technology the best, with their reference, bars on a logarithmic axis, and
/// intervals; all that went wrong; what is not here, in a line for each technology; and a closing
/// line of counts. What the reader's own flags left out is counted and not listed. No line is longer
/// than `width`, nor than 100 letters, unless a word is. Conformance has its whole matrix, and a
/// replay another table.
pub fn table(summary: &Summary, width: Option<usize>, colour: bool) -> String {
    match &summary.replay {
        Some(replay) => crate::replay::brief(replay, &summary.warnings, width, colour),
        None => brief::brief(summary, width, colour),
    }
}

/// What a terminal shows of a run as a whole: the measured rows of each workload and metric, what
/// was not measured and why, each reason once, and a closing line of counts. Columns are left out until the
/// rest fits into `width`, which is said at the end; where too few can be, each isolation stands above its
/// numbers. Without a width all are shown. What is aside is counted only: it
/// is in the report. Of a replay it is another table.
pub fn full_table(summary: &Summary, width: Option<usize>, colour: bool) -> String {
    if let Some(replay) = &summary.replay {
        return crate::replay::replay(replay, &summary.warnings, width, colour);
    }
    let mut blocks = Vec::new();
    if summary.indicative {
        blocks.push("indicative (--quick): decide nothing by these numbers\n".to_owned());
    }
    if let Some(why) = &summary.interrupted {
        blocks.push(unmeasured::wrapped(&words::incomplete(why), width, "  ") + "\n");
    }
    let measures: Vec<Measure> = Measure::ALL
        .into_iter()
        .filter(|m| summary.results.iter().any(|r| is_of(*m, r)))
        .collect();
    let parts = measures.iter().map(|measure| {
        let rows = summary.results.iter().filter(|row| is_of(*measure, row));
        (
            *measure,
            of_measure(summary, *measure, &rows.collect::<Vec<_>>()),
        )
    });
    let parts: Vec<(Measure, Vec<Block<'_>>)> = parts.collect();
    let tables = parts.iter().filter(|(of, _)| *of != Measure::Conformance);
    let tables = tables.flat_map(|(_, blocks)| blocks.iter().map(|block| block.rows.as_slice()));
    let once = Once::of(tables);
    let mut spared = BTreeSet::new();
    for (measure, own) in &parts {
        if measures.len() > 1 {
            blocks.push(format!("{}\n", measure.title().to_uppercase()));
        }
        if *measure == Measure::Conformance {
            blocks.push(matrix::matrix(summary, width, colour));
        } else {
            blocks.extend(
                own.iter()
                    .filter_map(|one| block(one, &once, (width, colour), &mut spared)),
            );
        }
    }
    blocks.extend(once.lines(width));
    if !spared.is_empty() {
        let names = Vec::from_iter(spared).join(", ");
        let said = format!(
            "no room at this width for {names}: a wider terminal, the page and --export-csv FILE have them"
        );
        blocks.push(unmeasured::wrapped(&said, width, "  ") + "\n");
    }
    blocks.push(closing::closing(summary, width));
    blocks.join("\n")
}

fn is_of(measure: Measure, row: &RowSummary) -> bool {
    Measure::of(row.row.metric) == measure
}

/// The rows of a workload and a metric.
struct Block<'a> {
    title: String,
    metric: Metric,
    rows: Vec<&'a RowSummary>,
}

/// The blocks of a measure's rows, workload by workload; components have blocks of their own.
fn of_measure<'a>(summary: &Summary, measure: Measure, own: &[&'a RowSummary]) -> Vec<Block<'a>> {
    let workloads = words::distinct(own.iter().map(|r| r.row.workload.as_str()));
    let mut blocks = Vec::new();
    for (workload, component) in workloads.into_iter().flat_map(|w| [(w, false), (w, true)]) {
        for metric in measure.metrics() {
            let of_block = |r: &&RowSummary| {
                r.row.workload == workload
                    && (r.row.target == Target::Wasip2) == component
                    && r.row.metric == metric
            };
            let mut rows: Vec<&RowSummary> = own.iter().copied().filter(of_block).collect();
            if is_aside(metric) {
                rows.retain(|r| is_wrong(r) && !said_before(summary, r));
            }
            let what = if component {
                " as a wasip2 component"
            } else {
                ""
            };
            if !rows.is_empty() {
                let title = format!("{workload}{what}");
                blocks.push(Block {
                    title,
                    metric,
                    rows,
                });
            }
        }
    }
    blocks
}

/// A block; nothing of one whose every row is said elsewhere.
fn block(
    Block {
        title,
        metric,
        rows,
    }: &Block<'_>,
    once: &Once<'_>,
    (width, colour): (Option<usize>, bool),
    spared: &mut BTreeSet<&'static str>,
) -> Option<String> {
    let (measured, mut others): (Vec<&RowSummary>, Vec<&RowSummary>) =
        rows.iter().partition(|r| r.numbers.is_some());
    others.retain(|row| !once.says(row));
    if measured.is_empty() && others.is_empty() {
        return None;
    }
    let mut text = format!("{title} \u{b7} {}", words::metric(*metric).to_lowercase());
    let alike = Facets::of(rows, false).shared();
    if !alike.is_empty() {
        let _ = write!(text, " ({alike})");
    }
    text = unmeasured::wrapped(&text, width, "  ") + "\n";
    if !measured.is_empty() {
        text.push_str(&fitting(&measured, width, colour, spared));
    }
    text.push_str(&unmeasured::lines(&others, rows, width));
    Some(text)
}

/// An outcome that nobody asked for.
fn is_wrong(row: &RowSummary) -> bool {
    matches!(
        row.outcome,
        Outcome::Failed | Outcome::Mismatch | Outcome::Timeout
    )
}

/// Whether another metric of the same launches has the same outcome, and so has been shown.
fn said_before(summary: &Summary, row: &RowSummary) -> bool {
    let mut rows = summary.results.iter();
    rows.any(|r| {
        let mut same = r.row.clone();
        same.metric = row.row.metric;
        r.row != row.row && same == row.row && r.outcome == row.outcome
    })
}

/// The table with as many columns as fit, and what was left out of it; where too few do, what tells the
/// rows apart stands above them, and last of all their isolation.
fn fitting(
    rows: &[&RowSummary],
    width: Option<usize>,
    colour: bool,
    without: &mut BTreeSet<&'static str>,
) -> String {
    let wide = Facets::of(rows, false).in_pairs(rows, false);
    let wide = wide.with_own_columns();
    let (columns, left_out, fits) = spared(&wide, rows, width);
    if fits {
        without.extend(left_out);
        return lines(&wide.variants(rows), rows, (&columns, false), colour);
    }
    let narrow = Facets::of(rows, true).in_pairs(rows, true);
    let (columns, left_out, fits) = spared(&narrow, rows, width);
    without.extend(left_out);
    lines(&narrow.variants(rows), rows, (&columns, !fits), colour)
}

/// The columns that are left, the heads of those that are not, and whether they fit.
fn spared<'a>(
    facets: &Facets<'a>,
    rows: &[&RowSummary],
    width: Option<usize>,
) -> (Vec<Column<'a>>, Vec<&'static str>, bool) {
    let middle = rows
        .first()
        .map_or("median", |row| words::middle(row.row.metric));
    let mut columns = cells::columns(facets, middle);
    columns.retain(|c| c.says_anything(rows));
    let Some(limit) = width else {
        return (columns, Vec::new(), true);
    };
    let mut left_out = Vec::new();
    loop {
        let indent_and_gaps = 2 * columns.len();
        let wide = columns.iter().map(|c| c.width(rows)).sum::<usize>() + indent_and_gaps;
        if wide <= limit {
            return (columns, left_out, true);
        }
        match columns.iter().enumerate().max_by_key(|(_, c)| c.spare) {
            Some((index, column)) if column.spare > 0 => {
                left_out.extend(column.spared());
                columns.remove(index);
            }
            _ => return (columns, left_out, false),
        }
    }
}

/// The rows under their headings, columns two spaces apart; with `above` the first cell of each stands
/// above the others.
fn lines(
    variants: &[Variant<'_>],
    rows: &[&RowSummary],
    (columns, above): (&[Column<'_>], bool),
    colour: bool,
) -> String {
    let widths: Vec<usize> = columns.iter().map(|c| c.width(rows)).collect();
    let line = |cell: &dyn Fn(&Column<'_>, usize) -> String| {
        let cells: Vec<String> = columns
            .iter()
            .zip(&widths)
            .map(|(c, w)| cell(c, *w))
            .collect();
        match (&cells[..], above) {
            ([first, others @ ..], true) => {
                let (first, others) = (first.trim_end(), others.join("  "));
                format!("  {first}\n    {}\n", others.trim_end())
            }
            _ => format!("  {}\n", cells.join("  ").trim_end()),
        }
    };
    let mut text = line(&|column, width| column.heading(width, colour));
    for variant in variants {
        if !variant.name.is_empty() {
            let _ = writeln!(text, " {}", variant.name);
        }
        for row in &variant.rows {
            text.push_str(&line(&|column, width| column.cell(row, width, colour)));
        }
    }
    text
}
