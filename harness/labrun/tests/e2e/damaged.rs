//! `labrun report` of runs that are damaged, newer, or do not belong together: what can be read is shown,
//! and what cannot is named.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::{Lab, RunFiles};

pub(crate) fn recorded() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../record/tests/runs")
}

/// A copy of a recorded run in the lab's folder, by another name.
fn copy(lab: &Lab, run: &str, name: &str) -> RunFiles {
    let files = RunFiles::of(&lab.path().join(name));
    fs::create_dir_all(files.path()).expect("makes a folder");
    for file in ["run.json", "samples.jsonl"] {
        fs::copy(recorded().join(run).join(file), files.path().join(file)).expect("copies");
    }
    change(&files, |run| run["id"] = json!(name));
    files
}

fn change(files: &RunFiles, change: impl FnOnce(&mut Value)) {
    let mut run = files.json("run.json");
    change(&mut run);
    write(files, "run.json", &run.to_string());
}

fn write(files: &RunFiles, file: &str, text: &str) {
    fs::write(files.path().join(file), text).expect("writes");
}

#[test]
fn lines_that_cannot_be_read_are_named_and_the_others_are_shown() {
    let lab = Lab::unbuilt();
    let files = copy(&lab, "3-cold-start", "run");
    lab.run(["report", "run"]).exit(0);
    let whole = files.json("summary.json");
    let text = files.text("samples.jsonl");
    let mut lines: Vec<&str> = text.lines().collect();
    (lines[0], lines[3]) = ("\u{0}\u{0}\u{0}", "<script>no line</script>");
    write(&files, "samples.jsonl", &(lines.join("\n") + "\n"));
    let said = "2 lines of samples.jsonl cannot be read and are left out, the first is line 1: ";
    let ran = lab
        .run(["report", "run", "--json"])
        .exit(0)
        .stderr_has(said);
    let n = |summary: &Value| {
        let rows = summary["results"].as_array().expect("results");
        rows.iter().filter_map(|row| row["n"].as_u64()).sum::<u64>()
    };
    assert_eq!(n(&ran.json()), n(&whole) - 2);
    let page = files.text("report.html");
    assert!(
        page.contains("Damaged. </strong>2 lines of samples.jsonl"),
        "{page}"
    );
    assert!(!page.contains("<script>no line"), "{page}");
    // The summary may be of all that was measured, which is nowhere else any more.
    ran.stderr_has("summary.json stays as it was, since the run is damaged");
    assert_eq!(files.json("summary.json"), whole);
    // What decides takes no such run.
    copy(&lab, "3-cold-start", "other");
    lab.run(["compare", "other", "run"])
        .exit(2)
        .stderr_has(said)
        .stderr_has("`labrun report run` shows what can be read");
}

#[test]
fn a_run_whose_samples_are_gone_has_a_page_that_says_so() {
    let lab = Lab::unbuilt();
    let files = copy(&lab, "3-cold-start", "run");
    fs::remove_file(files.path().join("samples.jsonl")).expect("removes");
    let said = "samples.jsonl is not there, so nothing is known to be measured";
    lab.run(["report", "run"]).exit(0).stderr_has(said);
    assert!(files.text("report.html").contains(said));
}

