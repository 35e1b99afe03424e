//! The page of a made-up run: its text as a golden file, its shape, its safety.

mod support;

use labrun_render::{RenderError, Section, page, pages};
use support::reader::{follow, lines, of, read, without_scripts};
use support::{Made, few};

#[test]
fn what_a_reader_reads() {
    insta::assert_snapshot!(read(&of(&few())));
}

#[test]
fn what_a_reader_reads_of_all() {
    insta::assert_snapshot!(read(&of(&support::few_of_all())));
}

#[test]
fn it_is_well_formed_and_has_every_row() {
    let made = support::all(10);
    let html = of(&made);
    assert_eq!(*follow(&html).wrong.borrow(), Vec::<String>::new());
    let lines = lines(&html);
    assert_eq!(lines.len(), measured(&made));
    let text = read(&html);
    for (number, row) in made.summary.results.iter().enumerate() {
        let id = format!("0-{number}");
        let line = lines.iter().find(|line| line.row == id);
        let Some(median) = row.median() else {
            assert!(line.is_none(), "{}", row.row);
            assert!(text.contains(row.reason.as_deref().expect("a reason")));
            continue;
        };
        let line = line.unwrap_or_else(|| panic!("no line of {}", row.row));
        assert_eq!(line.value.to_bits(), median.to_bits(), "{}", row.row);
        assert!(line.cells[0].starts_with(&row.row.isolation));
        assert_eq!(line.cells[1], row.row.workload);
        let n = row.numbers.as_ref().expect("numbers").n;
        assert_eq!(line.cells[5], n.to_string());
    }
}

fn measured(made: &Made) -> usize {
    let rows = made.summary.results.iter();
    rows.filter(|row| row.numbers.is_some()).count()
}

#[test]
fn it_loads_nothing() {
    let html = of(&support::all(10));
    for forbidden in [
        "http://", "https://", "<link", "<img", "@import", "url(", "src=", "fetch(", "import(",
    ] {
        assert!(!html.contains(forbidden), "{forbidden}");
    }
}

#[test]
fn a_slope_of_nothing_has_no_ratio_and_no_infinity() {
    let html = without_scripts(&of(&support::all(10)));
    for wrong in ["NaN", "inf ", ">inf", "infinity"] {
        assert!(!html.contains(wrong), "{wrong}");
    }
}

#[test]
fn the_same_run_gives_the_same_page() {
    assert_eq!(of(&few()), of(&few()));
}

fn section(made: &Made) -> Section<'_> {
    Section {
        run: &made.run,
        summary: &made.summary,
    }
}

#[test]
fn ids_are_unique_and_labels_point_at_them() {
    let (one, two) = (few(), support::few_of_all());
    let html = pages(&[section(&one), section(&two)], &[]).expect("a page");
    let mut ids: Vec<&str> = html
        .split(" id=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    let labels = html
        .split("aria-labelledby=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next());
    for label in labels.flat_map(str::split_whitespace) {
        assert!(ids.contains(&label), "{label}");
    }
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all);
}

#[test]
fn everything_is_escaped() {
    let mut made = few();
    let evil = "<b onload=\"x\">&'</b></svg></style>";
    made.run.question = evil.into();
    made.run.command = vec!["labrun".into(), evil.into()];
    for row in &mut made.summary.results {
        row.row.workload = evil.into();
        row.row.isolation = format!("{evil}/{evil}");
        row.reason = row.reason.as_ref().map(|_| evil.into());
    }
    let html = of(&made);
    assert!(
        !html.contains("<b onload") && !html.contains("onload=\"x\""),
        "not escaped"
    );
    assert_eq!(*follow(&html).wrong.borrow(), Vec::<String>::new());
}

#[test]
fn params_and_parts_are_escaped() {
    let mut made = support::few_of_all();
    let evil = "<b onload=\"x\">&'</b></svg></style>";
    for part in &mut made.run.parts {
        part.question = evil.into();
        part.scenario = evil.into();
    }
    for row in &mut made.summary.results {
        row.row.scope = row.row.scope.as_ref().map(|scope| format!("{scope}{evil}"));
        row.row
            .params
            .insert(evil.into(), format!("{evil}{}", row.row.isolation));
        for value in row.row.params.values_mut() {
            value.push_str(evil);
        }
    }
    let html = of(&made);
    assert!(!html.contains("<b onload") && !html.contains("onload=\"x\""));
    assert_eq!(*follow(&html).wrong.borrow(), Vec::<String>::new());
}

#[test]
fn the_summary_of_another_run_is_refused() {
    let (one, mut other) = (few(), few());
    other.summary.results.pop();
    let refused = page(&one.run, &other.summary);
    assert!(matches!(refused, Err(RenderError::Mismatch { .. })));
}
