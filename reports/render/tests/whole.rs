//! The page of a run of everything that is defined: how large it is at most, and that nothing is left
//! out of it for that.

mod planned;
mod support;

use support::Made;
use support::reader::{follow, lines, of, read};

/// Bytes that a page may have.
const BOUND: usize = 2_000_000;

/// Bytes that it has without the files that it holds, on a machine where some technologies are missing.
const USUAL: usize = 1_800_000;

fn measured(made: &Made) -> usize {
    let rows = made.summary.results.iter();
    rows.filter(|row| row.numbers.is_some()).count()
}

#[test]
fn a_page_of_eight_thousand_rows_is_well_under_two_megabytes() {
    let made = planned::planned(20, &planned::MISSING);
    let (rows, measured) = (made.run.rows.len(), measured(&made));
    assert!(
        rows > 7_000 && measured * 5 > rows * 2,
        "{measured} of {rows}"
    );
    let html = of(&made);
    let (before, files) = html
        .split_once("<section id=\"downloads\">")
        .expect("downloads");
    let scripts = files
        .split_once("</section>")
        .map_or(0, |(_, rest)| rest.len());
    let own = before.len() + scripts;
    assert!(html.len() < BOUND, "{} bytes", html.len());
    assert!(own < USUAL, "{own} bytes for {measured} of {rows} rows");
    assert_eq!(*follow(&html).wrong.borrow(), Vec::<String>::new());
    assert_eq!(lines(&html).len(), measured);
    let text = read(&html);
    for row in &made.summary.results {
        if let Some(reason) = row.reason.as_deref().filter(|_| row.numbers.is_none()) {
            assert!(text.contains(reason.trim()), "{}: {reason}", row.row);
        }
    }
}

#[test]
fn with_every_technology_it_is_under_two_megabytes_too() {
    let made = planned::planned(20, &[]);
    let html = of(&made);
    let measured = measured(&made);
    assert!(measured > 4_000, "{measured} measured rows");
    assert!(
        html.len() < BOUND,
        "{} bytes for {measured} rows",
        html.len()
    );
    assert_eq!(lines(&html).len(), measured);
}
