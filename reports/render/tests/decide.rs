//! The choice and the matrix of made-up runs: what is chosen, what is coloured, and where each number
//! comes from.

mod support;

use std::collections::BTreeMap;

use labrun_analysis::{Verdict, summarise};
use labrun_render::{Section, pages};
use support::reader::{of, read};
use support::{Made, few, few_of_all};

/// A section of a page, as HTML.
fn section<'a>(html: &'a str, id: &str) -> &'a str {
    let start = format!("<section id=\"{id}\"");
    let (_, rest) = html.split_once(&start).expect("the section");
    rest.split_once("</section>").expect("its end").0
}

/// The value of an attribute in each element that has it.
fn attributes<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let start = format!(" {name}=\"");
    let values = html.split(&*start).skip(1);
    values.filter_map(|rest| rest.split('"').next()).collect()
}

/// A made-up run of those rows alone that `wanted` takes.
fn only(wanted: impl Fn(&labrun_record::Row) -> bool) -> Made {
    let Made {
        mut run, samples, ..
    } = few();
    let kept: BTreeMap<usize, usize> = (0..run.rows.len())
        .filter(|row| wanted(&run.rows[*row]))
        .enumerate()
        .map(|(new, old)| (old, new))
        .collect();
    run.rows.retain(wanted);
    let samples = samples.into_iter().filter_map(|mut sample| {
        sample.row = *kept.get(&sample.row)?;
        Some(sample)
    });
    let samples: Vec<_> = samples.collect();
    let summary = summarise(&run, &samples);
    Made {
        run,
        samples,
        summary,
    }
}

fn board(html: &str) -> serde_json::Value {
    let (_, rest) = html.split_once("id=\"board\">").expect("the board");
    let (json, _) = rest.split_once("</script>").expect("its end");
    serde_json::from_str(json).expect("JSON")
}

#[test]
fn each_number_leads_to_its_row_and_is_the_summary_s() {
    let made = few_of_all();
    let html = of(&made);
    for id in ["decide", "matrix"] {
        let html = section(&html, id);
        let rows = attributes(html, "data-row");
        let values = attributes(html, "data-value");
        assert_eq!(rows.len(), values.len());
        assert!(rows.len() > 20, "{id}: {}", rows.len());
        for (row, value) in rows.into_iter().zip(values) {
            let (run, number) = row.split_once('-').expect("a run and a row");
            assert_eq!(run, "0");
            let number: usize = number.parse().expect("a number");
            let value: f64 = value.parse().expect("a number");
            assert_eq!(made.summary.results[number].median(), Some(value), "{row}");
            assert!(html.contains(&format!("href=\"#row-{row}\"")), "{row}");
        }
    }
}

#[test]
fn scripts_have_the_summary_s_numbers() {
    let made = few_of_all();
    let board = board(&of(&made));
    let keys = board["cellKeys"].as_array().expect("keys");
    let place = |name: &str| keys.iter().position(|key| key == name).expect("a key");
    let cells = board["cells"].as_array().expect("cells");
    assert!(cells.len() > 50, "{}", cells.len());
    for cell in cells {
        let of = |name: &str| &cell[place(name)];
        let number = of("row").as_u64().expect("a row") as usize;
        let row = &made.summary.results[number];
        assert_eq!(of("value").as_f64(), row.median());
        let [low, high] = row.ci().expect("an interval");
        // An end of an interval has six digits; what was counted has all.
        let is_counted = row.row.metric.is_exact();
        for (name, whole) in [("low", low), ("high", high)] {
            let end = of(name).as_f64().expect("an end");
            let most = if is_counted { 0.0 } else { whole.abs() * 1e-5 };
            assert!((end - whole).abs() <= most, "{name}: {end} for {whole}");
        }
        let verdicts = board["verdicts"].as_array().expect("verdicts");
        let verdict = of("verdict")
            .as_u64()
            .map(|place| &verdicts[place as usize]);
        let expected = row.ratio().map(|ratio| ratio.verdict.name());
        let expected = expected.map(serde_json::Value::from);
        if let Some(expected) = expected {
            assert_eq!(verdict, Some(&expected));
        }
        assert_eq!(of("ratio").as_f64(), row.ratio().map(|ratio| ratio.value));
        let column = &board["columns"][of("column").as_u64().expect("a column") as usize];
        let line = &board["lines"][of("line").as_u64().expect("a line") as usize];
        assert_eq!(column["metric"], row.row.metric.name());
        assert_eq!(column["workload"], *row.row.workload);
        assert!(
            line["key"]
                .as_str()
                .expect("a key")
                .starts_with(&row.row.isolation)
        );
        let rank = line["tierRank"].as_u64().expect("a rank") as usize;
        assert_eq!(board["tiers"][rank], row.row.tier.name());
    }
}

