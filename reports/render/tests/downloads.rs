//! The files that a page holds.

mod support;

use std::io::Read as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::GzDecoder;
use support::reader::of;
use support::{few, replayed};

/// The file whose name ends with this, as it is unpacked.
fn file(html: &str, name: &str) -> Option<String> {
    let links = html.split("<a download=\"").skip(1);
    let link = links.filter(|link| {
        link.split('"')
            .next()
            .is_some_and(|own| own.ends_with(name))
    });
    let link = link.into_iter().next()?;
    let (_, rest) = link.split_once("href=\"data:application/gzip;base64,")?;
    let packed = STANDARD.decode(rest.split('"').next()?).expect("base64");
    let mut text = String::new();
    let mut decoder = GzDecoder::new(&packed[..]);
    decoder.read_to_string(&mut text).expect("gzip");
    Some(text)
}

#[test]
fn the_summary_is_in_it_number_by_number() {
    for made in [few(), support::all(10), replayed::commits()] {
        let text = file(&of(&made), "-summary.json.gz").expect("a file");
        let read: labrun_analysis::Summary = serde_json::from_str(&text).expect("a summary");
        assert_eq!(read, made.summary);
    }
}

#[test]
fn the_rows_are_in_it_a_line_each() {
    let made = few();
    let text = file(&of(&made), "-rows.csv.gz").expect("a file");
    assert_eq!(text.split("\r\n").count(), made.run.rows.len() + 2);
    assert!(text.contains("time_to_first_result"));
}

#[test]
fn a_word_that_a_spreadsheet_would_take_for_a_formula_is_none() {
    let mut made = few();
    for row in &mut made.summary.results {
        row.row.workload = "=1+1,\"x\"".into();
        row.isolation_version = Some("@SUM(A1)".into());
    }
    let text = file(&of(&made), "-rows.csv.gz").expect("a file");
    assert!(text.contains("\"'=1+1,\"\"x\"\"\""), "{text}");
    assert!(!text.contains(",=") && !text.contains("\"=") && !text.contains(",@"));
}

#[test]
fn its_name_is_one_wherever_it_is_saved() {
    let mut made = few();
    made.run.id = format!("../a b\\c:\u{5d0}\"<{}", "x".repeat(300));
    let html = of(&made);
    let name = html
        .split("<a download=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    let name = name.expect("a name");
    let safe = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    assert!(name.chars().all(safe) && name.len() < 130, "{name}");
    assert!(!name.contains('/'));
}

#[test]
fn a_page_of_many_rows_says_what_it_has_no_room_for() {
    let made = support::many(4);
    let html = of(&made);
    let whole = file(&html, "-summary.json.gz").is_some();
    assert!(whole || html.contains("Its summary is too large for a page"));
    assert!(html.contains("samples.jsonl"));
}
