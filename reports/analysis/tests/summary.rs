//! `summary.json`: its exact shape, and how outcomes and ratios arise from lines.

mod support;

use std::path::Path;

use labrun_analysis::{Summary, Verdict, WarningKind, summarise};
use labrun_record::{Artifact, Metric, Outcome, Part, Plan, Sample, Target, UNCHECKED};
use serde_json::{Value, json};
use support::{Noise, lines, run, sample};

fn measured() -> Vec<Sample> {
    let mut noise = Noise::new(1);
    let mut samples = lines(0, &noise.lognormal(40, 152e3, 0.05));
    samples.extend(lines(1, &noise.lognormal(40, 1.69e6, 0.04)));
    samples
}

fn keys(value: &Value) -> Vec<&str> {
    value
        .as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect()
}

#[test]
fn the_shape_is_that_of_the_design() {
    let mut samples = measured();
    for line in &mut samples {
        line.phases = [("spawn", 100.0)].into_iter().collect();
    }
    let json = serde_json::to_value(summarise(&run(), &samples)).expect("serialises");
    assert_eq!(json["schema_version"], 3);
    assert_eq!(json["scenario"], "cold-start");
    assert_eq!(json["run"], "made-up");
    assert_eq!(json["indicative"], false);
    assert_eq!(
        json["machine"],
        json!({"arch": "x86_64", "cpu": "AMD EPYC", "emulated": false,
               "class": "x86_64/amd-epyc/2c/24g/linux-6.18/kvm"})
    );
    let row = &json["results"][1];
    let identity = json!({
        "workload": "add", "target": "wasip1", "isolation": "wasmtime/cranelift-aot",
        "tier": "wasm-sandbox", "arch": "x86_64", "metric": "time_to_first_result",
        "start": "process", "scope": null, "params": {}, "unit": "ns", "better": "lower",
        "outcome": "measured", "reason": null, "isolation_version": "48.0.8", "n": 40,
        "phases": {"spawn": {"median": 100.0}},
    });
    for (name, wanted) in identity.as_object().expect("an object") {
        assert_eq!(&row[name], wanted, "{name}");
    }
    let (low, median, high) = (&row["ci"][0], &row["median"], &row["ci"][1]);
    assert!(low.as_f64() < median.as_f64() && median.as_f64() < high.as_f64());
    assert!(row["min"].as_f64() < row["p90"].as_f64());
    assert_eq!(row["p95"], Value::Null);
    assert_eq!(row["ratio"]["to"], "native/static");
    assert_eq!(row["ratio"]["verdict"], "worse");
    assert!(row["ratio"]["ci"][0].as_f64() < row["ratio"]["value"].as_f64());
    assert_eq!(json["results"][0]["ratio"], Value::Null);
}

#[test]
fn a_row_that_was_not_measured_has_no_numbers() {
    let mut samples = measured();
    samples.push(sample(1, 40, Outcome::Failed, None));
    samples.push(sample(1, 41, Outcome::Mismatch, None));
    samples.push(sample(1, 42, Outcome::Timeout, None));
    let json = serde_json::to_value(summarise(&run(), &samples)).expect("serialises");
    let row = &json["results"][1];
    assert_eq!(row["outcome"], "mismatch");
    assert_eq!(row["reason"], "because mismatch");
    for name in [
        "n", "median", "ci", "min", "p90", "ratio", "phases", "curve",
    ] {
        assert!(!keys(row).contains(&name), "{name}");
    }
}

#[test]
fn it_reads_back_as_it_was() {
    let mut samples = measured();
    samples.push(sample(0, 40, Outcome::Unavailable, None));
    let summary = summarise(&run(), &samples);
    let text = serde_json::to_string(&summary).expect("serialises");
    assert_eq!(
        serde_json::from_str::<Summary>(&text).expect("parses"),
        summary
    );
}

#[test]
fn a_row_without_lines_was_not_selected() {
    let summary = summarise(&run(), &[]);
    assert_eq!(summary.results[0].outcome, Outcome::NotSelected);
    let mut run = run();
    run.interrupted = Some("Ctrl-C".into());
    let summary = summarise(&run, &[]);
    let reason = summary.results[0].reason.clone().expect("a reason");
    assert_eq!(reason, "it had no launch: Ctrl-C");
    assert_eq!(summary.warnings[0].name, WarningKind::Interrupted);
}