#[test]
fn a_choice_is_said_with_what_it_is_chosen_before() {
    let made = few_of_all();
    let text = read(&format!("<p>{}", section(&of(&made), "decide")));
    let start = "Fastest: first result, fresh process (add)";
    let (_, rest) = text.split_once(start).expect(start);
    let native = "Choose native/static when a process is boundary enough: 15";
    assert!(rest.contains(native), "{rest}");
    assert!(
        rest.contains(", the only technology with a number."),
        "{rest}"
    );
    assert!(
        rest.contains("when it has to be in namespaces: 17"),
        "{rest}"
    );
    let wasm = "when it has to be a wasm sandbox: ";
    assert!(rest.contains(wasm), "{rest}");
    assert!(rest.contains(", before wasm"), "{rest}");
}

#[test]
fn technologies_with_intervals_in_common_are_not_decided() {
    let mut made = few_of_all();
    // Whatever the numbers are: an interval from nothing to the largest.
    for row in &mut made.summary.results {
        if let Some(numbers) = &mut row.numbers {
            numbers.ci = Some([0.0, f64::MAX]);
        }
    }
    let html = of(&made);
    let text = section(&html, "decide");
    assert!(text.contains("; the difference is not decided."));
    assert!(!text.contains(", before "), "{text}");
}

#[test]
fn the_matrix_colours_what_its_interval_allows() {
    let made = few_of_all();
    let html = of(&made);
    let matrix = section(&html, "matrix");
    let cells = matrix.split("<td class=\"").skip(1);
    let mut seen = 0;
    for cell in cells.filter(|cell| cell.contains("data-row=\"")) {
        let class = cell.split('"').next().expect("a class");
        let row = attributes(cell, "data-row")[0];
        let number: usize = row[2..].parse().expect("a row");
        let row = &made.summary.results[number];
        let expected: &[&str] = match row.ratio().map(|ratio| ratio.verdict) {
            None => &["reference", "bare"],
            Some(Verdict::Equivalent) => &["h0"],
            Some(Verdict::Inconclusive) => &["h0 un"],
            Some(Verdict::Better) => &["hb1", "hb2", "hb3", "hb4", "hb5"],
            Some(Verdict::Worse) => &["hw1", "hw2", "hw3", "hw4", "hw5"],
        };
        assert!(expected.contains(&class), "{}: {class}", row.row);
        seen += 1;
    }
    assert!(seen > 20, "{seen}");
    assert!(matrix.contains("against native/static (process)"));
}

#[test]
fn one_isolation_has_its_line_and_is_its_own_choice() {
    let html = of(&only(|row| row.isolation == "native/static"));
    assert_eq!(
        section(&html, "decide").matches("<tr data-line=").count(),
        1
    );
    assert!(section(&html, "decide").contains(", the only technology with a number."));
    assert!(section(&html, "matrix").contains("class=\"reference\""));
}

