//! `labrun plan NAME`: what would be built, launched and measured; a dry run. Nothing is asked
//! of a compiler or a daemon.

use std::collections::{BTreeMap, BTreeSet};

use lab::plan::{Case, Decision, PlanPart, Recipe};
use labrun_record::{Load, Outcome};
use labrun_render::units::plural;

use crate::asked::Planned;
use crate::cli::{Cli, PlanArgs};
use crate::exit;
use crate::ground::definitions;
use crate::settings::Settings;

/// Prints the plan.
pub(crate) fn run(cli: &Cli, settings: &Settings, args: &PlanArgs) -> anyhow::Result<u8> {
    let planned = Planned::new(definitions(cli)?, settings, &args.asked)?;
    let plan = &planned.plan;
    if args.json {
        crate::out::json(plan)?;
        return Ok(exit::FINE);
    }
    let bold = anstyle::Style::new().bold();
    crate::out::line(&format!(
        "{bold}{}{bold:#}: {}",
        plan.scenario, plan.question
    ))?;
    for part in &plan.parts {
        crate::out::line("")?;
        show(part)?;
    }
    crate::out::line("")?;
    built(&planned)?;
    left(&planned)?;
    let longest: f64 = plan.parts.iter().map(|part| part.rules.time_budget_s).sum();
    crate::out::line(&format!(
        "measuring takes at most {}; what is not built yet is built before",
        duration(longest)
    ))?;
    Ok(exit::FINE)
}

/// A part: what is launched how often, by workload and technology.
fn show(part: &PlanPart) -> anyhow::Result<()> {
    let bold = anstyle::Style::new().bold();
    let launched = || part.cases.iter().filter(|case| case.spec().is_some());
    let rows: usize = launched().map(|case| case.rows.len()).sum();
    let cases = launched().count();
    let rules = &part.rules;
    let exact = |case: &Case| case.rows.iter().all(|row| row.metric.is_exact());
    let (least, most) = if launched().all(exact) {
        (cases as u64, cases as u64)
    } else {
        let times = |samples: u32| u64::from(samples) * cases as u64;
        (times(rules.min_samples), times(rules.max_samples))
    };
    let how_often = if least == most {
        format!("{most} launch{}", if most == 1 { "" } else { "es" })
    } else {
        format!("{least} to {most} launches")
    };
    crate::out::line(&format!(
        "{bold}{}{bold:#}  {} with {}, {how_often}, at most {}",
        part.scenario,
        plural(cases, "case"),
        plural(rows, "row"),
        duration(rules.time_budget_s)
    ))?;
    let mut by_isolation: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for case in launched() {
        let workloads = by_isolation.entry(case.isolation()).or_default();
        workloads.extend(case.rows.first().map(|row| row.workload.as_str()));
    }
    let width = by_isolation.keys().map(|name| name.len()).max();
    let width = width.unwrap_or_default();
    for (isolation, workloads) in by_isolation {
        let workloads: Vec<&str> = workloads.into_iter().collect();
        crate::out::line(&format!("  {isolation:width$}  {}", workloads.join(", ")))?;
    }
    for load in part.loads() {
        if let Some(words) = asked(&load) {
            crate::out::line(&words)?;
        }
    }
    Ok(())
}

/// What a workload's servers are asked under load, where it says so itself.
fn asked(load: &Load) -> Option<String> {
    let turns = load.requests.iter().map(|request| {
        let (method, path, weight) = (&request.method, &request.path, request.weight);
        format!("{method} {path} ×{weight}")
    });
    let turns: Vec<String> = turns.collect();
    let mut words = Vec::new();
    if !turns.is_empty() {
        words.push(turns.join(", "));
    }
    if let Some(seconds) = load.first_warmup_s {
        words.push(format!(
            "{seconds} s of load on each server before what counts first"
        ));
    }
    (!words.is_empty()).then(|| format!("  load on {}: {}", load.workload, words.join("; ")))
}

/// What it needs to be built, by kind.
fn built(planned: &Planned) -> anyhow::Result<()> {
    let specs = planned.plan.cases().filter_map(|(_, case)| case.spec());
    let recipes: BTreeSet<&Recipe> = specs.flat_map(|spec| spec.recipes()).collect();
    let mut drivers = BTreeSet::new();
    for name in planned.plan.launched_on() {
        let profile = planned.profiles.iter().find(|profile| profile.name == name);
        drivers.extend(profile.and_then(|profile| profile.driver.as_ref()));
    }
    let mut compiled = BTreeSet::new();
    for recipe in &recipes {
        compiled.insert(recipe.compiled());
    }
    let is_given =
        |recipe: &&&Recipe| matches!(recipe, Recipe::Given { .. } | Recipe::Image { .. });
    let given = match compiled.iter().filter(is_given).count() {
        0 => String::new(),
        given => format!("{given} as given, "),
    };
    let not_given = compiled.iter().filter(|recipe| !is_given(recipe)).count();
    let count = |is: fn(&Recipe) -> bool| recipes.iter().filter(|recipe| is(recipe)).count();
    let packed = count(|recipe| matches!(recipe, Recipe::Pack { .. }));
    let ahead = count(|recipe| matches!(recipe, Recipe::Precompile { .. }));
    let names = drivers.iter().map(ToString::to_string);
    let names: Vec<String> = names.collect();
    crate::out::line(&format!(
        "to be there: {given}{not_given} compiled, {packed} packed into images and roots, {ahead} \
         precompiled; {}",
        if names.is_empty() {
            "no runner".to_owned()
        } else {
            names.join(", ")
        }
    ))
}

/// What is not launched, once for each reason.
fn left(planned: &Planned) -> anyhow::Result<()> {
    let mut reasons: BTreeMap<(Outcome, &str), usize> = BTreeMap::new();
    for (_, case) in planned.plan.cases() {
        if let Decision::Leave { outcome, reason } = &case.launch {
            *reasons.entry((*outcome, reason)).or_default() += case.rows.len();
        }
    }
    for ((outcome, reason), rows) in reasons {
        crate::out::line(&format!("{:>10} {outcome}: {reason}", plural(rows, "row")))?;
    }
    Ok(())
}

/// Seconds, as people write them.
fn duration(seconds: f64) -> String {
    if seconds < 120.0 {
        format!("{seconds:.0} s")
    } else {
        format!("{:.0} min", seconds / 60.0)
    }
}
