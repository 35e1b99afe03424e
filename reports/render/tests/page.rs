//! The page of a made-up run: its text as a golden file, its shape, its size, its safety.

mod support;

use labrun_record::{BlockLoad, GivenArtifact, Metric, Outcome, Row, Target};
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
fn what_else_used_the_processors_is_told_of_the_machine() {
    let mut made = few();
    assert!(read(&of(&made)).contains("used by others | not recorded"));
    made.run.blocks = vec![BlockLoad {
        first: 0,
        end: 9,
        seconds: 2.0,
        others: Some(0.3),
        most_by: Some("cargo".into()),
        steal: 0.01,
    }];
    made.summary = labrun_analysis::summarise(&made.run, &made.samples);
    let text = read(&of(&made));
    let told = "30.0% of the processors\u{2019} time, at most 30.0%; given to other machines: 1.0%";
    assert!(text.contains(told), "{text}");
    let warning = "other processes took 30% of the processors' time, at most 30%; most of it cargo";
    assert!(text.contains(warning), "{text}");
    let table = labrun_render::full_table(&made.summary, None, false);
    assert!(
        table.contains(&format!("warning: other processes ({warning}): ")),
        "{table}"
    );
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
fn it_is_under_two_megabytes_at_its_largest() {
    for made in [support::largest(), support::all(60)] {
        let html = of(&made);
        let (rows, measured) = (made.run.rows.len(), measured(&made));
        assert!(
            html.len() < 2_000_000,
            "{} bytes for {rows} rows, of which {measured} are measured",
            html.len()
        );
    }
}

#[test]
fn three_runs_beside_one_another_are_under_two_megabytes_too() {
    let made = support::made(300);
    let mut runs = [made.run.clone(), made.run.clone(), made.run];
    for (run, name) in runs.iter_mut().zip(["one", "two", "three"]) {
        run.id = name.to_owned();
    }
    let sections = runs.each_ref().map(|run| Section {
        run,
        summary: &made.summary,
    });
    let html = pages(&sections, &[]).expect("a page");
    assert!(html.len() < 2_000_000, "{} bytes", html.len());
    assert!(lines(&html).len() > 300);
    // What is the same in all of them is said once.
    let said = "as in the <a href=\"#r0-isolations\">table of run 1</a>";
    assert_eq!(html.matches(said).count(), 2);
}

#[test]
fn a_thousand_isolations_are_under_two_megabytes() {
    let mut made = support::made(20);
    let is_kept = |row: &Row| {
        row.isolation == "native/static"
            && row.workload == "add"
            && [Metric::TimeToFirstResult, Metric::Teardown].contains(&row.metric)
    };
    let kept: Vec<_> = made
        .summary
        .results
        .iter()
        .filter(|one| is_kept(&one.row))
        .collect();
    let record = made
        .run
        .isolations
        .iter()
        .find(|one| one.name == "native/static");
    let record = record.expect("it is there").clone();
    assert_eq!(kept.len(), 2);
    let names = (0..1_000).map(|n| format!("technology-{}/configuration-{}", n / 40, n % 40));
    let (mut results, mut isolations) = (Vec::new(), Vec::new());
    for name in names {
        for one in &kept {
            let mut own = (*one).clone();
            own.row.isolation.clone_from(&name);
            results.push(own);
        }
        let mut own = record.clone();
        own.name = name;
        isolations.push(own);
    }
    made.run.isolations = isolations;
    made.run.rows = results.iter().map(|one| one.row.clone()).collect();
    made.summary.results = results;
    made.summary.warnings.clear();
    let html = of(&made);
    assert!(html.len() < 2_000_000, "{} bytes", html.len());
    assert_eq!(lines(&html).len(), 2_000);
}

#[test]
fn four_thousand_rows_are_a_table_of_little_more_than_a_megabyte() {
    let html = of(&support::many(4));
    let table = html.split("<table id=\"every\">").nth(1);
    let table = table.and_then(|rest| rest.split("</table>").next());
    let (bytes, rows) = (table.expect("a table").len(), lines(&html).len());
    assert!(rows > 4_000, "{rows} rows");
    assert!(bytes / rows < 300, "{bytes} bytes for {rows} rows");
}

#[test]
fn a_measure_alone_has_its_page_and_no_other() {
    for (scenario, question) in [
        ("memory", "memory, ready and idle"),
        ("size", "size, what is shipped"),
        ("throughput", "latency"),
    ] {
        let made = support::one_of(scenario);
        let html = of(&made);
        assert_eq!(*follow(&html).wrong.borrow(), Vec::<String>::new());
        let lines = lines(&html);
        assert_eq!(lines.len(), measured(&made), "{scenario}");
        let asks = |words: &str| lines.iter().any(|line| line.cells[2].starts_with(words));
        assert!(
            asks(question) && !asks("time to first result"),
            "{scenario}"
        );
    }
}

#[test]
fn no_number_of_a_measure_is_called_by_the_words_of_another() {
    let forbidden = [
        ("memory", ["faster", "slower", "as long"]),
        ("size", ["faster", "slower", "bootstrap intervals"]),
        ("throughput", ["smaller", "larger", "times as long"]),
    ];
    for (scenario, words) in forbidden {
        let text = read(&of(&support::one_of(scenario)));
        let table = labrun_render::table(&support::one_of(scenario).summary, Some(80), false);
        for word in words {
            assert!(!text.contains(word), "{scenario}: {word}");
            assert!(!table.contains(word), "{scenario}: {word}");
        }
    }
}

#[test]
fn ones_and_zeros_have_tables_and_no_chart() {
    let mut made = support::one_of("size");
    for (i, sample) in made.samples.iter_mut().enumerate() {
        sample.value = sample.value.map(|_| f64::from(u8::from(i % 3 > 0)));
    }
    made.summary = labrun_analysis::summarise(&made.run, &made.samples);
    let html = of(&made);
    assert!(!html.contains("<svg"), "a chart of ones and zeros");
    assert_eq!(lines(&html).len(), measured(&made));
}

#[test]
fn a_metric_that_is_no_headline_is_said_to_be_measured() {
    let mut made = few();
    for row in &mut made.summary.results {
        if row.row.metric == Metric::TimeToFirstResult {
            row.numbers = None;
        }
    }
    let html = of(&made);
    assert!(html.contains("No headline was measured."));
    assert!(!html.contains("Nothing was measured."));
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
fn what_was_given_is_only_said_to_do_the_same_work() {
    let mut made = few();
    assert!(!of(&made).contains("said to do the same work"));
    let given = |name: &str, sha256: &str| GivenArtifact {
        workload: "<b>mine".into(),
        target: Target::Native,
        sha256: sha256.into(),
        name: name.into(),
    };
    made.run.given = vec![given("app<b>", &"a".repeat(64))];
    let html = of(&made);
    assert!(html.contains("One artifact was given to the lab"));
    made.run.given.push(given("app.wasm", &"b".repeat(64)));
    let html = of(&made);
    assert!(html.contains("These artifacts are said to do the same work."));
    for shown in [
        "&lt;b&gt;mine",
        "app&lt;b&gt;",
        "aaaaaaaaaaaa",
        "bbbbbbbbbbbb",
    ] {
        assert!(html.contains(shown), "{shown}");
    }
    assert!(!html.contains("<b>mine") && !html.contains("app<b>"));
}

#[test]
fn marks_are_where_they_must_be() {
    let mut made = few();
    assert!(!of(&made).contains("Indicative."));
    made.run.indicative = true;
    made.run.interrupted = Some("Ctrl-C".into());
    made.run.machine.emulated = true;
    made.summary = labrun_analysis::summarise(&made.run, &made.samples);
    let html = of(&made);
    for mark in [
        "Indicative.",
        "Incomplete.",
        "Emulated.",
        "\u{b7} indicative",
        "\u{b7} emulated",
    ] {
        assert!(html.contains(mark), "{mark}");
    }
}

#[test]
fn a_run_without_a_sample_still_has_its_page() {
    let mut made = few();
    made.samples.clear();
    made.summary = labrun_analysis::summarise(&made.run, &made.samples);
    let html = of(&made);
    assert!(html.contains("Nothing was measured."));
    assert_eq!(*follow(&html).wrong.borrow(), Vec::<String>::new());
}

#[test]
fn the_summary_of_another_run_is_refused() {
    let (one, mut other) = (few(), few());
    other.summary.results.pop();
    let refused = page(&one.run, &other.summary);
    assert!(matches!(refused, Err(RenderError::Mismatch { .. })));
}

/// Whether a row is what stands beside a PSS.
fn is_cgroup(row: &Row) -> bool {
    row.scope.as_deref() == Some("cgroup")
}

#[test]
fn a_cgroup_that_could_not_be_read_is_said_in_its_place_with_the_reason() {
    let mut made = support::one_of("memory");
    for row in &mut made.summary.results {
        if is_cgroup(&row.row) {
            row.outcome = Outcome::Unavailable;
            row.reason = Some("no memory controller here".into());
            row.numbers = None;
        }
    }
    let text = read(&of(&made));
    assert!(text.contains("PSS, cgroup unavailable"), "{text}");
    let mut lines = text.lines();
    let reason = lines.find(|line| line.starts_with("unavailable native/static, docker/runc"));
    let reason = reason.expect("what is unavailable");
    assert!(reason.contains(" · noop, cgroup · 20 rows"), "{reason}");
    assert!(reason.ends_with("no memory controller here"), "{reason}");
    let table = labrun_render::table(&made.summary, Some(80), false);
    assert!(table.contains("no memory controller here"), "{table}");
}

#[test]
fn a_run_that_did_not_read_the_cgroup_has_the_pss_alone() {
    let mut made = support::one_of("memory");
    made.samples.clear();
    made.run.rows.retain(|row| !is_cgroup(row));
    made.summary.results.retain(|row| !is_cgroup(&row.row));
    let text = read(&of(&made));
    assert!(text.contains("PSS") && !text.contains("cgroup:"), "{text}");
}
