//! Recorded runs that are damaged: what can be read is, and the rest is named.

mod support;

use std::fs;

use labrun_record::{Recorded, RunFolder};
use serde_json::{Value, json};
use support::Copy;

/// What is said of a damaged run.
fn damaged(copy: &Copy) -> (Recorded, Vec<String>) {
    let read = RunFolder::open(copy.0.path()).salvage().expect("is read");
    let said = read.run.damaged.clone();
    (read, said)
}

#[test]
fn what_is_whole_is_salvaged_as_it_is_read() {
    for run in ["1-first", "2-all", "3-cold-start", "3-replay"] {
        let copy = Copy::of(run);
        let (salvaged, said) = damaged(&copy);
        let read = copy.read();
        assert!(said.is_empty(), "{said:?}");
        assert_eq!((salvaged.run, salvaged.samples), (read.run, read.samples));
    }
}

#[test]
fn a_line_that_cannot_be_read_costs_itself_alone_where_damage_is_borne() {
    let whole = Copy::of("3-cold-start").read();
    let spoil = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines[2] = "\0\0\0\u{1b}[31m".to_owned();
        lines[4] = lines[4].replacen("\"row\":", "\"row\":9", 1);
        lines.join("\n") + "\n"
    };
    let copy = Copy::of("3-cold-start").change("samples.jsonl", spoil);
    assert!(
        copy.fault().contains("samples.jsonl:3: "),
        "{}",
        copy.fault()
    );
    let (read, said) = damaged(&copy);
    let rest = whole.samples.iter().enumerate();
    let rest = rest.filter(|(place, _)| ![2, 4].contains(place));
    let rest: Vec<_> = rest.map(|(_, sample)| sample.clone()).collect();
    assert_eq!(read.samples, rest);
    let [said] = &said[..] else {
        panic!("{said:?}");
    };
    let told = "2 lines of samples.jsonl cannot be read and are left out, the first is line 3: ";
    assert!(said.starts_with(told), "{said}");
    assert!(!said.contains('\u{1b}') && !said.contains('\0'), "{said:?}");
}

#[test]
fn what_is_not_there_is_named_where_damage_is_borne() {
    let copy = Copy::of("3-cold-start");
    fs::remove_file(copy.0.path().join("samples.jsonl")).expect("removes");
    assert!(copy.read().samples.is_empty());
    let (read, said) = damaged(&copy);
    assert!(read.samples.is_empty());
    let told = "samples.jsonl is not there, so nothing is known to be measured";
    assert_eq!(said, [told]);
}

/// The lines of a file, each changed.
fn each_line(text: &str, change: impl Fn(usize, &mut Value)) -> String {
    let line = |(number, line): (usize, &str)| {
        let mut value = serde_json::from_str(line).expect("is JSON");
        change(number, &mut value);
        format!("{value}\n")
    };
    text.lines().enumerate().map(line).collect()
}

#[test]
fn what_is_there_twice_counts_once() {
    let whole = Copy::of("3-cold-start").read();
    let copy = Copy::of("3-cold-start").change("samples.jsonl", |text| text.repeat(2));
    assert!(
        copy.fault().contains("launch 0 of row "),
        "{}",
        copy.fault()
    );
    let (read, said) = damaged(&copy);
    assert_eq!(read.samples, whole.samples);
    let count = whole.samples.len();
    let told = format!(
        "{count} lines of samples.jsonl say again what was said before and are left out, the first is line {}: launch 0 of row ",
        count + 1
    );
    assert!(said[0].starts_with(&told) && said.len() == 1, "{said:?}");

    let copy = Copy::of("3-cold-start").change_run(|run| {
        let first = run["rows"][0].clone();
        run["rows"].as_array_mut().expect("rows").push(first);
    });
    assert!(
        copy.fault().contains("run.json:1: a row is there twice, "),
        "{}",
        copy.fault()
    );
    let (read, said) = damaged(&copy);
    assert_eq!(
        (&read.run.rows, &read.samples),
        (&whole.run.rows, &whole.samples)
    );
    let told = format!(
        "1 entry of rows in run.json says again what was said before and is left out, the first is number {}: add ",
        whole.run.rows.len()
    );
    assert!(said[0].starts_with(&told) && said.len() == 1, "{said:?}");
}

