//! Copies of recorded runs, which a test may change.
#![allow(dead_code, missing_docs, unreachable_pub)]

use std::fs;
use std::path::{Path, PathBuf};

use labrun_record::{Recorded, RunFolder};
use serde_json::Value;
use tempfile::TempDir;

pub fn runs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/runs")
}

/// A copy of a recorded run, which a test may change.
pub struct Copy(pub TempDir);

impl Copy {
    pub fn of(run: &str) -> Self {
        let copy = tempfile::tempdir().expect("a folder");
        for file in ["run.json", "samples.jsonl"] {
            fs::copy(runs().join(run).join(file), copy.path().join(file)).expect("copies");
        }
        Self(copy)
    }

    pub fn change(self, file: &str, change: impl FnOnce(&str) -> String) -> Self {
        let path = self.0.path().join(file);
        let text = fs::read_to_string(&path).expect("reads");
        fs::write(path, change(&text)).expect("writes");
        self
    }

    pub fn change_run(self, change: impl FnOnce(&mut Value)) -> Self {
        self.change("run.json", |text| {
            let mut run = serde_json::from_str(text).expect("is JSON");
            change(&mut run);
            run.to_string()
        })
    }

    pub fn read(&self) -> Recorded {
        RunFolder::open(self.0.path()).read().expect("is read")
    }

    pub fn fault(&self) -> String {
        let error = RunFolder::open(self.0.path())
            .read()
            .expect_err("is refused");
        error.to_string()
    }
}
