//! Plans that somebody gives by hand.

use std::env::consts::ARCH;
use std::fs;

use lab::plan::{Plan, RunOptions, read_by_hand};
use lab::select::Names;

use crate::corpus::folder;
use crate::definitions::Lab;
use crate::feed::feed;

/// Cases of a part that stay, launched and left: more of the same are nothing new.
const CASES: usize = 5;

#[test]
fn plans_are_taken_or_refused() {
    let lab = Lab::new();
    let folder = folder();
    let path = folder.path().join("plan.json");
    let valid = small(&lab);
    let valid = valid
        .iter()
        .map(|plan| serde_json::to_vec(plan).expect("is written"));
    let valid: Vec<Vec<u8>> = valid.collect();
    for text in &valid {
        fs::write(&path, text).expect("writes a plan");
        read_by_hand(&path, &lab.profiles, &lab.workloads, ARCH).expect("is taken");
    }
    let names = Names::of(&[], &lab.profiles);
    feed("plans", 40, valid, |text| {
        fs::write(&path, text).expect("writes a plan");
        if let Ok(mut plan) = read_by_hand(&path, &lab.profiles, &lab.workloads, ARCH) {
            plan.launched_on();
            plan.adjust(&RunOptions {
                samples: Some(100_000),
                time_budget_s: Some(1.0),
                ..RunOptions::default()
            });
            let _ = plan.narrow(&["add".to_owned()], &["native/*".to_owned()], &names);
        }
    });
}

/// A small plan of each scenario.
pub(crate) fn small(lab: &Lab) -> Vec<Plan> {
    let names = lab.folder.scenario_names().expect("its scenarios");
    let plans = names.iter().map(|name| {
        let asked = lab.folder.asked(name).expect("a scenario");
        let mut plan = lab.plan(&asked, false).expect("a plan");
        for part in &mut plan.parts {
            let (mut launched, mut left) = (0, 0);
            part.cases.retain(|case| {
                let count = if case.spec().is_some() {
                    &mut launched
                } else {
                    &mut left
                };
                *count += 1;
                *count <= CASES
            });
        }
        plan
    });
    plans.collect()
}