#[test]
fn without_a_number_there_is_nothing_to_decide_by() {
    let mut made = few();
    made.samples.clear();
    made.summary = summarise(&made.run, &made.samples);
    let html = of(&made);
    assert!(section(&html, "decide").contains("There is nothing to decide by"));
    assert!(section(&html, "matrix").contains("There is nothing to compare"));
    for id in ["decide", "matrix"] {
        assert!(!section(&html, id).contains("<table"), "{id}");
        assert!(!section(&html, id).contains("<form"), "{id}");
    }
    assert_eq!(board(&html)["cells"], serde_json::json!([]));
}

#[test]
fn what_is_emulated_is_shown_and_held_against_nothing() {
    let mut made = few();
    made.run.machine.emulated = true;
    made.summary = summarise(&made.run, &made.samples);
    let html = of(&made);
    let decide = section(&html, "decide");
    assert!(decide.contains("<small>emulated</small>"));
    assert!(!decide.contains("Choose <strong"), "{decide}");
    assert!(!section(&html, "matrix").contains("<td class=\"h"));
    assert_eq!(board(&html)["cells"], serde_json::json!([]));
    assert!(board(&html)["runs"][0]["missing"]["emulated"].is_array());
}

#[test]
fn what_was_counted_is_as_true_on_an_emulated_machine() {
    let mut made = support::one_of("size");
    made.run.machine.emulated = true;
    made.summary = summarise(&made.run, &made.samples);
    let html = of(&made);
    assert!(section(&html, "decide").contains("Choose <strong"));
    assert!(!section(&html, "decide").contains("<small>emulated</small>"));
}

#[test]
fn of_several_runs_each_has_its_own_table_and_one_can_be_chosen() {
    let (one, mut two) = (few(), few_of_all());
    two.run.id = "another-run".into();
    let sections = [&one, &two].map(|made| Section {
        run: &made.run,
        summary: &made.summary,
    });
    let html = pages(&sections, &[]).expect("a page");
    for (id, key) in [("decide", "decide.run"), ("matrix", "matrix.run")] {
        let html = section(&html, id);
        assert_eq!(attributes(html, "data-run"), ["0", "1"], "{id}");
        assert!(html.contains(&format!("data-key=\"{key}\"")), "{id}");
        assert!(html.contains("<option value=\"another-run\">"), "{id}");
        let mut labels = attributes(html, "aria-label");
        let all = labels.len();
        labels.sort_unstable();
        labels.dedup();
        assert_eq!(labels.len(), all, "{id}: {labels:?}");
    }
    let cells = board(&html)["cells"].as_array().expect("cells").clone();
    for run in [0, 1] {
        assert!(cells.iter().any(|cell| cell[0] == run), "{run}");
    }
}

#[test]
fn a_run_of_another_question_stands_beside_one_that_can_be_decided_by() {
    let (one, mut silent) = (few(), few());
    silent.samples.clear();
    silent.summary = summarise(&silent.run, &silent.samples);
    let sections = [&silent, &one].map(|made| Section {
        run: &made.run,
        summary: &made.summary,
    });
    let html = pages(&sections, &[]).expect("a page");
    let decide = section(&html, "decide");
    assert!(decide.contains("There is nothing to decide by in this run"));
    assert_eq!(decide.matches("<table").count(), 1);
}

#[test]
fn a_quick_run_says_so_where_something_is_chosen() {
    let mut made = few();
    assert!(!section(&of(&made), "decide").contains("Indicative"));
    made.run.indicative = true;
    assert!(section(&of(&made), "decide").contains("Indicative: taken with"));
}

#[test]
fn the_start_that_a_limit_is_for_can_be_chosen() {
    let html = of(&few_of_all());
    let limits = section(&html, "decide");
    let asked = attributes(limits, "data-limit");
    for start in ["process", "resident", "loaded"] {
        let of_start = |key: &&&str| key.contains("time_to_first_result") && key.contains(start);
        assert_eq!(
            asked.iter().filter(of_start).count(),
            1,
            "{start}: {asked:?}"
        );
    }
    assert!(limits.contains("limit the start that you will pay for"));
}
