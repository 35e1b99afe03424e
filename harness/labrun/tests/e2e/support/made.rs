//! Runs whose numbers are made up, for what `labrun compare` says of them.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use super::{Lab, Ran, started_by};

/// A lab with the description of a run that it has measured: of a time, a size and a check.
pub(crate) struct Made {
    lab: Lab,
    run: Value,
}

/// Launches of a time: enough for an interval.
const LAUNCHES: u32 = 30;

/// What the time, the size and the check of a run are.
#[derive(Clone, Copy)]
pub(crate) struct Numbers {
    pub(crate) time: f64,
    pub(crate) size: f64,
    pub(crate) check: f64,
}

/// What a base has.
pub(crate) const BASE: Numbers = Numbers {
    time: 1e6,
    size: 1000.0,
    check: 1.0,
};

/// What has got slower.
pub(crate) const SLOW: Numbers = Numbers {
    time: 1.5e6,
    ..BASE
};

/// A launch of a row.
pub(crate) fn line(row: usize, block: u32, value: f64) -> Value {
    json!({"row": row, "block": block, "seq": block, "at_ns": block, "outcome": "measured",
           "value": value, "phases": {}})
}

impl Made {
    /// The lab, and its run.
    pub(crate) fn new() -> Self {
        Self::of(Lab::fixture(), "native/static")
    }

    /// Of a lab, for one of its isolations.
    pub(crate) fn of(lab: Lab, isolation: &str) -> Self {
        let lab = lab.samples(6);
        let ran = lab.measure(["-w", "right"]).exit(0);
        let mut run = ran.files.json("run.json");
        let rows = run["rows"].as_array_mut().expect("rows");
        rows.retain(|row| row["metric"] == "time_to_first_result" && row["isolation"] == isolation);
        rows.truncate(1);
        for (metric, params) in [
            ("size", json!({"form": "shipped"})),
            ("conformance", json!({"check": "clock"})),
        ] {
            let mut row = rows[0].clone();
            row["metric"] = metric.into();
            row["start"] = Value::Null;
            row["params"] = params;
            rows.push(row);
        }
        Self { lab, run }
    }

    /// The folder in which its runs are.
    pub(crate) fn path(&self) -> &std::path::Path {
        self.lab.path()
    }

    /// Writes a run with these numbers.
    pub(crate) fn run(&self, name: &str, numbers: Numbers) -> &Self {
        self.altered(name, numbers, |_, _| {})
    }

    /// Writes a run that is changed in its description and in its lines.
    pub(crate) fn altered(
        &self,
        name: &str,
        numbers: Numbers,
        change: impl FnOnce(&mut Value, &mut Vec<Value>),
    ) -> &Self {
        let time = |block: u32| numbers.time * (1.0 + 0.002 * f64::from(block % 5));
        let mut lines: Vec<Value> = (0..LAUNCHES)
            .map(|block| line(0, block, time(block)))
            .collect();
        lines.extend([line(1, 0, numbers.size), line(2, 0, numbers.check)]);
        let mut run = self.run.clone();
        run["id"] = name.into();
        change(&mut run, &mut lines);
        let folder = self.lab.path().join(name);
        fs::create_dir_all(&folder).expect("makes a folder");
        fs::write(folder.join("run.json"), run.to_string()).expect("writes the run");
        let lines: Vec<String> = lines.iter().map(Value::to_string).collect();
        fs::write(folder.join("samples.jsonl"), lines.join("\n") + "\n").expect("writes samples");
        self
    }

    /// Writes a replay of the time alone, in which side B takes so many times as long.
    pub(crate) fn replay(&self, name: &str, times: f64, change: impl FnOnce(&mut Value)) -> &Self {
        self.altered(name, BASE, |run, lines| {
            let side = |name: &str| {
                json!({"name": name, "of": name, "lab_version": "0.1.0",
                       "artifacts": run["artifacts"], "isolations": run["isolations"]})
            };
            let sides = [side("run:base"), side("run:slow")];
            run["replay"] = json!({"sides": sides, "margin": 0.02, "pairs": [{}]});
            run["rows"].as_array_mut().expect("rows").truncate(1);
            run["artifacts"] = json!([]);
            run["isolations"] = json!([]);
            lines.clear();
            for quad in 0..10 {
                for (place, side) in ["a", "b", "b", "a"].iter().enumerate() {
                    let value = if *side == "b" { 1e6 * times } else { 1e6 };
                    let mut line = line(0, quad, value * (1.0 + 0.001 * f64::from(quad % 3)));
                    line["seq"] = (4 * quad as usize + place).into();
                    line["side"] = (*side).into();
                    lines.push(line);
                }
            }
            change(run);
        })
    }

    /// Keeps only the first quads of a replay.
    pub(crate) fn first_quads(&self, name: &str, quads: usize) -> &Self {
        let path = self.lab.path().join(name).join("samples.jsonl");
        let text = fs::read_to_string(&path).expect("reads samples");
        let lines: Vec<&str> = text.lines().take(4 * quads).collect();
        fs::write(path, lines.join("\n") + "\n").expect("writes samples");
        self
    }

    /// Runs labrun in its folder.
    pub(crate) fn labrun(&self, args: &[&str]) -> Ran {
        self.lab.run(args)
    }

    /// Runs a labrun that is changed before.
    pub(crate) fn labrun_by(
        &self,
        args: &[&str],
        change: impl FnOnce(&mut Command) -> &mut Command,
    ) -> Ran {
        let mut command = self.lab.labrun(args);
        change(&mut command);
        self.lab.start(command, self.lab.path()).ended()
    }

    /// Runs labrun on a stdout that takes nothing.
    pub(crate) fn labrun_into_full(&self, args: &[&str]) -> Ran {
        let mut shell = Command::new("sh");
        shell.args(["-c", "exec \"$0\" \"$@\" >/dev/full"]);
        let command = started_by(shell, &self.lab.labrun(args));
        self.lab.start(command, self.lab.path()).ended()
    }

    /// Compares two of the runs; a word behind `--confirm` is one too.
    pub(crate) fn compare(&self, base: &str, candidate: &str, more: &[&str]) -> Ran {
        let folder = |name: &str| self.lab.path().join(name).display().to_string();
        let mut args = vec!["compare".to_owned(), folder(base), folder(candidate)];
        for (place, word) in more.iter().enumerate() {
            let is_run = place > 0 && more[place - 1] == "--confirm";
            args.push(if is_run {
                folder(word)
            } else {
                (*word).to_owned()
            });
        }
        self.lab.run(&args)
    }
}
