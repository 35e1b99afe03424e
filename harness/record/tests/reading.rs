//! Runs that were recorded by each labrun so far, read whole, added to and spoiled.

mod support;

use std::fs;

use labrun_record::{BlockLoad, Probes, Recorded, RunFolder, SCHEMA_VERSION};
use serde_json::{Value, json};
use support::{Copy, runs};

/// Adds a field to each object, but for maps, whose keys are data.
fn add_fields(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields.iter_mut() {
                if !["params", "phases", "environment"].contains(&name.as_str()) {
                    add_fields(value);
                }
            }
            fields.insert("of_a_later_labrun".to_owned(), json!({"deep": [1]}));
        }
        Value::Array(values) => values.iter_mut().for_each(add_fields),
        _ => {}
    }
}

fn add_fields_to_lines(lines: &str) -> String {
    let add = |line: &str| {
        let mut sample = serde_json::from_str(line).expect("is JSON");
        add_fields(&mut sample);
        format!("{sample}\n")
    };
    lines.lines().map(add).collect()
}

#[test]
fn a_run_of_every_schema_is_read() {
    let mut schemas = Vec::new();
    for entry in fs::read_dir(runs()).expect("has runs") {
        let folder = entry.expect("lists runs").path();
        if !folder.is_dir() {
            continue;
        }
        let read = RunFolder::open(&folder).read().expect("is read");
        let name = folder.file_name().expect("a name").to_string_lossy();
        let schema = read.run.schema_version;
        assert!(name.starts_with(&format!("{schema}-")), "{name}: {schema}");
        assert!(read.run.left_out.is_empty() && read.cut.is_none());
        let lines = fs::read_to_string(folder.join("samples.jsonl")).expect("reads");
        assert_eq!(read.samples.len(), lines.lines().count());
        let all = (0..read.run.rows.len()).all(|row| read.samples.iter().any(|s| s.row == row));
        assert!(all, "{name}: each row has a sample");
        schemas.push(schema);
    }
    for schema in 1..=SCHEMA_VERSION {
        assert!(schemas.contains(&schema), "no run of schema {schema}");
    }
}

#[test]
fn what_the_first_labruns_left_unsaid_is_what_they_did() {
    let plan = Copy::of("1-first").read().run.plan;
    assert_eq!((plan.half_width, plan.warm_repeats), (0.02, 1000));
    let plan = Copy::of("1-method-1").read().run.plan;
    assert_eq!((plan.half_width, plan.warm_repeats), (0.05, 1000));
}

#[test]
fn fields_that_are_not_known_are_passed_over_wherever_they_are() {
    for run in ["1-first", "1-all", "2-all", "3-all", "3-replay"] {
        let more = Copy::of(run)
            .change_run(add_fields)
            .change("samples.jsonl", add_fields_to_lines)
            .read();
        let plain = Copy::of(run).read();
        assert_eq!(more.run, plain.run);
        assert_eq!(more.samples, plain.samples);
    }
}

#[test]
fn a_row_with_a_word_that_is_not_known_is_left_out_and_named() {
    let plain = Copy::of("2-all").read();
    let (second, last) = (plain.run.parts[1].first_row, plain.run.rows.len() - 1);
    let gone = [1, second, last];
    let read = Copy::of("2-all")
        .change_run(|run| {
            run["rows"][1]["metric"] = json!("energy");
            run["rows"][second]["tier"] = json!("enclave");
            run["rows"][last]["metric"] = json!("energy");
            run["references"][0]["metric"] = json!("energy");
        })
        .read();
    assert_eq!(
        read.run.left_out,
        [
            "`energy` in rows: add native native/static process energy",
            "`enclave` in rows: noop native native/static memory_idle pss",
            "`energy` in rows: sha256 native native/static energy op=hash",
            "`energy` in references: native/static process energy",
        ]
    );
    let of = |read: &Recorded| {
        let rows = &read.run.rows;
        let of_sample = |sample: &labrun_record::Sample| (rows[sample.row].clone(), sample.value);
        read.samples.iter().map(of_sample).collect::<Vec<_>>()
    };
    let mut rest = of(&plain);
    rest.retain(|(row, _)| gone.iter().all(|n| *row != plain.run.rows[*n]));
    assert_eq!(of(&read), rest, "each other sample has its own row");
    for (part, before) in read.run.parts.iter().zip(&plain.run.parts) {
        let kept = (before.first_row..before.first_row + before.rows).filter(|n| !gone.contains(n));
        let kept: Vec<_> = kept.map(|n| &plain.run.rows[n]).collect();
        let rows = &read.run.rows[part.first_row..part.first_row + part.rows];
        assert_eq!(rows.iter().collect::<Vec<_>>(), kept);
    }
}

