//! `labrun calibrate`: what this machine can tell apart today.

use std::time::Duration;

use lab::build::Builder;
use lab::catalog::Isolations;
use lab::define::Definitions;
use lab::glob::glob_set;
use lab::model::{CHANGED, Ended, ReplayRequest, ReplaySource, Supply, pilot, replay};
use lab::plan::calibration::{changeable, changed, same};
use lab::plan::{Case, CasePair};
use lab::progress::Progress as _;

use crate::asked::{Planned, is_driven, needs_docker};
use crate::bars::Bars;
use crate::cli::{AskedArgs, CalibrateArgs, Cli};
use crate::exit::Usage;
use crate::exports;
use crate::ground::{definitions, site};
use crate::interim::Interim;
use crate::new_run::{NewRun, lab_version};
use crate::replay::{MARGIN, Shown, code, show};
use crate::say;
use crate::scenario::remove_containers;
use crate::settings::Settings;

/// Share of the time in which the sizes of the changes are chosen.
const PILOT: f64 = 0.05;

/// Replays the build against itself, and against changes of known size.
pub(crate) fn run(cli: &Cli, settings: &Settings, args: &CalibrateArgs) -> anyhow::Result<u8> {
    exports::check(&args.quads.exports)?;
    let asked = AskedArgs {
        name: Some("cold-start".to_owned()),
        select: args.select.clone(),
        // What a quick run takes of it, unless something else is asked for.
        quick: args.select.isolation.is_empty(),
        ..AskedArgs::default()
    };
    let mut planned = Planned::new(definitions(cli)?, settings, &asked)?;
    planned.plan.quick = false;
    let definitions = &planned.definitions;
    let cases = cases(args, &planned)?;
    let run = NewRun::begin("calibrate", args.quads.out.as_deref())?;
    let with_docker = needs_docker(&planned.plan, &planned.profiles);
    let site = site(with_docker)?;
    let bars = Bars::new();
    let builder = Builder::new(definitions, &site, &bars).map_err(anyhow::Error::msg)?;
    let mut launched = planned.plan.launched_on();
    launched.extend(cases.iter().map(Case::isolation));
    let is_counted = planned.plan.counts_instructions();
    let drivers = {
        let is_driven = is_driven(&launched, &planned.profiles);
        builder.drivers_and_counter(definitions, &is_driven, is_counted)
    };
    let isolations = Isolations::new(&definitions.runners, &definitions.products, &drivers);
    let supply = Supply {
        isolations: &isolations,
        workloads: &definitions.workloads,
        stock: &builder,
        site: &site,
    };
    let mut pairs = same(&planned.plan);
    let time_budget_s = args.quads.time_budget_s(settings);
    let pilot = Duration::from_secs_f64(PILOT * time_budget_s);
    pairs.extend(with_changes(
        &cases, &pairs, &supply, args.tries, pilot, &bars,
    ));
    "calibrate".clone_into(&mut planned.plan.scenario);
    "What can this machine tell apart today?".clone_into(&mut planned.plan.question);
    let version = lab_version(definitions.lab.path());
    let this_build = || ReplaySource {
        name: "this build".to_owned(),
        of: version.clone(),
        lab_version: version.clone(),
        root: definitions.lab.path(),
        supply,
    };
    let interim = Interim::new(&run.folder, &bars);
    let ended = replay(&ReplayRequest {
        folder: &run.folder,
        plan: &planned.plan,
        pairs: &pairs,
        sides: [this_build(), this_build()],
        margin: MARGIN,
        quads: args.quads.number,
        time_budget_s,
        about: run.about(args.quads.seed.or(settings.file.seed), version.clone()),
        progress: &bars,
        before_round: &|rounds| interim.between_blocks(rounds),
    });
    if with_docker {
        remove_containers(&site, &bars);
    }
    let Shown {
        read,
        ended,
        printed,
    } = show(run.folder, ended, &args.quads)?;
    // Later runs say what was found, unless something ended it before it could be.
    if let (Some(found), Ended::Complete) = (&read.summary.resolution, ended)
        && found.unchanged.is_decided()
        && let Err(error) = crate::resolution::keep(found)
    {
        bars.note(&format!("later runs will not say what was found: {error}"));
    }
    printed?;
    Ok(code(&read, ended, false))
}

/// The cases that are changed; none where the lab has no workload for it.
fn cases(args: &CalibrateArgs, planned: &Planned) -> anyhow::Result<Vec<Case>> {
    let Definitions { workloads, .. } = &planned.definitions;
    if args.without_changes {
        return Ok(Vec::new());
    }
    if !workloads.iter().any(|workload| workload.name == CHANGED) {
        say::line(&format!(
            "note: the lab has no workload `{CHANGED}`, which can be changed: only what is the same is replayed"
        ));
        return Ok(Vec::new());
    }
    let references = planned.plan.parts.iter().flat_map(|part| &part.references);
    let reference = references
        .map(|reference| reference.isolation.clone())
        .take(1);
    let on = match &args.change_on[..] {
        [] => reference.collect(),
        asked => asked.to_vec(),
    };
    let names = on.join(", ");
    let on = glob_set(&on).ok_or_else(|| Usage(format!("--change-on: {names} is no glob")))?;
    let mut known = planned.profiles.iter();
    if !known.any(|profile| on.is_match(&profile.name)) {
        anyhow::bail!(Usage(format!(
            "--change-on: no isolation is called {names}: `labrun list isolations` shows them"
        )));
    }
    let arch = std::env::consts::ARCH;
    Ok(changeable(CHANGED, workloads, &planned.profiles, &on, arch))
}

/// Cases with their changes; none, and with a note, of what cannot be launched.
fn with_changes(
    cases: &[Case],
    beside: &[CasePair],
    supply: &Supply<'_>,
    tries: u32,
    time: Duration,
    bars: &Bars,
) -> Vec<CasePair> {
    if cases.is_empty() {
        return Vec::new();
    }
    let beside: Vec<&Case> = beside.iter().map(|pair| &pair.a).collect();
    // An interrupt is seen by the replay.
    let medians = pilot(cases, &beside, supply, time, bars).unwrap_or_default();
    let mut pairs = Vec::new();
    for (case, median) in cases.iter().zip(medians) {
        match median {
            Ok(median) => pairs.extend(changed(case, median, tries)),
            Err(failure) => bars.note(&format!("no changes on {}: {failure}", case.isolation())),
        }
    }
    pairs
}
