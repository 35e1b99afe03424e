//! What a run says of itself, whatever it measures.

use std::collections::BTreeMap;

use labrun_record::{Resolution, Run};

use crate::fingerprint::fingerprint;
use crate::plan::{Plan, PlanPart};

/// What a run says of itself before anything is measured.
#[derive(Debug, Clone)]
pub struct About {
    /// Its name.
    pub id: String,
    /// When it began, RFC 3339.
    pub started: String,
    /// The exact command.
    pub command: Vec<String>,
    /// Seed of every shuffle and bootstrap.
    pub seed: u64,
    /// Version of the lab whose definitions it has.
    pub lab_version: String,
    /// What this machine could tell apart when it was last calibrated.
    pub resolution: Option<Resolution>,
}

impl About {
    /// The record of a run of which nothing else is said yet.
    pub(super) fn run(&self, plan: &Plan, rules: labrun_record::Plan) -> Run {
        let machine = fingerprint();
        Run {
            schema_version: labrun_record::SCHEMA_VERSION,
            method_version: labrun_record::METHOD_VERSION,
            lab_version: self.lab_version.clone(),
            id: self.id.clone(),
            scenario: plan.scenario.clone(),
            question: plan.question.clone(),
            started: self.started.clone(),
            command: self.command.clone(),
            seed: self.seed,
            indicative: plan.quick,
            plan: rules,
            parts: Vec::new(),
            machine_class: machine.machine_class(),
            machine,
            emulator: None,
            build: None,
            references: Vec::new(),
            calibration: Vec::new(),
            artifacts: Vec::new(),
            given: Vec::new(),
            inputs: BTreeMap::new(),
            loads: plan.parts.iter().flat_map(PlanPart::loads).collect(),
            isolations: Vec::new(),
            rows: Vec::new(),
            spent: None,
            replay: None,
            resolution: self.resolution.clone(),
            // Until it is over: a lab that is killed cannot say so any more.
            interrupted: Some("the run was still going on when this was written".to_owned()),
            blocks: Vec::new(),
            left_out: Vec::new(),
            damaged: Vec::new(),
            has_lost: false,
        }
    }
}
