//! A made-up run of the rows that the lab's own definitions ask for: what `labrun plan all` has is
//! carried out in words alone. Some technologies are not there, a few rows went wrong, and there was
//! no time for some, in the proportions of a run on a machine without them.
#![allow(dead_code, missing_docs, unreachable_pub)]

use std::collections::BTreeSet;
use std::path::Path;

use lab::catalog::profiles;
use lab::define::{Definitions, LabFolder};
use lab::glob::glob_set;
use lab::isolation::Profile;
use lab::plan::{Asked, Case, Decision, Plan, Recipe, RunOptions, plan};
use lab::select::{Names, Selection};
use labrun_analysis::summarise;
use labrun_record::{Artifact, IsolationRecord, Outcome, Part, Run, Sample, Target};

use crate::support::{Made, Noise, around, line, made};

/// What is not on the machine.
pub const MISSING: [&str; 12] = [
    "bun",
    "deno",
    "iwasm",
    "spin",
    "wasm3",
    "wasmedge",
    "wasmedge-cli",
    "wasmer-cli",
    "wasmtime-serve",
    "wazero",
    "wizard",
    "workerd",
];

/// One launched case in so many went wrong, and for one in so many there was no time.
const WRONG: usize = 150;
const NO_TIME: usize = 13;

/// The run, with so many launches of each row that is measured, on a machine without `missing`.
pub fn planned(launches: u32, missing: &[&str]) -> Made {
    let (plan, profiles) = asked("all");
    let mut run = Run {
        scenario: plan.scenario.clone(),
        question: plan.question.clone(),
        command: ["labrun", "scenario", "all"].map(Into::into).into(),
        references: Vec::new(),
        artifacts: artifacts(&plan),
        isolations: profiles.iter().map(|one| record(one, missing)).collect(),
        rows: Vec::new(),
        ..made(1).run
    };
    let mut samples = Vec::new();
    let mut noise = Noise::new(13);
    let mut cases = 0;
    for part in &plan.parts {
        let first_row = run.rows.len();
        for case in &part.cases {
            let fate = fate(case, missing, &mut cases);
            for row in &case.rows {
                let number = run.rows.len();
                match &fate {
                    Fate::Measured => {
                        let n = if row.metric.is_exact() { 1 } else { launches };
                        let (median, sigma) = around(row);
                        samples.extend((0..n).map(|block| {
                            let value = median * (sigma * noise.normal()).exp();
                            line(number, block, Outcome::Measured, Some((row, value)), None)
                        }));
                    }
                    Fate::Left(outcome, reason) => {
                        samples.push(line(number, 0, *outcome, None, Some(reason)));
                    }
                    Fate::NoTime => {}
                }
                run.rows.push(row.clone());
            }
        }
        run.references.extend(part.references.iter().cloned());
        run.parts.push(Part {
            scenario: part.scenario.clone(),
            question: part.question.clone(),
            plan: part.rules.clone(),
            first_row,
            rows: run.rows.len() - first_row,
        });
    }
    in_order(&mut samples);
    let summary = summarise(&run, &samples);
    Made {
        run,
        samples,
        summary,
    }
}

/// A sample is a launch of its own here: block by block, each with its place in the run.
pub fn in_order(samples: &mut [Sample]) {
    samples.sort_by_key(|sample| (sample.block, sample.row));
    for (seq, sample) in samples.iter_mut().enumerate() {
        sample.seq = u32::try_from(seq).expect("fewer launches than that");
        sample.at_ns = seq as u64 * 1_000_000;
    }
}

enum Fate {
    Measured,
    Left(Outcome, String),
    NoTime,
}