#[test]
fn an_interruption_takes_nothing_away() {
    let mut samples = measured();
    samples.push(sample(1, 40, Outcome::NotSelected, None));
    assert_eq!(
        summarise(&run(), &samples).results[1].outcome,
        Outcome::Measured
    );
}

#[test]
fn measured_without_a_number_is_failed() {
    let mut samples = measured();
    samples.push(sample(1, 40, Outcome::Measured, None));
    let row = &summarise(&run(), &samples).results[1];
    assert_eq!(row.outcome, Outcome::Failed);
    assert!(row.numbers.is_none());
}

#[test]
fn few_launches_give_a_number_and_no_verdict() {
    let mut noise = Noise::new(2);
    let mut samples = lines(0, &noise.lognormal(40, 152e3, 0.05));
    samples.extend(lines(1, &noise.lognormal(3, 1.69e6, 0.04)));
    let summary = summarise(&run(), &samples);
    let numbers = summary.results[1].numbers.as_ref().expect("numbers");
    assert_eq!((numbers.n, numbers.ci), (3, None));
    let ratio = numbers.ratio.as_ref().expect("a ratio");
    assert_eq!((ratio.ci, ratio.verdict), (None, Verdict::Inconclusive));
    assert!(
        summary
            .warnings
            .iter()
            .any(|w| w.name == WarningKind::FewLaunches)
    );
}

#[test]
fn the_same_files_give_the_same_numbers() {
    let samples = measured();
    let whole = summarise(&run(), &samples);
    assert_eq!(summarise(&run(), &samples), whole);
    let mut more = run();
    let mut other = more.rows[1].clone();
    other.isolation = "wasmer/cranelift-aot".into();
    more.rows.push(other);
    assert_eq!(summarise(&more, &samples).results[..2], whole.results[..]);
}

#[test]
fn emulated_rows_have_no_ratio() {
    let mut emulated = run();
    emulated.machine.emulated = true;
    let summary = summarise(&emulated, &measured());
    assert!(
        summary
            .results
            .iter()
            .all(|r| r.numbers.as_ref().expect("numbers").ratio.is_none())
    );
    let mut foreign = run();
    for row in &mut foreign.rows {
        row.arch = "aarch64".into();
    }
    let summary = summarise(&foreign, &measured());
    assert!(
        summary
            .results
            .iter()
            .all(|r| r.numbers.as_ref().expect("numbers").ratio.is_none())
    );
}

#[test]
fn the_artifact_is_the_rows_own() {
    let artifact = |triple: &str, isolation: Option<&str>, sha256: &str| Artifact {
        workload: "add".into(),
        target: if triple.contains("wasi") {
            Target::Wasip1
        } else {
            Target::Native
        },
        triple: triple.into(),
        path: "add".into(),
        sha256: sha256.into(),
        bytes: 1,
        toolchain: "rustc 1.95.0".into(),
        isolation: isolation.map(Into::into),
        exports: false,
    };
    let mut run = run();
    let exports = Artifact {
        exports: true,
        ..artifact(
            "x86_64-unknown-linux-musl",
            Some("native/static"),
            "exports",
        )
    };
    run.artifacts = vec![
        exports,
        artifact("x86_64-unknown-linux-gnu", None, "gnu"),
        artifact("x86_64-unknown-linux-musl", None, "musl"),
        artifact("wasm32-wasip1", None, "module"),
        artifact(
            "wasm32-wasip1",
            Some("wasmtime/cranelift-aot"),
            "precompiled",
        ),
    ];
    let summary = summarise(&run, &measured());
    let digest = |row: usize| summary.results[row].artifact_sha256.as_deref();
    assert_eq!((digest(0), digest(1)), (Some("musl"), Some("precompiled")));
    run.rows[0].params.insert("export".into(), "add".into());
    let summary = summarise(&run, &measured());
    let digest = |row: usize| summary.results[row].artifact_sha256.as_deref();
    assert_eq!(
        (digest(0), digest(1)),
        (Some("exports"), Some("precompiled"))
    );
}

