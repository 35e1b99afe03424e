//! What a labrun that has ended gave: exit code, output, the files of its run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::sync::Arc;

use serde_json::Value;
use tempfile::TempDir;

/// A labrun that has ended.
#[derive(Debug)]
pub(crate) struct Ran {
    /// Its process id.
    pub(crate) pid: u32,
    /// How it ended.
    pub(crate) status: ExitStatus,
    /// What it printed.
    pub(crate) stdout: String,
    /// What it told.
    pub(crate) stderr: String,
    /// The files of its run.
    pub(crate) files: RunFiles,
    /// Its lab, which holds them.
    #[expect(dead_code, reason = "held, so that the files stay")]
    pub(super) lab: Arc<TempDir>,
}

impl Ran {
    /// It exited with this code. A run whose plan was made has a result for each row.
    #[track_caller]
    pub(crate) fn exit(self, code: i32) -> Self {
        assert_eq!(self.status.code(), Some(code), "{}", self.both());
        if self.files.has("summary.json") {
            self.files.check_results();
        }
        self
    }

    /// It told this on stderr.
    #[track_caller]
    pub(crate) fn stderr_has(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "no {text:?} in {}", self.both());
        self
    }

    /// It printed this on stdout.
    #[track_caller]
    pub(crate) fn stdout_has(self, text: &str) -> Self {
        assert!(self.stdout.contains(text), "no {text:?} in {}", self.both());
        self
    }

    /// It printed JSON with a `schema_version`, and nothing else.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        let value: Value = serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("stdout is no JSON: {error}\n{}", self.both()));
        assert_eq!(value["schema_version"], 3, "{}", self.both());
        value
    }

    /// Every row of a workload on an isolation has this outcome, and a reason with
    /// this part; rows that are measured have numbers and no reason.
    #[track_caller]
    pub(crate) fn rows(self, workload: &str, isolation: &str, outcome: &str, reason: &str) -> Self {
        let rows = self.files.rows(workload, isolation);
        assert!(!rows.is_empty(), "no rows of {workload} on {isolation}");
        for row in rows {
            assert_eq!(row["outcome"], outcome, "{row:#}\n{}", self.both());
            if outcome == "measured" {
                let median = row["median"].as_f64().or(row["a"]["median"].as_f64());
                assert!(median.is_some_and(|median| median > 0.0));
            } else {
                let said = row["reason"].as_str().unwrap_or_default();
                assert!(said.contains(reason), "no {reason:?} in {said:?}");
                assert!(row.get("median").is_none_or(Value::is_null), "{row:#}");
            }
        }
        self
    }

    fn both(&self) -> String {
        format!(
            "stdout:\n{}\nstderr:\n{}\n{}",
            self.stdout, self.stderr, self.status
        )
    }
}

/// The folder of a run.
#[derive(Debug, Clone)]
pub(crate) struct RunFiles(PathBuf);

impl RunFiles {
    /// The run in `path`.
    pub(crate) fn of(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// The folder.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// A copy of it in the folder `to`, by the copy's path: a run is not compared with itself.
    #[track_caller]
    pub(crate) fn copied(&self, to: &Path) -> String {
        fs::create_dir_all(to).expect("makes a folder");
        for entry in fs::read_dir(&self.0).expect("lists a run") {
            let entry = entry.expect("an entry");
            fs::copy(entry.path(), to.join(entry.file_name())).expect("copies a file");
        }
        to.to_str().expect("a name").to_owned()
    }

    /// Whether it has a file.
    pub(crate) fn has(&self, file: &str) -> bool {
        self.0.join(file).is_file()
    }

    /// A file's text.
    #[track_caller]
    pub(crate) fn text(&self, file: &str) -> String {
        let path = self.0.join(file);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// A JSON file.
    #[track_caller]
    pub(crate) fn json(&self, file: &str) -> Value {
        serde_json::from_str(&self.text(file)).expect("is JSON")
    }

    /// Whole lines of `samples.jsonl` so far.
    pub(crate) fn lines(&self) -> usize {
        let text = fs::read_to_string(self.0.join("samples.jsonl")).unwrap_or_default();
        text.matches('\n').count()
    }

    /// Every sample.
    #[track_caller]
    pub(crate) fn samples(&self) -> Vec<Value> {
        let text = self.text("samples.jsonl");
        let read = |line| serde_json::from_str(line).expect("a whole line");
        text.lines().map(read).collect()
    }

    /// Results of a workload on an isolation.
    #[track_caller]
    pub(crate) fn rows(&self, workload: &str, isolation: &str) -> Vec<Value> {
        let mut rows = self.results();
        rows.retain(|row| row["workload"] == workload && row["isolation"] == isolation);
        rows
    }

    /// Every result, those of a replay among them.
    #[track_caller]
    fn results(&self) -> Vec<Value> {
        let summary = self.json("summary.json");
        let of = |summary: &Value| summary["results"].as_array().cloned();
        of(&summary["replay"])
            .or_else(|| of(&summary))
            .expect("results")
    }

    /// The result of one row at the start `process`.
    #[track_caller]
    pub(crate) fn row(&self, workload: &str, isolation: &str, metric: &str) -> Value {
        let mut rows = self.rows(workload, isolation);
        rows.retain(|row| row["metric"] == metric && row["start"] == "process");
        assert_eq!(rows.len(), 1, "rows of {workload} {isolation} {metric}");
        rows.remove(0)
    }

    /// The one result of a workload on `native/static` with a metric, and with these
    /// words in scope or params.
    #[track_caller]
    pub(crate) fn native(&self, workload: &str, metric: &str, words: &[&str]) -> Value {
        let mut rows = self.rows(workload, "native/static");
        let has = |row: &Value, word: &&str| {
            let mut params = row["params"]
                .as_object()
                .into_iter()
                .flat_map(|p| p.values());
            row["scope"] == *word || params.any(|value| value == *word)
        };
        rows.retain(|row| row["metric"] == metric && words.iter().all(|word| has(row, word)));
        assert_eq!(rows.len(), 1, "rows of {workload} {metric} {words:?}");
        rows.remove(0)
    }

    /// Nothing is blank: each row of the run has one result, with an outcome, and a
    /// reason where it has no numbers.
    #[track_caller]
    fn check_results(&self) {
        let (run, results) = (self.json("run.json"), self.results());
        let rows = run["rows"].as_array().expect("rows");
        if run["replay"].is_object() {
            // One for each row, in their order: tries of one change share an identity.
            let own = results.iter().map(|result| &result["isolation"]);
            assert!(own.eq(rows.iter().map(|row| &row["isolation"])));
            return;
        }
        assert_eq!(rows.len(), results.len());
        for row in rows {
            let identity = row.as_object().expect("a row");
            let mut own = results
                .iter()
                .filter(|result| identity.iter().all(|(key, value)| &result[key] == value));
            let result = own.next().unwrap_or_else(|| panic!("no result of {row}"));
            assert_eq!(own.next(), None, "two results of {row}");
            let measured = result["outcome"] == "measured";
            // Of a check that does not hold it is said what was seen.
            let holds = measured && !(result["metric"] == "conformance" && result["median"] == 0.0);
            assert_eq!(result["reason"].is_null(), holds, "{result:#}");
            assert_eq!(result["n"].is_u64(), measured, "{result:#}");
        }
    }
}
