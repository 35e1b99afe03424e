//! The table of all rows, and what was not measured.

mod support;

use labrun_analysis::RowSummary;
use labrun_record::{METHOD_VERSION, Outcome};
use labrun_render::{Section, pages};
use support::reader::{Line, follow, lines, of, read};
use support::{Made, few};

/// What stands between two ids.
fn between<'a>(html: &'a str, from: &str, to: &str) -> &'a str {
    let rest = html.split_once(from).map_or("", |(_, rest)| rest);
    rest.split_once(to).map_or("", |(text, _)| text)
}

#[test]
fn a_line_says_who_what_how_sure_and_against_what() {
    let made = few();
    let wanted = |row: &labrun_record::Row| {
        let start = row.start.map(labrun_record::Start::name);
        let metric = row.metric.name();
        row.isolation == "wasmtime/cranelift-aot"
            && row.workload == "add"
            && (metric, start) == ("time_to_first_result", Some("loaded"))
    };
    let number = made.run.rows.iter().position(wanted).expect("such a row");
    let html = of(&made);
    let lines = lines(&html);
    let own = format!("0-{number}");
    let line = lines.iter().find(|line| line.row == own).expect("a line");
    assert_eq!(
        line.cells[..3],
        [
            "wasmtime/cranelift-aot wasm-sandbox 48.0.8",
            "add",
            "time to first result, loaded"
        ]
    );
    let numbers = made.summary.results[number]
        .numbers
        .as_ref()
        .expect("measured");
    assert_eq!(line.value.to_bits(), numbers.median.to_bits());
    assert!(line.cells[3].ends_with(" \u{b5}s"), "{}", line.cells[3]);
    assert!(line.cells[4].starts_with('['), "{}", line.cells[4]);
    assert_eq!(line.cells[5], "40");
    assert!(line.cells[7].ends_with("] faster"), "{}", line.cells[7]);
    let digest = made.summary.results[number].artifact_sha256.as_deref();
    assert_eq!(line.cells[10], digest.expect("a digest")[..8]);
}

#[test]
fn doubts_stand_with_the_row_that_they_are_about() {
    let made = support::all(10);
    let html = of(&made);
    let lines = lines(&html);
    let warnings = made.summary.warnings.iter();
    let of_rows: Vec<_> = warnings.filter(|warning| warning.row.is_some()).collect();
    assert!(!of_rows.is_empty());
    for warning in of_rows {
        let own = format!("0-{}", warning.row.expect("a row"));
        let name = warning.name.name().replace('_', " ");
        if let Some(line) = lines.iter().find(|line| line.row == own) {
            assert!(line.cells[9].contains(&name), "{own}: {name}");
        }
    }
}

#[test]
fn what_asks_the_same_stands_together() {
    let html = of(&support::all(10));
    let lines = lines(&html);
    let mut questions: Vec<String> = Vec::new();
    let without_network = |question: &str| {
        let parts = question.split(", ");
        let parts: Vec<&str> = parts.filter(|part| !part.starts_with("network ")).collect();
        // The rate that was offered differs by the isolation.
        parts
            .into_iter()
            .filter(|part| !part.ends_with("offered"))
            .collect::<Vec<_>>()
            .join(", ")
    };
    for line in &lines {
        let asked = format!("{}: {}", line.cells[1], without_network(&line.cells[2]));
        if questions.last() != Some(&asked) {
            assert!(!questions.contains(&asked), "{asked} stands in two places");
            questions.push(asked);
        }
    }
    assert!(questions.len() > 20);
}

#[test]
fn what_went_wrong_is_seen_and_what_is_missing_is_folded() {
    let html = of(&support::all(10));
    let left = between(&html, "<h3 id=\"r0-left\">", "<section id=\"evidence\">");
    let (seen, folded) = left.split_once("<details").expect("something is folded");
    assert!(seen.contains("<strong>mismatch</strong>") && seen.contains("<strong>failed</strong>"));
    assert!(!seen.contains("<strong>unavailable</strong>"));
    assert!(folded.contains("<strong>unavailable</strong>"));
    assert!(!folded.contains("<strong>mismatch</strong>"));
}

#[test]
fn a_reason_is_said_once_with_whom_it_concerns() {
    let made = support::all(10);
    let html = of(&made);
    let left = between(&html, "<h3 id=\"r0-left\">", "<section id=\"evidence\">");
    let reason = "wasmer issues no fsync for fd_sync (proven by strace), so nothing is on the disk";
    assert_eq!(left.matches(reason).count(), 1);
    let text = read(left);
    let line = text
        .lines()
        .find(|line| line.contains(reason))
        .expect("a line");
    let whom = "unsupported wasmer/cranelift-jit, wasmer/cranelift-aot, wasmer/singlepass-jit, wasmer/singlepass-aot \u{b7} file-io, ";
    assert!(line.contains(whom), "{line}");
    assert!(
        line.contains("write-fsync") && line.contains("8 rows"),
        "{line}"
    );
}