#[test]
fn a_row_is_left_out_if_one_of_its_samples_says_what_is_not_known() {
    let read = Copy::of("2-cold-start")
        .change("samples.jsonl", |lines| {
            lines.replacen("\"measured\"", "\"throttled\"", 1)
        })
        .read();
    let plain = Copy::of("2-cold-start").read();
    let row = plain.samples[0].row;
    assert_eq!(read.run.rows.len(), plain.run.rows.len() - 1);
    assert!(!read.run.rows.contains(&plain.run.rows[row]));
    assert!(read.run.left_out[0].starts_with("`throttled` in rows: add "));
}

#[test]
fn a_word_that_is_not_known_outside_the_lists_is_refused_with_who_reads_it() {
    let fault = Copy::of("2-cold-start")
        .change_run(|run| {
            run["machine"]["cgroup"] = json!("v3");
            run["lab_version"] = json!("0.9.0");
        })
        .fault();
    assert!(
        fault.contains("run.json:1: machine.cgroup: unknown variant `v3`"),
        "{fault}"
    );
    assert!(fault.ends_with("use labrun 0.9.0 or newer"), "{fault}");
}

#[test]
fn a_newer_schema_is_refused_with_what_to_do() {
    let newer = |by: Value| {
        let run = Copy::of("2-cold-start").change_run(|run| {
            run["schema_version"] = json!(99);
            run["lab_version"] = by;
        });
        run.fault()
    };
    let fault = newer(json!("0.9.0"));
    let told = format!(
        "run.json: written by a newer labrun (schema 99; this one reads up to {SCHEMA_VERSION}): use labrun 0.9.0 or newer"
    );
    assert!(fault.ends_with(&told), "{fault}");
    let fault = newer(Value::Null);
    assert!(
        fault.ends_with("use the labrun that wrote it, or a newer one"),
        "{fault}"
    );
}

#[test]
fn a_run_without_a_schema_is_refused() {
    for schema in [Value::Null, json!(0), json!(-1), json!("2")] {
        let run = Copy::of("2-cold-start").change_run(|run| run["schema_version"] = schema);
        let fault = run.fault();
        assert!(fault.contains("`schema_version` is missing"), "{fault}");
    }
    let run = Copy::of("2-cold-start").change("run.json", |_| "[]".to_owned());
    assert!(run.fault().contains("`schema_version` is missing"));
}

#[test]
fn a_sample_of_a_row_that_is_not_there_is_refused_by_its_line() {
    for outcome in ["measured", "throttled"] {
        let line = format!(
            "{{\"row\":4,\"block\":0,\"seq\":0,\"at_ns\":0,\"outcome\":\"{outcome}\",\"value\":1.0}}\n"
        );
        let fault = Copy::of("2-cold-start")
            .change("samples.jsonl", |lines| line + lines)
            .fault();
        let told = "samples.jsonl:1: row 4 is not in run.json, which has 4";
        assert!(fault.ends_with(told), "{fault}");
    }
}

#[test]
fn a_part_with_rows_that_are_not_there_is_refused() {
    for (first, rows) in [(22, 1), (0, 23), (usize::MAX, 0), (usize::MAX, usize::MAX)] {
        let fault = Copy::of("2-all")
            .change_run(|run| {
                assert_eq!(run["rows"].as_array().map(Vec::len), Some(22));
                run["parts"][1]["first_row"] = json!(first);
                run["parts"][1]["rows"] = json!(rows);
            })
            .fault();
        assert!(
            fault.contains("run.json:1: the part memory has the rows"),
            "{fault}"
        );
    }
}

