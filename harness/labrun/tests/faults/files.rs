//! Whether a run that was ended has all that it had taken, and can be read.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::kill::Ending;
use crate::lab::Lab;

/// Adds to `lost` what is wrong with a run of which so much was `seen` on disk, and this was `told`,
/// right before it was ended. Gives how many samples it has.
pub(crate) fn check(
    lab: &Lab,
    run: &Path,
    seen: &[u8],
    told: &str,
    ending: Ending,
    lost: &mut Vec<String>,
) -> usize {
    let kept = fs::read(run.join("samples.jsonl")).expect("reads the samples");
    if !kept.starts_with(seen) {
        lost.push("what was on disk before is not there".to_owned());
    }
    let mut lines: Vec<&[u8]> = kept.split_inclusive(|byte| *byte == b'\n').collect();
    let is_whole = |line: &&[u8]| line.ends_with(b"\n");
    // The kernel may end a write in the middle of a line with its process: what was not written
    // whole was not taken before.
    if ending == Ending::Kill && !lines.last().is_none_or(is_whole) {
        lines.pop();
    }
    let mut launches = 0;
    // Of each row the values, unless a launch of it went wrong.
    let mut values: BTreeMap<u64, Option<u64>> = BTreeMap::new();
    for line in lines {
        let Ok(sample) = serde_json::from_slice::<Value>(line) else {
            lost.push(format!("no line: {}", String::from_utf8_lossy(line)));
            continue;
        };
        let (row, launch) = (&sample["row"], sample["seq"].as_u64());
        match launch {
            Some(launch) if launch + 1 == launches => {}
            Some(launch) if launch == launches => launches += 1,
            _ => lost.push(format!("launch {launches} is missing before {launch:?}")),
        }
        let row = row.as_u64().expect("a row");
        let is_measured = sample["outcome"] == "measured";
        let count = values.entry(row).or_insert(Some(0));
        *count = count.filter(|_| is_measured).map(|count| count + 1);
    }
    let said_of_end = fs::read(run.join("run.json")).expect("reads the run");
    match serde_json::from_slice::<Value>(&said_of_end) {
        Ok(run) if run["interrupted"].is_string() => {}
        // Its time is told once it is over: it was ended while its page was made.
        Ok(run) if run["spent"].is_object() => {}
        Ok(_) => lost.push("run.json does not say that it was interrupted".to_owned()),
        Err(error) => lost.push(format!("run.json: {error}")),
    }
    if launches < last_told(told) {
        lost.push(format!(
            "{} launches were told, and {launches} are kept",
            last_told(told)
        ));
    }
    let report = said(lab, &["report", name(run), "--json"], lost);
    let rows = report["results"].as_array().cloned().unwrap_or_default();
    for (row, count) in &values {
        let result = rows.get(*row as usize).unwrap_or(&Value::Null);
        let n = result["n"].as_u64();
        if result["outcome"] == "measured" && n != *count {
            lost.push(format!(
                "report has {n:?} launches of row {row}, and {count:?} are kept"
            ));
        }
        if result.is_null() {
            lost.push(format!("report has no row {row}"));
        }
    }
    if values.values().any(|count| *count > Some(0)) {
        let twin = tempfile::tempdir().expect("makes a folder");
        for entry in fs::read_dir(run).expect("lists the run") {
            let entry = entry.expect("an entry");
            fs::copy(entry.path(), twin.path().join(entry.file_name())).expect("copies a file");
        }
        let compared = said(
            lab,
            &["compare", name(run), name(twin.path()), "--json"],
            lost,
        );
        let pairs = compared["rows"].as_array().map(Vec::len);
        if pairs != Some(rows.len()) {
            lost.push(format!("compare has {pairs:?} rows of {}", rows.len()));
        }
    }
    values.values().flatten().sum::<u64>() as usize
}

/// What labrun prints of runs: JSON, whatever its exit code says of them.
fn said(lab: &Lab, args: &[&str], lost: &mut Vec<String>) -> Value {
    let (ran, _) = lab.ran(args);
    serde_json::from_slice(&ran.stdout).unwrap_or_else(|_| {
        let why = String::from_utf8_lossy(&ran.stderr);
        lost.push(format!("{} says no JSON: {why}", args[0]));
        Value::Null
    })
}

/// How many launches labrun told last that it had taken: `measuring: 12 of 1000, 10 s`.
fn last_told(told: &str) -> u64 {
    let mut lines = told.lines().rev();
    let number = |line: &str| {
        let (_, rest) = line.split_once("measuring: ")?;
        rest.split(' ').next()?.parse().ok()
    };
    lines.find_map(number).unwrap_or_default()
}

fn name(run: &Path) -> &str {
    run.to_str().expect("plain text")
}

/// Whether a run was over before anything could interrupt it: its files are complete, and say so.
pub(crate) fn is_complete(run: &Path) -> bool {
    let said_of_end = fs::read(run.join("run.json")).unwrap_or_default();
    let said_of_end: Value = serde_json::from_slice(&said_of_end).unwrap_or_default();
    said_of_end["spent"].is_object()
        && !said_of_end["interrupted"].is_string()
        && run.join("summary.json").exists()
}
