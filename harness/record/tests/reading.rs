//! Runs that were recorded by each labrun so far, read whole, added to and spoiled.

use std::fs;
use std::path::{Path, PathBuf};

use labrun_record::{Recorded, RunFolder, SCHEMA_VERSION};
use serde_json::{Value, json};
use tempfile::TempDir;

fn runs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/runs")
}

/// A copy of a recorded run, which a test may change.
struct Copy(TempDir);

impl Copy {
    fn of(run: &str) -> Self {
        let copy = tempfile::tempdir().expect("a folder");
        for file in ["run.json", "samples.jsonl"] {
            fs::copy(runs().join(run).join(file), copy.path().join(file)).expect("copies");
        }
        Self(copy)
    }

    fn change(self, file: &str, change: impl FnOnce(&str) -> String) -> Self {
        let path = self.0.path().join(file);
        let text = fs::read_to_string(&path).expect("reads");
        fs::write(path, change(&text)).expect("writes");
        self
    }

    fn change_run(self, change: impl FnOnce(&mut Value)) -> Self {
        self.change("run.json", |text| {
            let mut run = serde_json::from_str(text).expect("is JSON");
            change(&mut run);
            run.to_string()
        })
    }

    fn read(&self) -> Recorded {
        RunFolder::open(self.0.path()).read().expect("is read")
    }

    fn fault(&self) -> String {
        let error = RunFolder::open(self.0.path())
            .read()
            .expect_err("is refused");
        error.to_string()
    }
}

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
    assert_eq!(
        said,
        [format!("blocks.jsonl tells of 9 of {all} launches: {told}")]
    );
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
