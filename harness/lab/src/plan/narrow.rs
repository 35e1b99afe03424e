//! Less of a plan that was made before: fewer rows, other numbers of launches.

use labrun_record::Outcome;

use super::{Decision, Plan, RunOptions};
use crate::define::DefineError;
use crate::select::Names;

impl Plan {
    /// Leaves out what is not asked for; a word that matches nothing is a mistake.
    pub fn narrow(
        &mut self,
        workloads: &[String],
        patterns: &[String],
        names: &Names,
    ) -> Result<(), DefineError> {
        for asked in workloads {
            let known = || self.cases().map(|(_, case)| case.rows[0].workload.as_str());
            if !known().any(|name| name == asked) {
                return Err(DefineError::unknown("workload", asked, known()));
            }
        }
        let mut isolations = Vec::new();
        for pattern in patterns {
            isolations.extend(names.asked(pattern)?);
        }
        for case in self.parts.iter_mut().flat_map(|part| &mut part.cases) {
            let workload = &case.rows[0].workload;
            let reason = if !workloads.is_empty() && !workloads.contains(workload) {
                format!("--workload asks for {} alone", workloads.join(", "))
            } else if !patterns.is_empty() && !isolations.contains(&case.isolation()) {
                format!("--isolation asks for {} alone", patterns.join(", "))
            } else {
                continue;
            };
            case.launch = Decision::Leave {
                outcome: Outcome::NotSelected,
                reason,
            };
        }
        Ok(())
    }

    /// Takes other numbers of launches, and another time, where they are wished for.
    pub fn adjust(&mut self, options: &RunOptions) {
        let all: f64 = self.parts.iter().map(|part| part.rules.time_budget_s).sum();
        for rules in self.parts.iter_mut().map(|part| &mut part.rules) {
            if let Some(samples) = options.samples {
                (rules.min_samples, rules.max_samples) = (samples, samples);
            }
            if let Some(wished) = options.time_budget_s
                && all > 0.0
            {
                rules.time_budget_s = rules.time_budget_s * wished / all;
            }
            rules.warmup = options.warmup.unwrap_or(rules.warmup);
        }
    }
}
