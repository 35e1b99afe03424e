//! On paper: A4 landscape, of which the first three pages are the first screen, the matrix and the
//! trade-off.

use std::path::Path;
use std::process::Command;

use crate::Test;
use crate::case::{Case, program};
use crate::page::Page;
use crate::support;

pub(crate) const TESTS: [Test; 1] = [("three_pages_of_paper_are_the_talk", prints)];

/// The headings of the parts, as they stand on the page.
const HEADINGS: &str = "
return ['h1', '#matrix h2', '#trade-off h2', '#decide h2', '#rows h2']
  .map((one) => document.querySelector(one).textContent.trim());";

fn prints(case: &Case<'_>) {
    let (Some(info), Some(text)) = (program(&["pdfinfo"]), program(&["pdftotext"])) else {
        return case.skip("pdftotext is not installed (`apt-get install poppler-utils`)");
    };
    let few = Page::of(&support::few());
    // Sixty isolations and more.
    let many = Page::of(&support::many(2));
    for page in [case.whole(), &few, &many] {
        is_the_talk(case, page, &info, &text);
    }
    // Rows by the thousand are not printed.
    let tab = case.tab();
    tab.open(&many.address);
    let measured: String = tab.run(
        "return document.querySelector('#every-count').textContent",
        &[],
    );
    let measured = measured.split(' ').next().expect("a number");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("long.pdf");
    std::fs::write(&file, tab.pdf()).expect("written");
    let told = said(Command::new(&text).arg(&file).arg("-"));
    let told = words(&told);
    assert!(
        told.contains(&format!("{measured} rows have no room on paper")),
        "{measured}"
    );
    let info = said(Command::new(&info).arg(&file));
    let sheets = info.lines().find_map(|line| line.strip_prefix("Pages:"));
    let sheets: u32 = sheets.expect("a count").trim().parse().expect("a number");
    assert!(sheets < 60, "{sheets} sheets");
}

fn is_the_talk(case: &Case<'_>, page: &Page, info: &Path, text: &Path) {
    let tab = case.tab();
    tab.open(&page.address);
    let headings: Vec<String> = tab.run(HEADINGS, &[]);
    let [question, matrix, trade_off, decide, rows] = &headings[..] else {
        panic!("{headings:?}");
    };
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("page.pdf");
    std::fs::write(&file, tab.pdf()).expect("written");
    let info = said(Command::new(info).arg(&file));
    let size = info.lines().find(|line| line.starts_with("Page size:"));
    assert!(
        size.is_some_and(|size| size.contains("(A4)") && is_landscape(size)),
        "{info}"
    );
    let sheet = |number: u32| {
        let number = number.to_string();
        let mut command = Command::new(text);
        command
            .args(["-f", &number, "-l", &number])
            .arg(&file)
            .arg("-");
        words(&said(&mut command))
    };
    let sheets = [1, 2, 3, 4].map(sheet);
    for (sheet, heading) in sheets.iter().zip([question, matrix, trade_off]) {
        assert!(sheet.contains(&words(heading)), "{heading}: {sheet}");
    }
    let last = "against tier";
    assert!(
        sheets[2].contains(last) && !sheets[3].contains(last),
        "the trade-off is on one page: {}",
        sheets[2]
    );
    for late in [decide, rows] {
        let is_early = sheets[..3].iter().any(|sheet| sheet.contains(&words(late)));
        assert!(!is_early, "{late} is on the first three pages");
    }
}

/// `Page size:       841.92 x 594.96 pts (A4)`
fn is_landscape(size: &str) -> bool {
    let numbers: Vec<f64> = size
        .split_whitespace()
        .filter_map(|word| word.parse().ok())
        .collect();
    matches!(numbers[..], [width, height] if width > height)
}

/// Text with one space between words, since a printed line breaks anywhere.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a program that succeeds prints.
fn said(command: &mut Command) -> String {
    let done = command.output().expect("it starts");
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    String::from_utf8_lossy(&done.stdout).into_owned()
}
