//! The terminal's table on one screen. Renew the golden files with `INSTA_UPDATE=always`.

mod support;

use labrun_analysis::{RowSummary, Summary};
use labrun_record::Outcome;
use labrun_render::{table, units};
use support::{all, few, few_of_all, made, one_of};

/// Lines of a screen.
const SCREEN: usize = 50;

fn shown(summary: &Summary) -> String {
    table(summary, Some(100), false)
}

fn widest(text: &str) -> usize {
    let widths = text.lines().map(|line| line.chars().count());
    widths.max().unwrap_or(0)
}

#[test]
fn of_cold_starts() {
    insta::assert_snapshot!("cold_start", shown(&few().summary));
}

#[test]
fn of_memory() {
    insta::assert_snapshot!("memory", shown(&one_of("memory").summary));
}

#[test]
fn of_throughput() {
    insta::assert_snapshot!("throughput", shown(&one_of("throughput").summary));
}

#[test]
fn of_all() {
    insta::assert_snapshot!("all", shown(&few_of_all().summary));
}

#[test]
fn on_a_narrow_screen() {
    let narrow = table(&few().summary, Some(60), false);
    insta::assert_snapshot!("cold_start_at_60_columns", narrow);
}

#[test]
fn it_fits_a_screen_of_a_hundred_columns_however_much_was_measured() {
    for summary in [
        few().summary,
        made(10).summary,
        one_of("throughput").summary,
        few_of_all().summary,
    ] {
        let text = shown(&summary);
        let lines = text.lines().count();
        assert!(lines <= SCREEN, "{lines} lines:\n{text}");
    }
    let summary = all(10).summary;
    for (width, most) in [
        (None, 100),
        (Some(300), 100),
        (Some(100), 100),
        (Some(80), 80),
    ] {
        let text = table(&summary, width, false);
        assert!(
            widest(&text) <= most,
            "{} of {most}:\n{text}",
            widest(&text)
        );
    }
}

/// The same with these outcomes and reasons of isolations.
fn with(mut summary: Summary, became: impl Fn(&RowSummary) -> Option<(Outcome, &str)>) -> Summary {
    for row in &mut summary.results {
        if let Some((outcome, reason)) = became(row) {
            let reason = reason.to_owned();
            (row.outcome, row.reason, row.numbers) = (outcome, Some(reason), None);
        }
    }
    summary
}

#[test]
fn what_the_readers_own_flags_left_out_is_counted_and_not_listed() {
    let summary = with(few().summary, |row| {
        let is_left = row.row.workload != "add" || row.row.isolation != "native/static";
        is_left.then_some((Outcome::NotSelected, "--workload asks for add alone"))
    });
    let text = shown(&summary);
    assert!(!text.contains("--workload asks"), "{text}");
    assert!(!text.contains("http") && !text.contains("docker"), "{text}");
    assert!(text.contains(" not-selected\n"), "{text}");
    assert!(text.lines().count() < 10, "{text}");
}

#[test]
fn what_is_not_here_has_a_line_for_each_technology_with_the_way_to_get_it() {
    let long = "no daemon answers on /var/run/docker.sock (No such file or directory (os error 2)); \
        start it: sudo systemctl start docker (or: sudo dockerd &)";
    let summary = with(few().summary, |row| match row.row.isolation.as_str() {
        "docker/runc" => Some((Outcome::Unavailable, long)),
        "docker/runc-debian" => Some((
            Outcome::Unavailable,
            "its base is not there, and much more of it which is longer than a line has room for, and then some more words: build it",
        )),
        "wasmer/singlepass-aot" => Some((Outcome::Unavailable, "no compiler; to get it: cargo")),
        _ => None,
    });
    let text = shown(&summary);
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("unavailable: "))
        .collect();
    let docker = "unavailable: docker: no daemon answers on /var/run/docker.sock; \
        start it: sudo systemctl start docker";
    assert_eq!(lines.len(), 2, "{text}");
    assert!(
        lines[0] == docker || lines[0].starts_with("unavailable: docker: its base"),
        "{text}"
    );
    assert_eq!(
        lines[1],
        "unavailable: wasmer/singlepass-aot: no compiler; to get it: cargo"
    );
}

#[test]
fn what_went_wrong_is_always_said_and_each_reason_once() {
    let summary = with(few().summary, |row| {
        let is_wrong = row.row.isolation.starts_with("wasmer/");
        is_wrong.then_some((Outcome::Failed, "it broke"))
    });
    let text = shown(&summary).replace("\n  ", " ");
    let mut lines = text.lines().filter(|line| line.starts_with("failed: "));
    let line = lines.next().expect("a line");
    assert!(line.contains("add wasmer/cranelift-aot"), "{line}");
    assert!(line.ends_with(": it broke"), "{line}");
    assert_eq!((lines.next(), text.matches("it broke").count()), (None, 1));
}

#[test]
fn every_number_is_that_of_its_row() {
    let summary = few().summary;
    let text = shown(&summary);
    let mut found = 0;
    for line in text
        .lines()
        .filter(|line| line.starts_with("  ") && line.contains(" ["))
    {
        let name = line.split_whitespace().next().expect("a name");
        let own = summary
            .results
            .iter()
            .filter(|row| row.row.isolation == name);
        let medians = own.filter_map(|row| Some(units::value(row.median()?, row.unit)));
        let mut medians = medians.filter(|median| line.contains(&format!(" {median} ")));
        assert!(medians.next().is_some(), "{line}");
        found += 1;
    }
    assert!(found > 10, "{text}");
}

#[test]
fn colours_change_no_word() {
    let summary = few().summary;
    let coloured = table(&summary, Some(100), true);
    assert!(
        coloured.contains("\u{1b}[34m\u{2588}"),
        "docker's bars are blue: {coloured}"
    );
    let mut bare = coloured.clone();
    for code in [
        "0", "1", "2", "31", "32", "33", "34", "35", "36", "91", "94",
    ] {
        bare = bare.replace(&format!("\u{1b}[{code}m"), "");
    }
    let trimmed = |text: &str| {
        let lines = text.lines().map(|line| line.trim_end().to_owned());
        lines.collect::<Vec<_>>()
    };
    assert_eq!(trimmed(&bare), trimmed(&shown(&summary)));
}

#[test]
fn a_run_of_one_row_and_one_without_any_are_shown() {
    let mut summary = few().summary;
    summary.results.truncate(1);
    summary.warnings.clear();
    let text = shown(&summary);
    assert!(
        text.contains("native/static") && text.ends_with("1 row: 1 measured\n"),
        "{text}"
    );
    let none = with(summary.clone(), |_| {
        Some((Outcome::Unavailable, "it is not here"))
    });
    let text = shown(&none);
    assert!(
        text.contains("unavailable: native: it is not here\n"),
        "{text}"
    );
    summary.results.clear();
    assert_eq!(shown(&summary), "0 rows:\n");
}

#[test]
fn names_of_any_length_and_script_have_room() {
    let mut summary = few().summary;
    let names = [
        "x".repeat(200),
        "\u{5d0}\u{5d1}\u{5d2}".repeat(30),
        "\u{1f980}".repeat(40),
    ];
    for (row, name) in summary.results.iter_mut().zip(names.iter().cycle()) {
        row.row.isolation = format!("{name}/{name}");
    }
    for width in [40, 80, 100] {
        table(&summary, Some(width), true);
    }
    let bars = shown(&summary);
    let lines = bars.lines().filter(|line| line.contains('\u{2026}'));
    assert!(lines.count() > 3, "{bars}");
}
