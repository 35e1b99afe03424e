//! The lab of this repository, and what of it can be measured here.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// Ways of measuring, which differ in what stands when they are ended.
const SCENARIOS: [&str; 4] = ["cold-start", "memory", "throughput", "conformance"];

/// The lab, and a folder for runs.
pub(crate) struct Lab(TempDir);

impl Lab {
    pub(crate) fn new() -> Self {
        let made = tempfile::Builder::new()
            .prefix("faults-")
            .tempdir_in(env!("CARGO_TARGET_TMPDIR"));
        Self(made.expect("makes a folder"))
    }

    /// Its folder for runs.
    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// labrun on it. What it builds is in the target folder of the tests.
    pub(crate) fn labrun(&self, args: &[&str]) -> Command {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent();
        let mut command = Command::new(env!("CARGO_BIN_EXE_labrun"));
        command
            .env(
                "CARGO_TARGET_DIR",
                target.expect("it is in the target folder"),
            )
            .env("XDG_STATE_HOME", self.path().join("state"))
            .current_dir(self.path())
            .arg("--lab")
            .arg(repository())
            .args(args)
            .stdin(Stdio::null());
        command
    }

    /// labrun to its end, and its process id.
    pub(crate) fn ran(&self, args: &[&str]) -> (Output, u32) {
        let mut command = self.labrun(args);
        let started = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let started = started.expect("labrun starts");
        let pid = started.id();
        (started.wait_with_output().expect("labrun ends"), pid)
    }

    /// Isolations that are here, by technology.
    pub(crate) fn isolations(&self) -> BTreeMap<String, Vec<String>> {
        let (said, _) = self.ran(&["doctor", "--json"]);
        let said: Value = serde_json::from_slice(&said.stdout).expect("doctor says JSON");
        let mut here: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for isolation in said["isolations"].as_array().expect("isolations") {
            let name = isolation["name"].as_str().expect("a name");
            if isolation["outcome"] == "measured" {
                let (technology, _) = name.split_once('/').expect("technology/configuration");
                here.entry(technology.to_owned())
                    .or_default()
                    .push(name.to_owned());
            }
        }
        here
    }

    /// Launches each once, so that all is built, and leaves out what is here and yet not launched.
    pub(crate) fn try_out(&self, here: &mut BTreeMap<String, Vec<String>>) {
        let asked = here
            .values()
            .flatten()
            .flat_map(|name| ["-i", name.as_str()]);
        let args = [
            "scenario",
            "cold-start",
            "-w",
            "add",
            "-r",
            "1",
            "--warmup",
            "0",
            "--json",
        ];
        let args: Vec<&str> = args.into_iter().chain(asked).collect();
        let (said, _) = self.ran(&[&args[..], &["--out", "tried"]].concat());
        let said: Value = serde_json::from_slice(&said.stdout).expect("a summary is JSON");
        let results = said["results"].as_array().expect("results");
        for names in here.values_mut() {
            names.retain(|name| {
                let own = || results.iter().filter(|row| row["isolation"] == **name);
                let asked = || own().filter(|row| row["outcome"] != "not-selected");
                // Servers do not run `add`: of them it is not known yet.
                let works = asked().all(|row| row["outcome"] == "unsupported")
                    || asked().any(|row| row["outcome"] == "measured");
                if !works {
                    let why = asked().next().map(|row| row["reason"].to_string());
                    eprintln!("{name} is left out: {}", why.unwrap_or_default());
                }
                works
            });
        }
        here.retain(|_, names| !names.is_empty());
    }

    /// What can be launched on an isolation: scenario and workload.
    pub(crate) fn launched(&self, isolation: &str) -> Vec<(&'static str, String)> {
        let mut found = Vec::new();
        for scenario in SCENARIOS {
            let (said, _) = self.ran(&["plan", scenario, "-i", isolation, "--json"]);
            let plan: Value = serde_json::from_slice(&said.stdout).expect("a plan is JSON");
            for case in plan["parts"][0]["cases"].as_array().expect("cases") {
                let row = &case["rows"][0];
                let workload = row["workload"].as_str().expect("a workload");
                // What all others are held against is launched with each of them.
                if case["launch"]["launch"].is_object() && row["isolation"] == isolation {
                    found.push((scenario, workload.to_owned()));
                }
            }
        }
        found.sort();
        found.dedup();
        found
    }
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