#[test]
fn what_cannot_be_is_named_and_never_shown_as_a_number() {
    let lab = Lab::unbuilt();
    let files = copy(&lab, "3-cold-start", "run");
    let text = files.text("samples.jsonl");
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for (line, value) in [(0, json!(-777_000.0)), (1, json!(1e308)), (2, Value::Null)] {
        let mut sample: Value = serde_json::from_str(&lines[line]).expect("is JSON");
        sample["value"] = value;
        lines[line] = sample.to_string();
    }
    lines.push(lines[7].clone());
    write(&files, "samples.jsonl", &(lines.join("\n") + "\n"));
    let ran = lab.run(["report", "run", "--full"]).exit(0);
    let page = files.text("report.html");
    for said in [
        "2 lines of samples.jsonl have numbers that cannot be and are left out, the first is line 1: -777000.0 is no ",
        "1 line of samples.jsonl says \u{201c}measured\u{201d}, has no value and is left out, the first is line 3: ",
        "1 line of samples.jsonl says again what was said before and is left out, the first is line ",
    ] {
        assert!(ran.stderr.contains(said), "{said}: {}", ran.stderr);
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(!ran.stdout.contains("-777"), "{}", ran.stdout);
    let shown = page.replace("-777000.0 is no ", "");
    assert!(
        !shown.contains("-777")
            && !shown.contains("e308")
            && !shown.contains("00000000000000000000")
    );
}

#[test]
fn rows_whose_lines_are_gone_are_unavailable_and_say_why() {
    let lab = Lab::unbuilt();
    let files = copy(&lab, "3-cold-start", "run");
    write(&files, "samples.jsonl", "");
    let said = "samples.jsonl is empty, so nothing is known to be measured";
    let ran = lab
        .run(["report", "run", "--json"])
        .exit(0)
        .stderr_has(said);
    assert!(files.text("report.html").contains(said));
    let rows = ran.json()["results"].as_array().expect("results").clone();
    for row in &rows {
        assert_eq!(row["outcome"], "unavailable", "{row}");
        let reason = row["reason"].as_str().expect("a reason");
        assert!(
            reason.contains("the run is damaged: take the run from"),
            "{reason}"
        );
    }
}

#[test]
fn a_run_is_named_once() {
    let lab = Lab::unbuilt();
    copy(&lab, "3-cold-start", "run");
    let again = lab.path().join("run/run.json");
    let again = again.to_str().expect("a name");
    for other in ["run", "./run/", again] {
        lab.run(["report", "run", other])
            .exit(2)
            .stderr_has(&format!("run and {other} are one run: name each run once"));
        lab.run(["compare", "run", other])
            .exit(2)
            .stderr_has("are one run: give a baseline, and another run that is compared with it");
    }
    assert!(!lab.path().join("report.html").exists());
}

#[test]
fn what_else_the_processors_did_is_left_out_where_it_cannot_be_read() {
    let lab = Lab::unbuilt();
    let files = copy(&lab, "3-cold-start", "run");
    let sound = r#"{"first":0,"end":9,"seconds":1.5,"others":0.25,"steal":0.0}"#;
    write(&files, "blocks.jsonl", &format!("{sound}\nno line\n{{}}\n"));
    let said = "2 lines of blocks.jsonl cannot be read";
    lab.run(["report", "run"]).exit(0).stderr_has(said);
    assert!(files.text("report.html").contains(said));
}

#[test]
fn a_summary_that_does_not_fit_is_made_anew() {
    let lab = Lab::unbuilt();
    let files = copy(&lab, "3-cold-start", "run");
    lab.run(["report", "run"]).exit(0);
    let right = files.json("summary.json");
    for (file, text) in [
        ("summary.json", "{\"schema_version\":3,\"results\":["),
        ("summary.json", "{}"),
        ("summary.json", ""),
    ] {
        write(&files, file, text);
        lab.run(["report", "run"]).exit(0);
        assert_eq!(files.json("summary.json"), right);
    }
    // That of another run.
    copy(&lab, "3-replay", "other");
    lab.run(["report", "other"]).exit(0);
    let other = RunFiles::of(&lab.path().join("other")).text("summary.json");
    write(&files, "summary.json", &other);
    lab.run(["report", "run"]).exit(0);
    assert_eq!(files.json("summary.json"), right);
}

#[test]
fn a_run_that_cannot_be_read_is_named_and_the_others_are_shown() {
    let lab = Lab::unbuilt();
    copy(&lab, "3-cold-start", "good");
    let newer = copy(&lab, "3-cold-start", "newer");
    change(&newer, |run| {
        run["schema_version"] = json!(99);
        run["lab_version"] = json!("0.9.0");
    });
    let cut = copy(&lab, "3-cold-start", "cut");
    let text = cut.text("run.json");
    write(&cut, "run.json", &text[..text.len() / 2]);
    let told = [
        "newer/run.json: written by a newer labrun (schema 99; this one reads up to 3): use labrun 0.9.0 or newer",
        "take the run from where it was measured",
        "nowhere is no run: it has no run.json",
    ];
    let mut ran = lab
        .run([
            "report",
            "newer",
            "good",
            "cut",
            "nowhere",
            "-o",
            "page.html",
        ])
        .exit(2)
        .stdout_has("page.html");
    for told in told {
        ran = ran.stderr_has(told);
    }
    let page = fs::read_to_string(lab.path().join("page.html")).expect("there is a page");
    assert_eq!(page.matches("Not shown. </strong>").count(), 3, "{page}");
    assert!(
        page.contains("written by a newer labrun (schema 99"),
        "{page}"
    );
    assert!(
        page.contains("<title>cold-start \u{b7} good</title>"),
        "{page}"
    );
    for refused in ["newer", "cut"] {
        assert!(!lab.path().join(refused).join("report.html").exists());
    }
    // Alone there is nothing to show.
    for (run, told) in [("newer", told[0]), ("cut", told[1]), ("nowhere", told[2])] {
        let ran = lab.run(["report", run, "-o", "none.html"]).exit(2);
        assert_eq!(ran.stderr_has(told).stdout, "");
        assert!(!lab.path().join("none.html").exists());
    }
}

#[test]
fn runs_that_do_not_belong_together_stand_under_their_own_headings() {
    let lab = Lab::unbuilt();
    copy(&lab, "3-cold-start", "start");
    copy(&lab, "3-replay", "replay");
    let ran = lab.run(["report", "start", "replay"]).exit(0);
    ran.stderr_has("replay is a replay, which has both sides in itself");
    let page = fs::read_to_string(lab.path().join("report.html")).expect("there is a page");
    assert!(
        page.contains("By itself. </strong>replay is a replay"),
        "{page}"
    );
    for heading in ["id=\"r0-run\"", "id=\"r1-run\""] {
        assert_eq!(page.matches(heading).count(), 1);
    }
    let size = copy(&lab, "3-cold-start", "other");
    change(&size, |run| {
        for row in run["rows"].as_array_mut().expect("rows") {
            row["workload"] = json!("another");
        }
    });
    let ran = lab.run(["report", "start", "other"]).exit(0);
    ran.stderr_has("other, of the scenario cold-start, has no row in common with the other runs");
}

#[test]
fn report_prints_the_whole_table_of_each_run_where_that_is_asked_for() {
    let lab = Lab::unbuilt();
    copy(&lab, "3-cold-start", "a");
    copy(&lab, "3-cold-start", "b");
    let ran = lab.run(["report", "a", "b", "--full"]).exit(0);
    assert_eq!(
        ran.stdout
            .matches("add \u{b7} time to first result")
            .count(),
        2
    );
    assert!(ran.stdout.ends_with("report.html\n"), "{}", ran.stdout);
    lab.run(["report", "a", "--full", "--json"])
        .exit(2)
        .stderr_has("--json");
}
