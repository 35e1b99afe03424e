//! `labrun scenario NAME`: from a question to a run and its page.

use std::path::Path;

use anyhow::Context as _;
use lab::build::Builder;
use lab::bundle::BundleError;
use lab::carry::{Carried, CarryError};
use lab::catalog::{Drivers, Isolations, profiles};
use lab::define::Definitions;
use lab::isolation::Processor;
use lab::model::{Ended, RunError, RunRequest, Supply};
use lab::plan::Plan;
use lab::progress::Progress as _;
use lab::select::Names;
use lab::site::Site;
use lab::stock::Stock;
use labrun_analysis::RowSummary;
use labrun_record::{Outcome, RunFolder, SCHEMA_VERSION, write_whole};
use serde_json::json;

use crate::asked::{Planned, is_driven, needs_docker, options};
use crate::bars::Bars;
use crate::cli::{Cli, ScenarioArgs};
use crate::exit::{self, Usage};
use crate::exports;
use crate::ground::{definitions, site};
use crate::interim::Interim;
use crate::new_run::{NewRun, check_files, check_folder, lab_version};
use crate::own::{check_held, take_environment};
use crate::report::{self, Read};
use crate::say;
use crate::settings::Settings;

/// Measures one scenario.
pub(crate) fn run(cli: &Cli, settings: &Settings, args: &ScenarioArgs) -> anyhow::Result<u8> {
    check_outputs(args)?;
    if let Some(bundle) = &args.bundle {
        return of_bundle(bundle, settings, args);
    }
    let planned = Planned::new(definitions(cli)?, settings, &args.asked)?;
    let (definitions, plan) = (&planned.definitions, &planned.plan);
    check_held(definitions, [plan].into_iter())?;
    let run = NewRun::begin(&plan.scenario, args.out.as_deref())?;
    let with_docker = needs_docker(plan, &planned.profiles);
    let site = site(with_docker)?;
    let bars = Bars::new();
    let processor = args.asked.arch.processor();
    let builder = Builder::new(definitions, &site, &bars).map_err(anyhow::Error::msg)?;
    let builder = builder.on(processor.clone());
    let launched = plan.launched_on();
    let is_driven = is_driven(&launched, &planned.profiles);
    let is_counted = plan.counts_instructions();
    let drivers = builder.drivers_and_counter(definitions, &is_driven, is_counted);
    let source = Source {
        plan,
        definitions,
        drivers,
        processor: &processor,
        stock: &builder,
        root: definitions.lab.path(),
        lab_version: lab_version(definitions.lab.path()),
        with_docker,
    };
    measure(&source, run, &site, &bars, settings, args)
}

/// Measures what a bundle holds. No lab is looked for, and no compiler.
fn of_bundle(bundle: &Path, settings: &Settings, args: &ScenarioArgs) -> anyhow::Result<u8> {
    let asked = &args.asked;
    let processor = asked.arch.processor();
    let site = site(false)?;
    let bars = Bars::new();
    let folder = site
        .disk_folder()
        .context("cannot make a folder to unpack to")?;
    let Some(mut carried) = open_bundle(bundle, folder.path(), processor, &site, &bars)? else {
        return Ok(exit::interrupted("nothing was measured"));
    };
    take_environment(&mut carried.definitions);
    let profiles = profiles(&carried.definitions.runners, &carried.definitions.products);
    let mut plan = carried.plan(asked.name.as_deref()).map_err(unfit_bundle)?;
    let names = Names::of(&carried.definitions.runners, &profiles);
    plan.narrow(&asked.select.workload, &asked.select.isolation, &names)?;
    plan.adjust(&options(settings, asked));
    let with_docker = needs_docker(&plan, &profiles);
    if with_docker {
        carried.load_images(&site);
    }
    let definitions = &carried.definitions;
    raise_loopback(&bars);
    let run = NewRun::begin(&plan.scenario, args.out.as_deref())?;
    let source = Source {
        plan: &plan,
        definitions,
        drivers: carried.drivers(&site),
        processor: carried.processor(),
        stock: &carried,
        root: carried.folder(),
        lab_version: carried.lab_version().to_owned(),
        with_docker,
    };
    measure(&source, run, &site, &bars, settings, args)
}

/// A fresh network namespace has its loopback down, and every server here listens there.
pub(crate) fn raise_loopback(bars: &Bars) {
    match lab::network::raise_loopback() {
        Ok(true) => bars.note("the loopback was down, and was brought up"),
        Ok(false) => {}
        Err(error) => bars.note(&format!("the loopback is down, and stays so: {error}")),
    }
}

/// Opens a bundle; nothing where the lab was asked to end meanwhile.
pub(crate) fn open_bundle(
    bundle: &Path,
    into: &Path,
    processor: Processor,
    site: &Site,
    bars: &Bars,
) -> anyhow::Result<Option<Carried>> {
    let opened = match lab::bundle::open(bundle, into, &site.interrupt, bars) {
        Err(BundleError::Interrupted) => return Ok(None),
        opened => opened.map_err(crate::bundle::failed)?,
    };
    Ok(Some(
        Carried::new(&opened, processor).map_err(unfit_bundle)?,
    ))
}

pub(crate) fn unfit_bundle(error: CarryError) -> anyhow::Error {
    match error {
        CarryError::Bundle(error) => crate::bundle::failed(error),
        error => Usage(error.to_string()).into(),
    }
}