#[test]
fn what_is_the_matter_with_an_isolation_is_said_once() {
    let mut made = few();
    let reason = "no debootstrap on this machine: `apt-get install debootstrap`";
    for row in &mut made.summary.results {
        if row.row.isolation == "docker/runc-debian" {
            row.reason = Some(reason.into());
        }
    }
    let html = of(&made);
    assert_eq!(html.matches(reason).count(), 1);
    let link = between(&html, "<strong>unavailable</strong>: <a href=\"#", "\">why");
    assert!(link.starts_with("r0-left-"), "{link}");
    assert_eq!(html.matches(&format!("id=\"{link}\"")).count(), 1);
}

#[test]
fn what_nobody_asked_for_is_one_line() {
    let mut made = few();
    let mut left = 0;
    for row in &mut made.summary.results {
        if row.row.isolation.starts_with("wasmer/") {
            row.outcome = Outcome::NotSelected;
            row.reason = Some("--isolation asks for docker/* alone".into());
            row.numbers = None;
            left += 1;
        }
    }
    let html = of(&made);
    assert_eq!(
        html.matches("--isolation asks for docker/* alone").count(),
        1
    );
    assert!(html.contains(&format!("<summary>{left} rows not selected</summary>")));
}

#[test]
fn every_row_has_the_command_that_measures_it_again() {
    let made = support::all(10);
    let html = of(&made);
    let list = between(&html, "<pre class=\"again\"", "</pre>");
    let codes: Vec<(&str, &str)> = list
        .split("<code data-rows=\"")
        .skip(1)
        .filter_map(|code| code.split_once("\">"))
        .collect();
    let mut seen = Vec::new();
    for (rows, command) in codes {
        let command = command.split("</code>").next().expect("a command");
        let number = |text: &str| text.parse::<usize>().expect("a number");
        let numbers = rows.split(' ').flat_map(|range| {
            let (from, to) = range.split_once('-').unwrap_or((range, range));
            number(from)..=number(to)
        });
        for number in numbers {
            let row = &made.run.rows[number];
            assert!(command.contains(&format!(" -i {} ", row.isolation)));
            assert!(command.contains(&format!(" -w {} ", row.workload)));
            let part = made.run.parts.iter().find(|part| part.holds(number));
            let scenario = &part.expect("a part").scenario;
            assert!(command.starts_with(&format!("labrun scenario {scenario} ")));
            seen.push(number);
        }
    }
    seen.sort_unstable();
    let results = made.summary.results.iter();
    let launched = |row: &RowSummary| row.outcome == Outcome::Measured || row.is_fault();
    let all = results.enumerate().filter(|(_, row)| launched(row));
    assert_eq!(seen, all.map(|(number, _)| number).collect::<Vec<_>>());
}

#[test]
fn names_from_anywhere_are_text() {
    let mut made = few();
    let names = [
        "<td>&\"'</table>".to_owned(),
        "\u{5d0}\u{5d1}\u{5d2}/\u{202e}abc".to_owned(),
        "\u{1f980}\u{1f9ea}/\u{1f525}".to_owned(),
        "x".repeat(200),
        "=HYPERLINK(1)".to_owned(),
    ];
    for (number, row) in made.summary.results.iter_mut().enumerate() {
        let name = &names[number % names.len()];
        row.row.isolation = format!("{name}/{number}");
        row.row.workload.clone_from(name);
        row.isolation_version = Some(name.clone());
        row.reason = row.reason.as_ref().map(|_| name.clone());
    }
    let html = of(&made);
    assert_eq!(*follow(&html).wrong.borrow(), Vec::<String>::new());
    for line in lines(&html) {
        let (_, number) = line.row.split_once('-').expect("a number");
        let row = &made.summary.results[number.parse::<usize>().expect("a number")];
        assert!(
            line.cells[0].starts_with(&row.row.isolation),
            "{}",
            line.cells[0]
        );
        assert_eq!(line.cells[1], row.row.workload);
    }
}

#[test]
fn one_row_is_a_table_of_one_line() {
    let mut made = few();
    made.run.rows.truncate(1);
    made.run.parts.clear();
    made.samples.retain(|sample| sample.row == 0);
    made.summary = labrun_analysis::summarise(&made.run, &made.samples);
    let html = of(&made);
    assert_eq!(*follow(&html).wrong.borrow(), Vec::<String>::new());
    assert_eq!(lines(&html).len(), 1);
    assert!(html.contains("1 measured row<"), "no count");
    assert!(!html.contains("id=\"r0-left\""), "nothing is left");
}

