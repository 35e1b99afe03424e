//! Scenarios of the other ways of measuring: memory, size, throughput, instructions.

use std::fmt::Write as _;

/// What becomes `scenarios/<name>.toml`. It takes `native/static`, one launch of each row,
/// and no workload yet.
pub(crate) struct Question {
    name: &'static str,
    model: &'static str,
    metrics: &'static [&'static str],
    isolations: Vec<String>,
    workloads: String,
    plan: Vec<(String, String)>,
    memory: String,
}

impl Question {
    fn new(
        name: &'static str,
        model: &'static str,
        metrics: &'static [&'static str],
        timeout_s: &str,
    ) -> Self {
        let question = Self {
            name,
            model,
            metrics,
            isolations: vec!["native/static".to_owned()],
            workloads: String::new(),
            plan: Vec::new(),
            memory: String::new(),
        };
        question
            .samples(1)
            .plan("time_budget_s", "100")
            .plan("timeout_s", timeout_s)
    }

    /// `memory`, of at most four processes at a time.
    pub(crate) fn memory() -> Self {
        let metrics = &[
            "memory_idle",
            "memory_marginal",
            "memory_fixed",
            "memory_peak",
        ];
        Self::new("memory", "footprint", metrics, "20").processes(4)
    }

    /// `size`.
    pub(crate) fn size() -> Self {
        Self::new("size", "size", &["size", "size_needed"], "20")
    }

    /// `throughput`.
    pub(crate) fn throughput() -> Self {
        let metrics = &[
            "operations_per_second",
            "bytes_per_second",
            "requests_per_second",
            "latency",
        ];
        Self::new("throughput", "steady-state", metrics, "20")
    }

    /// `instructions`.
    pub(crate) fn instructions() -> Self {
        Self::new("instructions", "instructions", &["instructions"], "60")
    }

    /// `conformance`.
    pub(crate) fn conformance() -> Self {
        Self::new("conformance", "conformance", &["conformance"], "20")
    }

    /// Its name.
    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    /// Takes a workload, natively, with these more lines.
    pub(crate) fn of(mut self, workload: &str, lines: &str) -> Self {
        // Writing to a string cannot fail.
        let _ = write!(
            self.workloads,
            "\n[[workload]]\nname = \"{workload}\"\ntargets = [\"native\"]\n{lines}\n"
        );
        self
    }

    /// Takes these isolations too.
    pub(crate) fn isolation(mut self, glob: &str) -> Self {
        self.isolations.push(glob.to_owned());
        self
    }

    /// Changes the plan.
    pub(crate) fn plan(mut self, key: &str, value: &str) -> Self {
        self.plan.retain(|(known, _)| known != key);
        self.plan.push((key.to_owned(), value.to_owned()));
        self
    }

    /// Takes exactly so many launches of each row.
    pub(crate) fn samples(self, n: u32) -> Self {
        let n = n.to_string();
        self.plan("min_samples", &n).plan("max_samples", &n)
    }

    /// For memory: at most so many processes at a time.
    pub(crate) fn processes(mut self, n: u32) -> Self {
        self.memory = format!("\n[memory]\nprocesses = {n}\n");
        self
    }

    /// Its text.
    pub(crate) fn text(&self) -> String {
        let mut text = format!(
            "name = \"{}\"\nquestion = \"How much?\"\nmodel = \"{}\"\nisolations = {:?}\n",
            self.name, self.model, self.isolations
        );
        for metric in self.metrics {
            let _ = write!(
                text,
                "\n[[metric]]\nname = \"{metric}\"\nreference = \"native/static\"\n"
            );
        }
        text.push_str(&self.workloads);
        text.push_str(&self.memory);
        text.push_str("\n[plan]\n");
        for (key, value) in &self.plan {
            let _ = writeln!(text, "{key} = {value}");
        }
        text
    }
}
