//! Golden files of the terminal's whole table. Renew them with `INSTA_UPDATE=always`.

mod support;

use labrun_record::Outcome;
use labrun_render::full_table as table;

#[test]
fn at_80_columns() {
    insta::assert_snapshot!(table(&support::few().summary, Some(80), false));
}

#[test]
fn at_120_columns() {
    insta::assert_snapshot!(table(&support::few().summary, Some(120), false));
}

#[test]
fn of_memory() {
    let summary = support::one_of("memory").summary;
    insta::assert_snapshot!("memory_at_80_columns", table(&summary, Some(80), false));
    insta::assert_snapshot!("memory_at_120_columns", table(&summary, Some(120), false));
}

#[test]
fn of_size() {
    let summary = support::one_of("size").summary;
    insta::assert_snapshot!("size_at_80_columns", table(&summary, Some(80), false));
}

#[test]
fn of_throughput() {
    let summary = support::one_of("throughput").summary;
    insta::assert_snapshot!("throughput_at_80_columns", table(&summary, Some(80), false));
}

#[test]
fn no_line_is_wider_than_a_narrow_terminal_and_what_has_no_room_is_named() {
    let runs = [
        support::few(),
        support::few_of_all(),
        support::one_of("memory"),
        support::one_of("throughput"),
    ];
    for made in runs {
        for width in [60, 80] {
            let shown = table(&made.summary, Some(width), false);
            for line in shown.lines() {
                assert!(line.chars().count() <= width, "{width}: {line}");
            }
            let flat = shown.split_whitespace().collect::<Vec<_>>().join(" ");
            // No row of these has room for all columns.
            assert!(
                flat.contains("no room at this width for p90, version:"),
                "{flat}"
            );
            assert!(flat.contains("--export-csv FILE have them"), "{flat}");
            for row in made
                .summary
                .results
                .iter()
                .filter(|row| row.median().is_some())
            {
                assert!(shown.contains(&row.row.isolation), "{}", row.row);
            }
        }
        let whole = table(&made.summary, None, false);
        assert!(!whole.contains("no room at this width"), "{whole}");
    }
}

#[test]
fn versions_that_differ_name_the_isolation() {
    let mut summary = support::few().summary;
    for row in &mut summary.results {
        match row.row.isolation.as_str() {
            "docker/runc-debian" => row.isolation_version = Some("21.0.0".into()),
            wasmer if wasmer.starts_with("wasmer/") => row.outcome = Outcome::NotSelected,
            _ => {}
        }
    }
    let shown = table(&summary, None, false);
    let line = shown.lines().find(|line| line.starts_with("versions: "));
    let line = line.expect("a line of versions");
    assert!(
        line.contains("docker/runc 20.10.24, docker/runc-debian 21.0.0"),
        "{line}"
    );
    assert!(
        line.contains("wasmtime 48.0.8") && !line.contains("wasmer"),
        "{line}"
    );
}

#[test]
fn no_line_is_wider_than_asked() {
    let summary = support::all(10).summary;
    for width in [80, 100, 120] {
        let shown = table(&summary, Some(width), false);
        let widest = shown
            .lines()
            .max_by_key(|l| l.chars().count())
            .expect("a line");
        assert!(widest.chars().count() <= width, "{widest}");
    }
}

#[test]
fn colours_change_no_word() {
    let summary = support::few().summary;
    let coloured = table(&summary, Some(80), true);
    assert!(coloured.contains("\x1b[31mslower"));
    let bare = table(&summary, Some(80), false);
    assert!(!bare.contains('\x1b'));
    let mut stripped = String::new();
    for (i, part) in coloured.split("\x1b[").enumerate() {
        let rest = if i == 0 {
            part
        } else {
            part.split_once('m').expect("an m").1
        };
        stripped.push_str(rest);
    }
    let trimmed = |text: &str| {
        text.lines()
            .map(|l| l.trim_end().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(trimmed(&stripped), trimmed(&bare));
}

#[test]
fn what_was_not_measured_is_counted_and_said() {
    let mut summary = support::few().summary;
    summary.indicative = true;
    summary.interrupted = Some("Ctrl-C".into());
    for row in &mut summary.results {
        row.outcome = Outcome::NotSelected;
        row.reason = Some("left out by --quick".into());
        row.numbers = None;
    }
    let shown = table(&summary, Some(80), false);
    let rows = summary.results.len();
    assert!(
        shown.ends_with(&format!("{rows} rows: {rows} not-selected\n")),
        "{shown}"
    );
    assert!(shown.contains("left out by --quick") && shown.contains("incomplete: Ctrl-C"));
    assert!(shown.starts_with("indicative"));
}

#[test]
fn a_reason_is_told_with_the_line_that_it_announces() {
    let mut summary = support::few().summary;
    for row in &mut summary.results {
        row.outcome = Outcome::Unavailable;
        row.reason = Some("cargo could not build it:\nerror: no such crate\nmore".into());
        row.numbers = None;
    }
    let shown = table(&summary, None, false);
    assert!(
        shown.contains("cargo could not build it: error: no such crate\n"),
        "{shown}"
    );
}

#[test]
fn a_reason_of_many_rows_is_said_once_and_what_went_wrong_where_it_did() {
    let mut summary = support::few().summary;
    for row in &mut summary.results {
        let (outcome, reason) = match row.row.isolation.as_str() {
            "docker/runc" | "docker/runc-debian" => (Outcome::Unavailable, "no Docker here"),
            "wasmer/cranelift-aot" => (Outcome::Failed, "it broke"),
            _ => continue,
        };
        row.outcome = outcome;
        row.reason = Some(reason.into());
        row.numbers = None;
    }
    let shown = table(&summary, None, false);
    let line = "not measured\n  unavailable: docker/runc, docker/runc-debian: no Docker here\n";
    assert!(shown.contains(line), "{shown}");
    assert_eq!(shown.matches("no Docker here").count(), 1, "{shown}");
    assert!(
        shown
            .matches("failed: wasmer/cranelift-aot: it broke")
            .count()
            > 2,
        "{shown}"
    );
}

#[test]
fn a_run_of_several_measures_shows_every_row_of_each() {
    let made = support::few_of_all();
    let shown = table(&made.summary, Some(80), false);
    for title in ["COLD START", "MEMORY", "SIZE", "THROUGHPUT"] {
        assert!(shown.lines().any(|line| line == title), "{title}");
    }
    // What no headline is of is there too, but for what is aside.
    for metric in ["warm instantiation", "bytes in a second"] {
        assert!(shown.contains(metric), "{metric} in {shown}");
    }
    assert!(!shown.contains("add \u{b7} teardown"), "{shown}");
}
