//! The columns of the terminal's table.

use labrun_analysis::{Numbers, RowSummary, Verdict};

use crate::facets::{Facets, facet};
use crate::{shown, units, words};

/// A column: what it shows, and how easily it is spared where room is short.
#[derive(Clone, Copy)]
pub(super) struct Column<'a> {
    /// The heading.
    pub head: &'a str,
    /// 0 is never left out; the highest goes first.
    pub spare: u8,
    number: bool,
    show: Show,
}

/// What a column shows.
#[derive(Clone, Copy)]
enum Show {
    /// Something that every row has.
    Of(fn(&RowSummary, &Numbers) -> String),
    /// The facet that the heading names.
    Facet,
}

const fn column(head: &str, spare: u8, number: bool, show: Show) -> Column<'_> {
    Column {
        head,
        spare,
        number,
        show,
    }
}

/// The columns of a table, in order: those of the facets are behind the isolation.
pub(super) fn columns<'a>(facets: &Facets<'a>) -> Vec<Column<'a>> {
    let own = facets.columns.iter();
    let mut columns = COLUMNS.to_vec();
    columns.splice(1..1, own.map(|head| column(head, 0, false, Show::Facet)));
    columns
}

/// The columns of every table.
const COLUMNS: [Column<'static>; 8] = [
    column(
        "isolation",
        0,
        false,
        Show::Of(|r, _| r.row.isolation.clone()),
    ),
    column(
        "version",
        4,
        false,
        Show::Of(|r, _| r.isolation_version.clone().unwrap_or_default()),
    ),
    column("n", 0, true, Show::Of(|_, n| n.n.to_string())),
    column(
        "median",
        0,
        true,
        Show::Of(|r, n| units::value(n.median, r.unit)),
    ),
    column("95% interval", 0, true, Show::Of(|r, _| interval(r))),
    column("p90", 2, true, Show::Of(p90)),
    column(
        "ratio",
        0,
        true,
        Show::Of(|r, _| {
            r.ratio()
                .map_or_else(String::new, |x| units::ratio(x.value))
        }),
    ),
    column(
        "verdict",
        0,
        false,
        Show::Of(|r, _| {
            let verdict = r.ratio().map(|x| words::verdict(r.unit, x.verdict));
            verdict.unwrap_or_default().to_owned()
        }),
    ),
];

impl Column<'_> {
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
        let verdict = row.ratio().map(|r| r.verdict);
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
        let Some(numbers) = &row.numbers else {
            return String::new();
        };
        match self.show {
            Show::Of(show) => show(row, numbers),
            Show::Facet => facet(row, self.head).unwrap_or_default().to_owned(),
        }
    }
}

/// What nine of ten launches do not exceed; of one exact count there is none.
fn p90(row: &RowSummary, numbers: &Numbers) -> String {
    if row.row.metric.is_exact() {
        String::new()
    } else {
        units::value(numbers.p90, row.unit)
    }
}

/// The interval without its unit, which is that of the median beside it.
fn interval(row: &RowSummary) -> String {
    let shown = shown::bare_interval(row);
    if shown == "no interval" {
        return "none".to_owned();
    }
    shown
}
