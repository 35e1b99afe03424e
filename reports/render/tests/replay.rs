//! A replay and a calibration, on a terminal and as a page. Renew the golden files with
//! `INSTA_UPDATE=always`.

mod support;

use labrun_analysis::summarise;
use labrun_render::{RenderError, page, table};
use support::reader::{follow, of, read, without_scripts};
use support::{Made, few, replayed};

fn shown(made: &Made, width: usize) -> String {
    table(&made.summary, Some(width), false)
}

#[test]
fn two_commits_at_80_columns() {
    insta::assert_snapshot!(shown(&replayed::commits(), 80));
}

#[test]
fn two_commits_at_120_columns() {
    insta::assert_snapshot!(shown(&replayed::commits(), 120));
}

#[test]
fn two_isolations_at_80_columns() {
    insta::assert_snapshot!(shown(&replayed::isolations(), 80));
}

#[test]
fn a_calibration_at_80_columns() {
    insta::assert_snapshot!(shown(&replayed::calibration(), 80));
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for made in [
        replayed::commits(),
        replayed::isolations(),
        replayed::calibration(),
    ] {
        for line in shown(&made, 80).lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }
}

#[test]
fn verdicts_have_colours_where_the_stream_has() {
    let coloured = table(&replayed::commits().summary, Some(80), true);
    assert!(coloured.contains("\x1b[31m") && coloured.contains("slower\x1b[0m"));
    assert!(!shown(&replayed::commits(), 80).contains('\x1b'));
}

#[test]
fn what_a_reader_reads_of_two_commits() {
    insta::assert_snapshot!(read(&of(&replayed::commits())));
}

#[test]
fn what_a_reader_reads_of_a_calibration() {
    insta::assert_snapshot!(read(&of(&replayed::calibration())));
}

#[test]
fn it_is_well_formed_has_every_row_and_loads_nothing() {
    for made in [
        replayed::commits(),
        replayed::isolations(),
        replayed::calibration(),
    ] {
        let html = of(&made);
        let followed = follow(&html);
        assert_eq!(*followed.wrong.borrow(), Vec::<String>::new());
        assert!(*followed.rows.borrow() > made.run.rows.len());
        assert!(html.contains("<svg"));
        let seen = without_scripts(&html);
        for forbidden in [
            "http://", "https://", "<script", "<img", "url(", "NaN", "inf ",
        ] {
            assert!(!seen.contains(forbidden), "{forbidden}");
        }
    }
}

#[test]
fn a_replay_without_a_sample_still_has_its_page() {
    let mut made = replayed::commits();
    made.samples.clear();
    made.summary = summarise(&made.run, &made.samples);
    let html = of(&made);
    assert!(html.contains("not-selected") && !html.contains("<svg"));
    assert_eq!(*follow(&html).wrong.borrow(), Vec::<String>::new());
}

#[test]
fn a_row_whose_medians_say_something_else_says_so_on_page_and_terminal() {
    let made = replayed::isolations();
    let results = &made.summary.replay.as_ref().expect("a replay").results;
    let other = |row: &labrun_analysis::ReplayRow| row.other_than_medians(0.02);
    assert_eq!(results.iter().filter_map(other).count(), 1);
    let medians = results.iter().find_map(other).expect("a row");
    let page = read(&of(&made));
    assert_eq!(page.matches("the medians: ").count(), 1);
    assert!(
        page.contains(&format!("the medians: {medians:.3}")),
        "{page}"
    );
    assert!(page.contains("medians disagree: Go by the ratio"), "{page}");
    let table = shown(&made, 80);
    let said = format!("    the two medians alone say {medians:.3}: go by B / A");
    assert!(table.contains(&said), "{table}");
    assert!(
        table.contains("warning: drift (A: 2 times, B: 1 time)"),
        "{table}"
    );
}

#[test]
fn what_a_compiler_said_stands_once_and_rows_say_it_in_short() {
    let mut made = replayed::commits();
    let said = "cargo could not build workload add:\nerror: expected `;`\n --> src/main.rs:3:7\n  |\n3 | let";
    for row in [2, 3] {
        made.samples.retain(|sample| sample.row != row);
        let mut gone = made.samples[0].clone();
        gone.row = row;
        gone.side = Some(labrun_record::Side::B);
        gone.outcome = labrun_record::Outcome::Unavailable;
        gone.value = None;
        gone.reason = Some(said.into());
        made.samples.push(gone);
    }
    made.summary = summarise(&made.run, &made.samples);
    let short = "B unavailable: cargo could not build workload add: error: expected `;`";
    for text in [shown(&made, 200), read(&of(&made))] {
        assert_eq!(text.matches("src/main.rs:3:7").count(), 1, "{text}");
        assert!(text.matches(short).count() >= 2, "{text}");
    }
    // With its own lines.
    assert!(shown(&made, 80).contains("\n   --> src/main.rs:3:7\n    |\n  3 | let\n"));
}

#[test]
fn a_warning_of_a_side_names_it_on_the_page() {
    let page = read(&of(&replayed::calibration()));
    for side in ["side A", "side B"] {
        assert!(
            page.contains(&format!("time_to_first_result, {side}: values rise by")),
            "{page}"
        );
    }
}

#[test]
fn an_indicative_replay_says_so() {
    let mut made = replayed::isolations();
    made.run.indicative = true;
    made.summary = summarise(&made.run, &made.samples);
    assert!(of(&made).contains("Indicative.") && shown(&made, 80).starts_with("indicative"));
}

#[test]
fn names_are_escaped() {
    let mut made = replayed::commits();
    let evil = "<b onload=\"x\">&'</b></svg></style>";
    if let Some(replay) = &mut made.run.replay {
        replay.sides[0].name = evil.into();
        replay.sides[1].of = evil.into();
    }
    for row in &mut made.run.rows {
        row.workload = evil.into();
        row.isolation = format!("{evil}/{evil}");
    }
    made.summary = summarise(&made.run, &made.samples);
    let html = of(&made);
    assert!(!html.contains("<b onload") && !html.contains("onload=\"x\""));
    assert_eq!(*follow(&html).wrong.borrow(), Vec::<String>::new());
}

#[test]
fn the_summary_of_another_replay_is_refused() {
    let (one, mut other) = (replayed::commits(), replayed::commits());
    if let Some(replay) = &mut other.summary.replay {
        replay.results.pop();
    }
    let refused = page(&one.run, &other.summary);
    assert!(matches!(refused, Err(RenderError::Mismatch { .. })));
}

#[test]
fn a_later_run_shows_what_its_machine_could_tell_apart_or_how_to_learn_it() {
    let mut made = few();
    assert!(of(&made).contains("<code>labrun calibrate</code> would tell."));
    made.run.resolution = replayed::calibration().summary.resolution;
    let html = of(&made);
    assert!(html.contains("When it was calibrated, 2026-11-23T02:00:00Z"));
    assert!(!html.contains("would tell."));
    assert_eq!(*follow(&html).wrong.borrow(), Vec::<String>::new());
}