/// Both rows are `memory_marginal`, compared whatever `instances` the reference has.
fn slopes(values: [f64; 2]) -> Summary {
    let mut run = run();
    for (row, instances) in run.rows.iter_mut().zip(["1..64", "1..8"]) {
        row.metric = Metric::MemoryMarginal;
        row.start = None;
        row.scope = Some("pss".into());
        row.params.insert("instances".into(), instances.into());
    }
    run.references[0].metric = Metric::MemoryMarginal;
    run.references[0].start = None;
    run.references[0].params = [("instances".to_owned(), "1..64".to_owned())].into();
    let samples: Vec<Sample> = (0..2)
        .flat_map(|row| lines(row, &[values[row]; 10]))
        .collect();
    summarise(&run, &samples)
}

#[test]
fn a_ratio_names_the_params_in_which_the_reference_differs() {
    let summary = slopes([100e3, 9e6]);
    let numbers = summary.results[1].numbers.as_ref().expect("numbers");
    let ratio = numbers.ratio.as_ref().expect("a ratio");
    assert_eq!(ratio.to_params["instances"], "1..64");
    assert!((ratio.value - 90.0).abs() < 1e-9);
    let json = serde_json::to_value(&summary).expect("serialises");
    assert_eq!(
        json["results"][1]["ratio"]["to_params"],
        json!({"instances": "1..64"})
    );
}

#[test]
fn what_is_nothing_or_less_has_no_ratio() {
    for values in [[100e3, 0.0], [100e3, -300.0], [0.0, 9e6], [-5.0, -9.0]] {
        let summary = slopes(values);
        let numbers = summary.results[1].numbers.as_ref().expect("numbers");
        let has = numbers.ratio.is_some();
        assert!(!has, "{values:?}");
    }
}

#[test]
fn parts_are_in_the_summary_and_absent_where_there_are_none() {
    let mut run = run();
    let alone = serde_json::to_value(summarise(&run, &[])).expect("serialises");
    assert!(!keys(&alone).contains(&"parts"));
    run.parts = vec![Part {
        scenario: "memory".into(),
        question: "How much?".into(),
        plan: Plan {
            margin: 0.1,
            ..run.plan.clone()
        },
        first_row: 0,
        rows: 2,
    }];
    let json = serde_json::to_value(summarise(&run, &[])).expect("serialises");
    let wanted = json!([{"scenario": "memory", "question": "How much?", "margin": 0.1,
                         "first_row": 0, "rows": 2}]);
    assert_eq!(json["parts"], wanted);
}

#[test]
fn a_summary_of_every_schema_is_read_with_fields_that_are_not_known() {
    let runs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../harness/record/tests/runs");
    let files = std::fs::read_dir(runs).expect("has runs");
    let files = files.map(|entry| entry.expect("lists runs").path().join("summary.json"));
    let mut read = 0;
    for file in files.filter(|file| file.is_file()) {
        let text = std::fs::read_to_string(&file).expect("reads");
        let mut json: serde_json::Value = serde_json::from_str(&text).expect("is JSON");
        json["of_a_later_labrun"] = 1.into();
        json["machine"]["of_a_later_labrun"] = 1.into();
        let list = if json["replay"].is_object() {
            &mut json["replay"]["results"]
        } else {
            &mut json["results"]
        };
        list[0]["of_a_later_labrun"] = 1.into();
        let summary: Summary = serde_json::from_value(json).expect("is a summary");
        assert!(
            summary.results.iter().all(|row| row.numbers.is_some())
                && summary.results.is_empty() == summary.replay.is_some(),
            "{}",
            file.display()
        );
        read += 1;
    }
    assert!(read > 0);
}

#[test]
fn what_is_not_checked_is_compared_with_nothing() {
    let mut run = run();
    let [name, value] = UNCHECKED;
    for row in &mut run.rows {
        row.params.insert(name.to_owned(), value.to_owned());
    }
    let summary = summarise(&run, &measured());
    for row in &summary.results[..2] {
        assert_eq!(row.outcome, Outcome::Measured);
        assert_eq!(row.ratio(), None);
    }
}
