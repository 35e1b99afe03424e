//! The page's numbers are those of `summary.json`, to the last bit, and none of them is missing.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;

use crate::Test;
use crate::case::Case;
use crate::page::{Page, is_measured};
use crate::support;

pub(crate) const TESTS: [Test; 2] = [
    ("numbers_are_those_of_the_summary", of_one_run),
    (
        "numbers_of_several_runs_are_each_their_own",
        of_several_runs,
    ),
];

/// A number that the page shows.
#[derive(Deserialize)]
struct Shown {
    /// `RUN-NUMBER`.
    row: String,
    /// The JSON of the number.
    value: String,
    /// What the reader sees.
    text: String,
    /// The part of the page.
    part: String,
}

/// A line of the table of all rows shows its number in the cell below the head `median`.
const SHOWN: &str = "
const heads = [...document.querySelectorAll('#every tr.heads th')];
const before = heads.slice(0, heads.findIndex((one) => one.dataset.key === 'median'));
const place = before.reduce((sum, one) => sum + one.colSpan, 0);
return [...document.querySelectorAll('[data-value]')].map((element) => ({
  row: element.dataset.row ?? element.id.replace('row-', ''),
  value: element.dataset.value,
  text: (element.tagName === 'TR' ? element.cells[place] : element).textContent.trim(),
  part: element.closest('section[id]')?.id ?? '',
}));";

/// Parts in which a number is shown as it is; in the others it stands behind a ratio or a point.
const AS_IT_IS: [&str; 3] = ["answer", "decide", "rows"];

fn of_one_run(case: &Case<'_>) {
    let page = case.whole();
    let shown = shown(case, page);
    for part in ["answer", "matrix", "rows"] {
        let own = shown.iter().filter(|shown| shown.part == part).count();
        assert!(own > 3, "{own} numbers in {part}");
    }
}

fn of_several_runs(case: &Case<'_>) {
    let (whole, part) = (support::few_of_all(), support::one_of("memory"));
    shown(case, &Page::of_several(&[&whole, &part]));
}

/// The numbers of a page, each of which is its row's median, and all of which are in the table.
fn shown(case: &Case<'_>, page: &Page) -> Vec<Shown> {
    let tab = case.tab();
    tab.open(&page.address);
    let shown: Vec<Shown> = tab.run(SHOWN, &[]);
    for one in &shown {
        let [run, number] = place(&one.row);
        let median = &page.summaries[run]["results"][number]["median"];
        assert!(
            median.is_number(),
            "{} of {} was not measured",
            one.row,
            one.part
        );
        let value: Value = serde_json::from_str(&one.value).expect("JSON");
        let same = value.as_f64().map(f64::to_bits) == median.as_f64().map(f64::to_bits);
        assert!(same, "{} in {}: {value} is not {median}", one.row, one.part);
        if AS_IT_IS.contains(&one.part.as_str()) {
            assert_reads_as(one, value.as_f64().expect("a number"));
        }
    }
    let in_table = shown.iter().filter(|one| one.part == "rows");
    let in_table: BTreeSet<[usize; 2]> = in_table.map(|one| place(&one.row)).collect();
    let measured = page
        .summaries
        .iter()
        .enumerate()
        .flat_map(|(run, summary)| {
            let rows = summary["results"]
                .as_array()
                .expect("rows")
                .iter()
                .enumerate();
            let rows = rows.filter(|(_, row)| is_measured(row));
            rows.map(move |(number, _)| [run, number])
        });
    let measured: BTreeSet<[usize; 2]> = measured.collect();
    let missing: Vec<_> = measured.difference(&in_table).take(8).collect();
    assert!(
        missing.is_empty(),
        "not in the table of all rows: {missing:?}"
    );
    shown
}

/// The run and the number in a row's name.
fn place(row: &str) -> [usize; 2] {
    let parts = row.split_once('-');
    let parts = parts.map(|(run, number)| [run, number].map(str::parse));
    match parts {
        Some([Ok(run), Ok(number)]) => [run, number],
        _ => panic!("no row: {row:?}"),
    }
}

/// The names of units, and how many of the file's unit each is.
const UNITS: [(&str, f64); 17] = [
    ("ns", 1.0),
    ("\u{b5}s", 1e3),
    ("ms", 1e6),
    ("s", 1e9),
    ("B", 1.0),
    ("KiB", 1024.0),
    ("MiB", 1_048_576.0),
    ("GiB", 1_073_741_824.0),
    ("/s", 1.0),
    ("k/s", 1e3),
    ("M/s", 1e6),
    ("G/s", 1e9),
    ("B/s", 1.0),
    ("KiB/s", 1024.0),
    ("MiB/s", 1_048_576.0),
    ("GiB/s", 1_073_741_824.0),
    ("", 1.0),
];

/// What is shown is the value, rounded to the digits that are shown.
fn assert_reads_as(one: &Shown, value: f64) {
    let mut words = one.text.split_whitespace();
    let number = words.next().expect("a number");
    let unit = words.next().unwrap_or_default();
    let factor = UNITS.iter().find(|(name, _)| *name == unit);
    let (_, factor) = factor.unwrap_or_else(|| panic!("no unit in {:?}", one.text));
    let read: f64 = number
        .parse()
        .unwrap_or_else(|_| panic!("no number in {:?}", one.text));
    let (digits, power) = number.split_once('e').unwrap_or((number, "0"));
    let decimals = digits.split_once('.').map_or(0, |(_, after)| after.len());
    let power: i32 = power.parse().expect("a power of ten");
    // Half of the last digit, and what binary fractions add to it.
    let half = 0.500_001 * 10_f64.powi(power - i32::try_from(decimals).expect("few digits"));
    let off = (read - value / factor).abs();
    assert!(
        off <= half,
        "{} shows {:?}, which is not {value}",
        one.row,
        one.text
    );
}
