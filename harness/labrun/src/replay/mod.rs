//! `labrun replay A B`: decides between two sides, in adjacent quads.

mod asked;
mod conclude;
mod ground;
mod pairs;
mod plans;
mod rows;
mod sides;

use std::collections::BTreeSet;

use lab::model::{Ended, ReplayRequest, RunError, replay};
use lab::progress::Progress as _;
use labrun_record::{Row, RunFolder};

use crate::bars::Bars;
use crate::cli::{Cli, QuadsArgs, ReplayArgs};
use crate::exit;
use crate::exports;
use crate::ground::site;
use crate::interim::Interim;
use crate::new_run::{NewRun, check_folder};
use crate::report::{self, Read};
use crate::say;
use crate::scenario::{remove_containers, unfit};
use crate::settings::Settings;
use asked::Asked;
use conclude::conclude;
pub(crate) use conclude::{Shown, code, show};
use ground::Ground;
use sides::Sides;

/// Better or worse if the whole interval lies beyond this share: narrower than that of a run, since
/// the launches of a quad share what the machine does.
pub(crate) const MARGIN: f64 = 0.02;

/// Measures both sides.
pub(crate) fn run(cli: &Cli, settings: &Settings, args: &ReplayArgs) -> anyhow::Result<u8> {
    exports::check(&args.quads.exports)?;
    let asked = Asked::new(args)?;
    if asked.suspects.as_ref().is_some_and(BTreeSet::is_empty) {
        return nothing_to_decide(&args.quads);
    }
    match carry_out(cli, settings, &asked)? {
        Carried::Out(folder, ended) => conclude(folder, ended, &args.quads, args.strict),
        Carried::Unfit(scenario, missing) => unfit(&scenario, &missing, args.quads.json),
        Carried::Interrupted => Ok(exit::interrupted("nothing was measured")),
    }
}

/// Measures both sides of some rows, and shows nothing; gives the run, whole or interrupted.
pub(crate) fn of_rows(
    cli: &Cli,
    settings: &Settings,
    args: &ReplayArgs,
    rows: BTreeSet<Row>,
) -> anyhow::Result<Option<(Read, Ended)>> {
    let asked = Asked {
        suspects: Some(rows),
        ..Asked::new(args)?
    };
    let Carried::Out(folder, ended) = carry_out(cli, settings, &asked)? else {
        return Ok(None);
    };
    let read = report::read(folder)?;
    read.write()?;
    Ok(Some((read, ended?)))
}

/// What became of measuring both sides.
enum Carried {
    /// It was begun, and ended so.
    Out(RunFolder, Result<Ended, RunError>),
    /// Something is missing, and nothing may be: the scenario, and what is missing.
    Unfit(String, Vec<String>),
    /// It was asked to end before it was begun.
    Interrupted,
}

fn carry_out(cli: &Cli, settings: &Settings, asked: &Asked<'_>) -> anyhow::Result<Carried> {
    let args = asked.args;
    if let Some(out) = &args.quads.out {
        // Its sides may take minutes to build.
        check_folder(out)?;
    }
    let (site, bars) = (site(false)?, Bars::new());
    let ground = Ground::new(cli, settings, asked, &site, &bars)?;
    let Some(sides) = Sides::new(asked, &ground)? else {
        return Ok(Carried::Interrupted);
    };
    let missing = sides.missing();
    if args.strict && !missing.is_empty() {
        return Ok(Carried::Unfit(sides.plan.scenario.clone(), missing));
    }
    for line in &missing {
        bars.note(line);
    }
    let plan = &sides.plan;
    let run = NewRun::begin(&plan.scenario, args.quads.out.as_deref())?;
    let interim = Interim::new(&run.folder, &bars);
    let ended = replay(&ReplayRequest {
        folder: &run.folder,
        plan,
        pairs: &sides.pairs,
        sides: sides.sources(&site),
        margin: MARGIN,
        quads: args.quads.number,
        time_budget_s: args.quads.time_budget_s(settings),
        about: run.about(args.quads.seed.or(settings.file.seed), ground.lab_version()),
        progress: &bars,
        before_round: &|rounds| interim.between_blocks(rounds),
    });
    if sides.with_docker {
        remove_containers(&site, &bars);
    }
    Ok(Carried::Out(run.folder, ended))
}

/// There is no run then, and so no summary of one.
fn nothing_to_decide(asked: &QuadsArgs) -> anyhow::Result<u8> {
    say::line("`labrun compare` suspects no row: there is nothing to decide");
    let nothing = serde_json::json!({
        "schema_version": labrun_record::SCHEMA_VERSION,
        "results": [],
        "replay": null,
    });
    exports::write_nothing(&asked.exports, &nothing)?;
    if asked.json {
        crate::out::json(&nothing)?;
    }
    Ok(exit::FINE)
}
