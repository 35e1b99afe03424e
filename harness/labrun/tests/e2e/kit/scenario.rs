//! The scenario of a lab: few launches, no warm-up, and whatever a test changes.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// What becomes `scenarios/cold-start.toml`.
pub(crate) struct Scenario {
    /// Workloads with their targets.
    pub(crate) workloads: Vec<(String, String)>,
    /// Globs of isolations.
    pub(crate) isolations: Vec<String>,
    /// Keys of `[plan]`.
    pub(crate) plan: BTreeMap<&'static str, String>,
}

impl Scenario {
    /// One that takes nothing yet.
    pub(crate) fn new() -> Self {
        let plan = [
            ("min_samples", "3"),
            ("max_samples", "3"),
            ("half_width", "0.02"),
            ("margin", "0.05"),
            ("time_budget_s", "100"),
            ("timeout_s", "20"),
            ("warmup", "0"),
            ("warm_repeats", "3"),
        ];
        Self {
            workloads: Vec::new(),
            isolations: Vec::new(),
            plan: plan.map(|(key, value)| (key, value.to_owned())).into(),
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