#[test]
fn numbers_that_cannot_be_are_left_out_and_those_that_can_stay() {
    let whole = Copy::of("3-all").read();
    for wrong in [-1.0, 1e308, 1e18] {
        let spoil = |text: &str| {
            each_line(text, |_, sample| {
                if !sample["value"].is_null() {
                    sample["value"] = json!(wrong);
                }
            })
        };
        let copy = Copy::of("3-all").change("samples.jsonl", spoil);
        let (read, said) = damaged(&copy);
        // A slope and an intercept can be below nothing.
        let may = |sample: &&labrun_record::Sample| {
            let metric = whole.run.rows[sample.row].metric.name();
            wrong < 0.0 && ["memory_marginal", "memory_fixed"].contains(&metric)
        };
        let kept = whole
            .samples
            .iter()
            .filter(|sample| sample.value.is_none() || may(sample));
        assert_eq!(read.samples.len(), kept.count(), "{wrong}");
        assert!(
            said[0].contains(" have numbers that cannot be and are left out"),
            "{said:?}"
        );
        assert!(read.run.has_lost && said.len() == 1, "{said:?}");
    }
    for (field, wrong) in [
        ("phases", json!({"call": -5.0})),
        ("rate", json!(-1.0)),
        ("points", json!([[1.0, -2.0]])),
    ] {
        let spoil = |text: &str| {
            each_line(text, |number, sample| {
                if number == 3 {
                    sample[field] = wrong.clone();
                }
            })
        };
        let copy = Copy::of("3-cold-start").change("samples.jsonl", spoil);
        let (_, said) = damaged(&copy);
        assert!(said[0].contains("has a number that cannot be"), "{said:?}");
    }
}

#[test]
fn what_is_measured_without_a_value_is_left_out() {
    for is_null in [true, false] {
        let spoil = |text: &str| {
            each_line(text, |number, sample| {
                let fields = sample.as_object_mut().expect("an object");
                match (number, is_null) {
                    (5, true) => drop(fields.insert("value".to_owned(), Value::Null)),
                    (5, false) => drop(fields.remove("value")),
                    _ => {}
                }
            })
        };
        let copy = Copy::of("3-cold-start").change("samples.jsonl", spoil);
        let (read, said) = damaged(&copy);
        assert_eq!(
            read.samples.len(),
            Copy::of("3-cold-start").read().samples.len() - 1
        );
        let told = "1 line of samples.jsonl says \u{201c}measured\u{201d}, has no value and is left out, the first is line 6: ";
        assert!(said[0].starts_with(told), "{said:?}");
    }
}

#[test]
fn launches_without_a_line_are_counted() {
    let whole = Copy::of("3-cold-start");
    let all = whole.read().samples.last().expect("samples").seq + 1;
    let gap = |text: &str| {
        let lines = text.split_inclusive('\n');
        let kept = lines.filter(|line| !line.contains("\"seq\":3,"));
        kept.collect::<String>()
    };
    let (_, said) = damaged(&Copy::of("3-cold-start").change("samples.jsonl", gap));
    assert_eq!(
        said,
        [format!("1 of {all} launches has no line in samples.jsonl")]
    );
    let (read, said) =
        damaged(&Copy::of("3-cold-start").change("samples.jsonl", |_| String::new()));
    assert_eq!(
        said,
        ["samples.jsonl is empty, so nothing is known to be measured"]
    );
    assert!(read.run.has_lost);
    // What the processors did says how many there were.
    let copy = Copy::of("3-cold-start").change("samples.jsonl", |_| String::new());
    let block = r#"{"first":0,"end":9,"seconds":1.5,"others":0.25,"steal":0.0}"#;
    fs::write(copy.0.path().join("blocks.jsonl"), format!("{block}\n")).expect("writes");
    let (_, said) = damaged(&copy);
    assert_eq!(said, ["9 of 9 launches have no line in samples.jsonl"]);
}

