//! The rows of a comparison, those that changed first.

use labrun_analysis::{Comparison, Pair, PairRatio, Verdict};

use crate::columns::{Cell, Line, columns};
use crate::{units, words};

/// A column: its heading, and what goes first where there is no room for all.
struct Column {
    head: &'static str,
    cell: fn(&Pair, PairRatio) -> Cell,
    spared: u8,
}

const COLUMNS: [Column; 6] = [
    Column {
        head: "base",
        cell: base,
        spared: 2,
    },
    Column {
        head: "candidate",
        cell: candidate,
        spared: 2,
    },
    Column {
        head: "ratio",
        cell: own,
        spared: 0,
    },
    Column {
        head: "95% interval",
        cell: interval,
        spared: 0,
    },
    Column {
        head: "as it is",
        cell: raw,
        spared: 1,
    },
    Column {
        head: "verdict",
        cell: verdict,
        spared: 0,
    },
];

/// The rows that were compared, each with both medians, the ratio that is its own with its interval, the
/// ratio as it is where that is another, and the verdict. Columns that have no room are left out, the
/// least telling ones first.
pub(super) fn rows(comparison: &Comparison, width: Option<usize>, colour: bool) -> String {
    let compared = compared(comparison);
    if compared.is_empty() {
        return String::new();
    }
    let is_moved = compared.iter().any(|(_, ratio)| ratio.own.is_some());
    let table = |spared: u8, colour: bool| {
        let taken = COLUMNS.iter().filter(|column| {
            let says_anything = is_moved || column.spared != 1;
            says_anything && (column.spared == 0 || column.spared > spared)
        });
        let taken: Vec<&Column> = taken.collect();
        let heads: Vec<&str> = taken.iter().map(|column| column.head).collect();
        let line = |(pair, ratio): &(&Pair, PairRatio)| {
            let cells = taken.iter().map(|column| (column.cell)(pair, *ratio));
            Line {
                name: pair.row.to_string(),
                cells: cells.collect(),
                note: None,
            }
        };
        let lines: Vec<Line> = compared.iter().map(line).collect();
        columns(("row", &heads), &lines, width, colour)
    };
    let fits = |spared: &u8| {
        let text = table(*spared, false);
        let longest = text.lines().map(|line| line.chars().count()).max();
        width.is_none_or(|width| longest.unwrap_or(0) <= width)
    };
    let spared = (0..=2).find(fits).unwrap_or(2);
    table(spared, colour)
}

/// The rows that were compared, those that changed first.
pub(super) fn compared(comparison: &Comparison) -> Vec<(&Pair, PairRatio)> {
    let rows = comparison.rows.iter();
    let mut rows: Vec<(&Pair, PairRatio)> =
        rows.filter_map(|pair| Some((pair, pair.ratio?))).collect();
    rows.sort_by_key(|(_, ratio)| rank(ratio.verdict));
    rows
}

fn rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Worse => 0,
        Verdict::Better => 1,
        Verdict::Inconclusive => 2,
        Verdict::Equivalent => 3,
    }
}

fn median(pair: &Pair, median: Option<f64>) -> Cell {
    let shown = median.map(|median| units::value(median, pair.unit));
    shown.unwrap_or_default().into()
}

fn base(pair: &Pair, _: PairRatio) -> Cell {
    median(pair, pair.base.median)
}

fn candidate(pair: &Pair, _: PairRatio) -> Cell {
    median(pair, pair.candidate.median)
}

pub(super) fn own(_: &Pair, ratio: PairRatio) -> Cell {
    let value = ratio.own.map(|own| own.value).or(ratio.value);
    value.map_or_else(String::new, shown).into()
}

pub(super) fn interval(pair: &Pair, ratio: PairRatio) -> Cell {
    let ci = ratio.own.map_or(ratio.ci, |own| own.ci);
    let text = match ci {
        _ if pair.row.metric.is_exact() => "exact".to_owned(),
        Some([low, high]) => format!("[{}, {}]", shown(low), shown(high)),
        None => "none".to_owned(),
    };
    text.into()
}

pub(super) fn raw(_: &Pair, ratio: PairRatio) -> Cell {
    let raw = ratio.own.and(ratio.value);
    raw.map_or_else(String::new, |value| format!("({})", shown(value)))
        .into()
}

fn verdict(pair: &Pair, ratio: PairRatio) -> Cell {
    Cell {
        text: words::verdict(pair.unit, ratio.verdict).to_owned(),
        colour: Some(match ratio.verdict {
            Verdict::Better => "32",
            Verdict::Worse => "31",
            Verdict::Equivalent | Verdict::Inconclusive => "2",
        }),
    }
}

fn shown(ratio: f64) -> String {
    format!("{ratio:.3}")
}