#[test]
fn numbers_that_nobody_would_count_are_read_back_as_they_are() {
    for value in [1e308, 5e-324, 0.1 + 0.2, -7.25, 1e21, 123_456_789.125] {
        let mut made = few();
        for row in &mut made.summary.results {
            if let Some(numbers) = &mut row.numbers {
                numbers.median = value;
            }
        }
        // The table alone: charts are another matter.
        let html = of(&made);
        let first = lines(&html).into_iter().next().expect("a line");
        assert_eq!(first.value.to_bits(), f64::to_bits(value));
    }
}

fn section(made: &Made) -> Section<'_> {
    Section {
        run: &made.run,
        summary: &made.summary,
    }
}

/// The same run on another machine, in another run.
fn elsewhere() -> Made {
    let mut other = few();
    other.run.id = "20261124T020000Z-cold-start-arm".into();
    other.run.machine.host = "arm".into();
    other.run.machine.cpu = "Ampere Altra".into();
    other.run.machine.arch = "aarch64".into();
    for row in &mut other.run.rows {
        row.arch = "aarch64".into();
    }
    other.summary = labrun_analysis::summarise(&other.run, &other.samples);
    other
}

#[test]
fn two_machines_stand_side_by_side_with_both_fingerprints() {
    let (one, two) = (few(), elsewhere());
    let html = pages(&[section(&one), section(&two)], &[]).expect("a page");
    assert_eq!(*follow(&html).wrong.borrow(), Vec::<String>::new());
    let text = read(&html);
    assert!(text.contains("Several machines."), "{text}");
    let head = between(&html, "<th class=\"machines\"", "<tr");
    assert!(head.contains("run 1: vm, AMD EPYC") && head.contains("run 2: arm, Ampere Altra"));
    // Line by line: the same row of the one run and of the other.
    let all = lines(&html);
    assert_eq!(all.len(), lines(&of(&one)).len() * 2);
    let key = |line: &Line| {
        (
            line.cells[0].clone(),
            line.cells[2].clone(),
            line.cells[3].clone(),
        )
    };
    for pair in all.chunks(2) {
        let [a, b] = pair else { panic!("an odd line") };
        assert_eq!(key(a), key(b));
        assert_eq!((&*a.cells[1], &*b.cells[1]), ("1", "2"));
        assert!(a.row.starts_with("0-") && b.row.starts_with("1-"));
    }
}

#[test]
fn two_versions_on_one_machine_say_which_they_are() {
    let (one, mut two) = (few(), few());
    for row in &mut two.summary.results {
        if row.row.isolation.starts_with("wasmtime/") {
            row.isolation_version = Some("49.0.0".into());
        }
    }
    two.run.method_version = METHOD_VERSION - 1;
    let text = read(&pages(&[section(&one), section(&two)], &[]).expect("a page"));
    assert!(text.contains("Several runs of one machine"));
    assert!(
        text.contains("wasmtime | 48.0.8 (run 1), 49.0.0 (run 2)"),
        "{text}"
    );
    assert!(text.contains("Different methods."));
    assert!(!text.contains("has no row in common with the other runs"));
}

#[test]
fn runs_without_a_row_in_common_are_said_to_be_apart() {
    let (one, two) = (support::one_of("memory"), support::one_of("size"));
    let html = pages(&[section(&one), section(&two)], &[]).expect("a page");
    assert!(read(&html).contains("has no row in common with the other runs"));
    assert_eq!(
        lines(&html).len(),
        lines(&of(&one)).len() + lines(&of(&two)).len()
    );
}

#[test]
fn a_replay_stands_below_the_runs_and_is_said_to_be_apart() {
    let (replay, run) = (support::replayed::commits(), few());
    let html = pages(&[section(&replay), section(&run)], &[]).expect("a page");
    assert_eq!(*follow(&html).wrong.borrow(), Vec::<String>::new());
    assert!(read(&html).contains("is a replay, which has both sides in itself"));
    assert_eq!(html.matches("<main").count(), 1);
    // The run of the scenario is the first one, wherever it was named.
    assert!(lines(&html).iter().all(|line| line.row.starts_with("0-")));
    assert!(html.contains("<article id=\"r1-run\">"));
}

#[test]
fn warnings_without_end_are_cut_short_and_counted() {
    let mut made = few();
    let own = made
        .summary
        .warnings
        .iter()
        .find(|warning| warning.row.is_some());
    let one = own.expect("a warning of a row").clone();
    made.summary.warnings = vec![one; 500];
    let html = of(&made);
    let told = between(&html, "<h3 id=\"r0-warnings\">", "<h3 ");
    assert_eq!(told.matches("<li>").count(), 40);
    assert!(told.contains("The other 460 are marked"));
}
