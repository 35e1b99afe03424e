//! The scenario of a lab: few launches, no warm-up, and whatever a test changes.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// What becomes `scenarios/cold-start.toml`.
pub(crate) struct Scenario {
    /// Workloads with their targets.
    pub(crate) workloads: Vec<(String, String)>,
    /// Globs of isolations.
    pub(crate) isolations: Vec<String>,
    /// Keys of `[plan]`.
    pub(crate) plan: BTreeMap<String, String>,
}

impl Scenario {
    /// One that takes nothing yet.
    pub(crate) fn new() -> Self {
        let mut plan = usual_plan();
        for (key, value) in [
            ("min_samples", "3"),
            ("max_samples", "3"),
            ("time_budget_s", "100"),
            ("warmup", "0"),
            ("warm_repeats", "3"),
        ] {
            plan.insert(key.to_owned(), value.to_owned());
        }
        Self {
            workloads: Vec::new(),
            isolations: Vec::new(),
            plan,
        }
    }

    /// Its text.
    pub(crate) fn text(&self) -> String {
        let mut text = format!(
            "name = \"cold-start\"\nquestion = \"How long?\"\nmodel = \"cold-start\"\nisolations = {:?}\n",
            self.isolations
        );
        // Writing to a string cannot fail.
        for metric in ["time_to_first_result", "teardown"] {
            let _ = write!(
                text,
                "\n[[metric]]\nname = \"{metric}\"\nreference = \"native/static\"\nreference_start = \"process\"\n"
            );
        }
        text.push_str("\n[[metric]]\nname = \"instantiate_warm\"\nreference = \"good/plain\"\nreference_start = \"loaded\"\n");
        for (name, targets) in &self.workloads {
            let _ = write!(
                text,
                "\n[[workload]]\nname = \"{name}\"\ntargets = {targets}\nother = \"right\"\n"
            );
        }
        text.push_str("\n[plan]\n");
        for (key, value) in &self.plan {
            let _ = writeln!(text, "{key} = {value}");
        }
        text.push_str("\n[quick]\nsamples = 2\nisolations = [\"native/static\"]\n");
        text
    }
}

/// The keys of `[plan]` in the repository's own scenario.
fn usual_plan() -> BTreeMap<String, String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios/cold-start.toml");
    let text = fs::read_to_string(path).expect("reads the scenario");
    let lines = text.lines().skip_while(|line| *line != "[plan]").skip(1);
    lines
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split_once(" = "))
        .filter(|(key, _)| !key.starts_with('#'))
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}