/// Whether all that is asked for can be written, to be known before anything is built or measured.
fn check_outputs(args: &ScenarioArgs) -> anyhow::Result<()> {
    exports::check(&args.exports)?;
    check_files(args.markdown.as_deref())?;
    args.out.as_deref().map_or(Ok(()), check_folder)
}

/// Where a run takes what it launches.
struct Source<'a> {
    plan: &'a Plan,
    definitions: &'a Definitions,
    drivers: Drivers,
    processor: &'a Processor,
    stock: &'a dyn Stock,
    root: &'a Path,
    lab_version: String,
    with_docker: bool,
}

/// Carries out a plan, and concludes its run.
fn measure(
    source: &Source<'_>,
    run: NewRun,
    site: &Site,
    bars: &Bars,
    settings: &Settings,
    args: &ScenarioArgs,
) -> anyhow::Result<u8> {
    let seed = args.seed.or(settings.file.seed);
    let about = run.about(seed, source.lab_version.clone());
    let (definitions, folder) = (source.definitions, run.folder);
    let (runners, products) = (&definitions.runners, &definitions.products);
    let isolations = Isolations::on(runners, products, &source.drivers, source.processor);
    let missing = isolations.missing(&source.plan.launched_on());
    // What an interruption left unbuilt is not missing: the run ends by itself.
    if args.strict && !missing.is_empty() && !site.interrupt.raised() {
        let _ = std::fs::remove_dir(folder.path());
        return unfit(&source.plan.scenario, &missing, args.json);
    }
    for line in &missing {
        bars.note(line);
    }
    let interim = Interim::new(&folder, bars);
    let ended = lab::model::run(&RunRequest {
        folder: &folder,
        plan: source.plan,
        supply: Supply {
            isolations: &isolations,
            workloads: &definitions.workloads,
            stock: source.stock,
            site,
        },
        about,
        root: source.root,
        progress: bars,
        before_block: &|blocks| interim.between_blocks(blocks),
    });
    if matches!(ended, Err(RunError::Taken)) {
        // The files in the folder are those of another run.
        anyhow::bail!(Usage(RunError::Taken.to_string()));
    }
    if source.with_docker {
        remove_containers(site, bars);
    }
    conclude(args, folder, ended)
}

/// What a launch could not remove: the daemon may have come back since.
pub(crate) fn remove_containers(site: &Site, bars: &Bars) {
    for reason in lab::isolation::docker::DockerHost::default().remove_all_of(&site.owner) {
        bars.note(&format!("left behind: {reason}"));
    }
}

/// Says what is missing under `--strict`, as JSON too where that is asked for.
pub(crate) fn unfit(scenario: &str, missing: &[String], json: bool) -> anyhow::Result<u8> {
    if json {
        crate::out::json(&json!({
            "schema_version": SCHEMA_VERSION, "scenario": scenario, "missing": missing,
        }))?;
    }
    for line in missing {
        say::line(line);
    }
    let how_many = match missing.len() {
        1 => "1 isolation is".to_owned(),
        several => format!("{several} isolations are"),
    };
    say::line(&format!(
        "--strict: nothing was measured, since {how_many} missing"
    ));
    Ok(exit::UNFIT)
}

/// Statistics and page from the files of the run, whatever ended it.
fn conclude(
    args: &ScenarioArgs,
    folder: RunFolder,
    ended: Result<Ended, RunError>,
) -> anyhow::Result<u8> {
    let read = match report::read(folder) {
        Ok(read) => read,
        // Without the files there is nothing to conclude but the error itself.
        Err(error) => return Err(ended.err().map_or(error, Into::into)),
    };
    let written = write(args, &read);
    let printed = show(args, &read);
    read.say_where();
    let ended = ended?;
    written?;
    printed?;
    Ok(match ended {
        Ended::Interrupted => exit::INTERRUPTED,
        Ended::Complete => code(args, &read),
    })
}

fn write(args: &ScenarioArgs, read: &Read) -> anyhow::Result<()> {
    read.write()?;
    exports::write(&args.exports, std::slice::from_ref(read))?;
    if let Some(path) = &args.markdown {
        let text = labrun_render::conformance_page(&read.summary);
        let cannot = || format!("cannot write {}", path.display());
        write_whole(path, text.as_bytes()).with_context(cannot)?;
    }
    Ok(())
}

fn show(args: &ScenarioArgs, read: &Read) -> anyhow::Result<()> {
    if args.json {
        return crate::out::json(&read.summary);
    }
    read.print_table(args.full)
}

/// The exit code of a run that was carried out.
fn code(args: &ScenarioArgs, read: &Read) -> u8 {
    let any = |outcomes: &[Outcome]| {
        read.summary
            .results
            .iter()
            .any(|row| outcomes.contains(&row.outcome))
    };
    let any_fault = read.summary.results.iter().any(RowSummary::is_fault);
    if any_fault || any(&[Outcome::Failed, Outcome::Mismatch, Outcome::Timeout]) {
        exit::WORKLOAD_FAILED
    } else if args.strict && any(&[Outcome::Unavailable]) {
        exit::UNFIT
    } else if any(&[Outcome::Measured]) {
        exit::FINE
    } else {
        exit::NOTHING_MEASURED
    }
}