#[test]
fn blocks_that_are_gone_are_named_where_the_labrun_wrote_them() {
    let later = || Copy::of("3-cold-start").change_run(|run| run["plan"]["pilot"] = json!(true));
    let copy = later();
    let (read, said) = damaged(&copy);
    let told = "what else used the processors then is not known";
    assert_eq!(said, [format!("blocks.jsonl is not there: {told}")]);
    assert!(!read.run.has_lost, "no number depends on it");
    let all = read.samples.last().expect("samples").seq + 1;
    let block = r#"{"first":0,"end":9,"seconds":1.5,"others":0.25,"steal":0.0}"#;
    fs::write(copy.0.path().join("blocks.jsonl"), format!("{block}\n")).expect("writes");
    let (_, said) = damaged(&copy);
    assert!(said.is_empty(), "so short a rest has no tick: {said:?}");
    let named = [format!("blocks.jsonl tells of 9 of {all} launches: {told}")];
    let long = copy.change("samples.jsonl", |text| {
        each_line(text, |_, sample| {
            let at_ns = sample["at_ns"].as_u64().expect("an instant");
            sample["at_ns"] = json!(at_ns * 1000);
        })
    });
    assert_eq!(damaged(&long).1, named);
    let copy = later();
    let hole = [
        r#"{"first":0,"end":1,"seconds":1.5,"others":0.25,"steal":0.0}"#.to_owned(),
        format!(
            r#"{{"first":{},"end":{all},"seconds":1.5,"others":0.25,"steal":0.0}}"#,
            all - 8
        ),
    ];
    fs::write(copy.0.path().join("blocks.jsonl"), hole.join("\n") + "\n").expect("writes");
    assert_eq!(damaged(&copy).1, named);
}

#[test]
fn a_share_that_cannot_be_is_replaced_and_named() {
    for wrong in [-0.05, 7.0] {
        let copy = Copy::of("3-cold-start").change_run(|run| run["plan"]["margin"] = json!(wrong));
        let fault = copy.fault();
        assert!(
            fault.contains("plan.margin of run.json is ") && fault.contains("take the run from"),
            "{fault}"
        );
        let (read, said) = damaged(&copy);
        assert!((read.run.plan.margin - 0.05).abs() < 1e-12);
        assert_eq!(
            said,
            [format!(
                "plan.margin of run.json is {wrong:?}, which is no share from 0 to 1; verdicts are by 0.05 instead"
            )]
        );
    }
}

#[test]
fn a_field_that_cannot_be_read_is_named_with_what_to_do() {
    let copy =
        Copy::of("3-cold-start").change_run(|run| run["machine"]["memory_bytes"] = json!(-5));
    let fault = copy.fault();
    assert!(
        fault.contains("machine.memory_bytes: invalid value: integer `-5`"),
        "{fault}"
    );
    assert!(
        fault.contains("altered or damaged") && !fault.contains("use labrun"),
        "{fault}"
    );
    // An entry of a list costs itself alone.
    let copy = Copy::of("3-cold-start").change_run(|run| run["artifacts"][0]["bytes"] = json!(-5));
    assert!(
        copy.fault().contains("artifacts[0].bytes: "),
        "{}",
        copy.fault()
    );
    let (read, said) = damaged(&copy);
    assert_eq!(
        read.run.artifacts.len(),
        Copy::of("3-cold-start").read().run.artifacts.len() - 1
    );
    assert!(said[0].starts_with("1 entry of artifacts in run.json cannot be read and is left out, the first is number 0: "), "{said:?}");
}

#[test]
fn blocks_that_cannot_be_read_are_counted_and_half_of_a_last_one_is_none() {
    let sound = r#"{"first":0,"end":9,"seconds":1.5,"others":0.25,"steal":0.0}"#;
    let copy = Copy::of("3-cold-start");
    let mut lines = format!("{sound}\n").into_bytes();
    // No text at all.
    lines.extend(b"\xff\xfe\n\n{\"first\":9,");
    fs::write(copy.0.path().join("blocks.jsonl"), lines).expect("writes");
    let (read, said) = damaged(&copy);
    assert_eq!(read.run.blocks.len(), 1);
    assert_eq!(
        said,
        ["1 line of blocks.jsonl cannot be read: what else used the processors then is not known"]
    );
}

#[test]
fn a_description_that_was_cut_is_refused_even_where_damage_is_borne() {
    let copy =
        Copy::of("3-cold-start").change("run.json", |text| text[..text.len() / 2].to_owned());
    let error = RunFolder::open(copy.0.path()).salvage();
    let error = error.expect_err("is refused").to_string();
    assert!(
        error.contains("run.json:") && error.contains("EOF"),
        "{error}"
    );
}