fn fate(case: &Case, missing: &[&str], launched: &mut usize) -> Fate {
    if let Decision::Leave { outcome, reason } = &case.launch {
        return Fate::Left(*outcome, reason.clone());
    }
    let technology = case.isolation().split('/').next().unwrap_or_default();
    if missing.contains(&technology) {
        return Fate::Left(Outcome::Unavailable, install(technology));
    }
    *launched += 1;
    match *launched {
        number if number % WRONG == 0 => {
            let reason = format!("launch 3 of 10: {technology} ended with exit code 134");
            Fate::Left(Outcome::Failed, reason)
        }
        number if number % NO_TIME == 0 => Fate::NoTime,
        _ => Fate::Measured,
    }
}

fn install(technology: &str) -> String {
    format!(
        "{technology} is not on PATH: install it as its documentation says, and see `labrun doctor`"
    )
}

/// What the lab's folder asks for, as `labrun plan NAME` makes it, and all isolations.
fn asked(name: &str) -> (Plan, Vec<Profile>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = LabFolder::find(Some(&root), &root).expect("the lab");
    let definitions = Definitions::read(folder).expect("definitions");
    let profiles = profiles(&definitions.runners, &definitions.products);
    let asked = definitions.lab.asked(name).expect("a scenario");
    let taken = asked
        .scenarios
        .iter()
        .map(|one| glob_set(&one.isolations).expect("globs"));
    let taken: Vec<_> = taken.collect();
    let names = Names::of(&definitions.runners, &profiles)
        .taken(|name| taken.iter().any(|taken| taken.is_match(name)));
    let selection = Selection::default();
    let selected = selection
        .resolve(&asked.scenarios, &names)
        .expect("a selection");
    let parts = asked.scenarios.iter().zip(taken).zip(&selected);
    let plan = plan(&Asked {
        scenario: &asked.name,
        question: &asked.question,
        parts: parts
            .map(|((scenario, taken), selected)| (scenario, taken, selected))
            .collect(),
        workloads: &definitions.workloads,
        profiles: &profiles,
        arch: "x86_64",
        options: &RunOptions::default(),
    });
    (plan, profiles)
}

fn record(profile: &Profile, missing: &[&str]) -> IsolationRecord {
    let technology = profile.name.split('/').next().unwrap_or_default();
    let is_missing = missing.contains(&technology);
    IsolationRecord {
        name: profile.name.clone(),
        tier: profile.tier,
        version: (!is_missing).then(|| "48.0.8".to_owned()),
        sha256: profile.driver.is_some().then(|| "3f".repeat(32)),
        settings: profile.settings.clone(),
        outcome: if is_missing {
            Outcome::Unavailable
        } else {
            Outcome::Measured
        },
        reason: is_missing.then(|| install(technology)),
    }
}

/// What is built for the plan, each thing once.
fn artifacts(plan: &Plan) -> Vec<Artifact> {
    let specs = plan.cases().filter_map(|(_, case)| case.spec());
    let recipes: BTreeSet<&Recipe> = specs.flat_map(|spec| spec.recipes()).collect();
    let all = recipes.into_iter().enumerate();
    all.map(|(number, recipe)| artifact(number, recipe))
        .collect()
}

fn artifact(number: usize, recipe: &Recipe) -> Artifact {
    let compiled = recipe.compiled();
    let triple = match (recipe, compiled) {
        (Recipe::Pack { .. }, _) => format!("labrun/{}:{number:012x}", recipe.workload()),
        (_, Recipe::Compile { triple, .. }) => triple.clone(),
        _ => "given".to_owned(),
    };
    Artifact {
        workload: recipe.workload().to_owned(),
        target: match recipe {
            Recipe::Pack { .. } => Target::Image,
            _ => compiled.target().unwrap_or(Target::Native),
        },
        path: format!(
            "target/labrun/artifacts/{}/{triple}/{number:08x}",
            recipe.workload()
        )
        .into(),
        triple,
        // Digests look like chance.
        sha256: format!(
            "{:016x}",
            (number as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)
        )
        .repeat(4),
        bytes: 412_000 + 1_117 * number as u64,
        toolchain: "rustc 1.95.0".into(),
        isolation: recipe.precompiled_by().map(Into::into),
        exports: false,
    }
}
