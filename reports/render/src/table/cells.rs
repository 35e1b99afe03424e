//! The columns of the terminal's table.

use labrun_analysis::{Numbers, RowSummary, Verdict};
use labrun_record::Start;

use crate::{units, words};

/// A column: what it shows, and how easily it is spared where room is short.
pub(super) struct Column {
    /// The heading.
    pub head: &'static str,
    /// 0 is never left out; the highest goes first.
    pub spare: u8,
    number: bool,
    show: fn(&RowSummary, &Numbers) -> String,
}

/// Every column, in order.
pub(super) const COLUMNS: [Column; 9] = [
    Column {
        head: "isolation",
        spare: 0,
        number: false,
        show: |r, _| name(r),
    },
    Column {
        head: "start",
        spare: 0,
        number: false,
        show: |r, _| r.row.start.map_or("", Start::name).to_owned(),
    },
    Column {
        head: "version",
        spare: 4,
        number: false,
        show: |r, _| r.isolation_version.clone().unwrap_or_default(),
    },
    Column {
        head: "n",
        spare: 0,
        number: true,
        show: |_, n| n.n.to_string(),
    },
    Column {
        head: "median",
        spare: 0,
        number: true,
        show: |r, n| units::value(n.median, r.unit),
    },
    Column {
        head: "95% interval",
        spare: 0,
        number: true,
        show: |r, n| interval(r, n),
    },
    Column {
        head: "p90",
        spare: 2,
        number: true,
        show: |r, n| units::value(n.p90, r.unit),
    },
    Column {
        head: "ratio",
        spare: 0,
        number: true,
        show: |_, n| {
            n.ratio
                .as_ref()
                .map_or_else(String::new, |r| units::ratio(r.value))
        },
    },
    Column {
        head: "verdict",
        spare: 0,
        number: false,
        show: |r, n| {
            n.ratio.as_ref().map_or_else(String::new, |x| {
                words::verdict(r.unit, x.verdict).to_owned()
            })
        },
    },
];

impl Column {
    /// Whether any of the rows has something in this column.
    pub(super) fn says_anything(&self, rows: &[&RowSummary]) -> bool {
        rows.iter().any(|row| !self.text(row).is_empty())
    }

    /// Letters that the column needs.
    pub(super) fn width(&self, rows: &[&RowSummary]) -> usize {
        let texts = rows.iter().map(|row| self.text(row).chars().count());
        texts.chain([self.head.chars().count()]).max().unwrap_or(0)
    }

    /// The heading, padded.
    pub(super) fn heading(&self, width: usize, colour: bool) -> String {
        let padded = self.padded(self.head, width);
        if colour {
            format!("\x1b[2m{padded}\x1b[0m")
        } else {
            padded
        }
    }

    /// The cell of a row, padded; a verdict has its colour.
    pub(super) fn cell(&self, row: &RowSummary, width: usize, colour: bool) -> String {
        let padded = self.padded(&self.text(row), width);
        let verdict = row
            .numbers
            .as_ref()
            .and_then(|n| Some(n.ratio.as_ref()?.verdict));
        let code = match verdict.filter(|_| colour && self.head == "verdict") {
            Some(Verdict::Better) => "32",
            Some(Verdict::Worse) => "31",
            Some(_) => "2",
            None => return padded,
        };
        format!("\x1b[{code}m{padded}\x1b[0m")
    }

    fn padded(&self, text: &str, width: usize) -> String {
        if self.number {
            format!("{text:>width$}")
        } else {
            format!("{text:<width$}")
        }
    }

    fn text(&self, row: &RowSummary) -> String {
        row.numbers
            .as_ref()
            .map_or_else(String::new, |n| (self.show)(row, n))
    }
}

/// The isolation as a terminal names it; the target is in the block's heading.
pub(super) fn name(row: &RowSummary) -> String {
    format!("{}{}", row.row.isolation, words::params(row))
}

/// The interval without its unit, which is that of the median beside it.
fn interval(row: &RowSummary, numbers: &Numbers) -> String {
    let shown = units::interval(numbers.ci, numbers.median, row.unit);
    match shown.split_once(']') {
        Some((ends, _)) => format!("{ends}]"),
        None => "none".to_owned(),
    }
}