#[test]
fn a_last_line_that_was_cut_is_set_aside() {
    for run in ["1-first", "2-cold-start"] {
        let whole = Copy::of(run).read();
        let cut = Copy::of(run)
            .change("samples.jsonl", |lines| {
                lines[..lines.len() - 10].to_owned()
            })
            .read();
        let all_but_one = whole.samples.len() - 1;
        assert_eq!(cut.samples, whole.samples[..all_but_one]);
        assert!(cut.cut.is_some_and(|line| line.starts_with("{\"row\":")));
    }
}

#[test]
fn whatever_a_run_says_can_be_shown() {
    let run = Copy::of("3-cold-start")
        .change_run(|run| {
            run["id"] = json!("\u{1b}]0;title\u{7}a\u{202e}run");
            run["rows"][0]["params"] = json!({"\u{1b}[1mop": "read\u{7}"});
        })
        .change("samples.jsonl", |lines| {
            let (first, rest) = lines.split_once('\n').expect("has lines");
            let mut first: Value = serde_json::from_str(first).expect("is JSON");
            first["reason"] = json!("\u{1b}[31mred\r\n\u{9b}");
            first["phases"] = json!({"call\u{1b}[A": 1.0});
            format!("{first}\n{rest}")
        })
        .read();
    assert_eq!(run.run.id, "a\\u{202e}run");
    assert_eq!(run.run.rows[0].params["op"], "read\\u{7}");
    assert_eq!(run.samples[0].reason.as_deref(), Some("red\n\\u{9b}"));
    let phases: Vec<_> = run.samples[0].phases.iter().collect();
    assert_eq!(phases, [("call", 1.0)]);
}

#[test]
fn what_the_processors_did_is_read_as_far_as_it_is_sound() {
    let run = Copy::of("3-cold-start");
    assert!(run.read().run.blocks.is_empty(), "an older run has none");
    let sound =
        r#"{"first":0,"end":9,"seconds":1.5,"others":0.25,"most_by":"\u001b[1mcargo","steal":0.0}"#;
    let unknown =
        r#"{"first":9,"end":10,"seconds":0.5,"others":null,"steal":0.1,"of_a_later_labrun":1}"#;
    let wrong = r#"{"first":9,"end":10,"seconds":0.5,"others":7.0,"steal":0.0}"#;
    let cut = &sound[..30];
    let lines = [sound, unknown, wrong, "", cut].join("\n");
    fs::write(run.0.path().join("blocks.jsonl"), lines).expect("writes");
    let blocks = run.read().run.blocks;
    assert_eq!(blocks.len(), 2, "{blocks:?}");
    assert_eq!(blocks[0].most_by.as_deref(), Some("cargo"));
    assert_eq!((blocks[0].others, blocks[1].others), (Some(0.25), None));
}

#[test]
fn probes_are_read_as_they_were_written_and_of_older_lines_there_are_none() {
    let run = Copy::of("3-cold-start");
    let written = BlockLoad {
        first: 0,
        end: 9,
        seconds: 1.5,
        others: None,
        most_by: None,
        steal: 0.0,
        probes: Some(Probes {
            cpu_ns: Some(3_100_000),
            memory_ns: None,
            spawn_ns: Some(1),
            fsync_ns: Some(1_200_000),
        }),
    };
    let line = serde_json::to_string(&written).expect("is JSON");
    assert!(!line.contains("memory_ns"), "{line}");
    let older = r#"{"first":9,"end":10,"seconds":0.5,"others":0.1,"steal":0.0}"#;
    let part = r#"{"first":10,"end":11,"seconds":0.5,"others":0.1,"steal":0.0,"probes":{"of_a_later_labrun":1}}"#;
    // Nothing takes no time.
    let wrong =
        r#"{"first":11,"end":12,"seconds":0.5,"others":0.1,"steal":0.0,"probes":{"cpu_ns":0}}"#;
    let lines = [&line, older, part, wrong].join("\n");
    fs::write(run.0.path().join("blocks.jsonl"), lines).expect("writes");
    let blocks = run.read().run.blocks;
    assert_eq!(blocks.len(), 3, "{blocks:?}");
    assert_eq!(blocks[0], written);
    assert_eq!(blocks[1].probes, None);
    assert_eq!(blocks[2].probes, Some(Probes::default()));
}
