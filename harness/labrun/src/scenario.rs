//! `labrun scenario NAME`: from a question to a run and its page.

use std::path::Path;

use anyhow::Context as _;
use lab::build::Builder;
use lab::bundle::BundleError;
use lab::carry::{Carried, CarryError};
use lab::catalog::{Drivers, Isolations, profiles};
use lab::define::Definitions;
use lab::model::{Ended, RunError, RunRequest, Supply};
use lab::plan::Plan;
use lab::progress::Progress as _;
use lab::select::Names;
use lab::site::Site;
use lab::stock::Stock;
use labrun_analysis::RowSummary;
use labrun_record::{Outcome, RunFolder};

use crate::asked::{Planned, needs_docker, options};
use crate::bars::Bars;
use crate::cli::{Cli, ScenarioArgs};
use crate::exit::{self, Usage};
use crate::ground::{definitions, site};
use crate::interim::Interim;
use crate::report::{self, Read};
use crate::settings::Settings;

/// Measures one scenario.
pub(crate) fn run(cli: &Cli, settings: &Settings, args: &ScenarioArgs) -> anyhow::Result<u8> {
    if let Some(bundle) = &args.bundle {
        return of_bundle(bundle, settings, args);
    }
    let planned = Planned::new(definitions(cli)?, settings, &args.asked)?;
    let (definitions, plan) = (&planned.definitions, &planned.plan);
    let run = NewRun::begin(plan, args)?;
    let with_docker = needs_docker(plan, &planned.profiles);
    let site = site(with_docker)?;
    let bars = Bars::new();
    let builder = Builder::new(definitions, &site, &bars).map_err(anyhow::Error::msg)?;
    let launched = plan.launched_on();
    let drivers = builder.drivers(definitions, &|name| launched.contains(&name));
    let source = Source {
        plan,
        definitions,
        drivers,
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
    let site = site(false)?;
    let bars = Bars::new();
    let folder = site
        .disk_folder()
        .context("cannot make a folder to unpack to")?;
    let Some(mut carried) = open_bundle(bundle, folder.path(), &site, &bars)? else {
        return Ok(exit::INTERRUPTED);
    };
    let profiles = profiles(&carried.definitions.runners, &carried.definitions.products);
    let mut plan = carried.plan(asked.name.as_deref()).map_err(unfit_bundle)?;
    let names = Names::of(&carried.definitions.runners, &profiles);
    plan.narrow(&asked.select.workload, &asked.select.isolation, &names)?;
    plan.adjust(&options(settings, asked)?);
    let with_docker = needs_docker(&plan, &profiles);
    if with_docker {
        carried.load_images(&site);
    }
    let definitions = &carried.definitions;
    raise_loopback(&bars);
    let run = NewRun::begin(&plan, args)?;
    let source = Source {
        plan: &plan,
        definitions,
        drivers: carried.drivers(&site),
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
    site: &Site,
    bars: &Bars,
) -> anyhow::Result<Option<Carried>> {
    let opened = match lab::bundle::open(bundle, into, &site.interrupt, bars) {
        Err(BundleError::Interrupted) => return Ok(None),
        opened => opened.map_err(crate::bundle::failed)?,
    };
    Ok(Some(Carried::new(&opened).map_err(unfit_bundle)?))
}

pub(crate) fn unfit_bundle(error: CarryError) -> anyhow::Error {
    match error {
        CarryError::Bundle(error) => crate::bundle::failed(error),
        error => Usage(error.to_string()).into(),
    }
}

/// A run that is about to begin: its folder and its name.
struct NewRun {
    folder: RunFolder,
    id: String,
    started: jiff::Timestamp,
}

impl NewRun {
    fn begin(plan: &Plan, args: &ScenarioArgs) -> anyhow::Result<Self> {
        for file in [&args.export_json, &args.markdown].into_iter().flatten() {
            check_file(file)?;
        }
        let started = jiff::Timestamp::now();
        let host = lab::fingerprint::fingerprint().host;
        let stamp = started.strftime("%Y%m%dT%H%M%SZ");
        let id = format!("{stamp}-{}-{host}", plan.scenario);
        let (folder, id) = match &args.out {
            Some(out) => (create_folder(out)?, id),
            None => fresh_folder(Path::new("runs"), &id)?,
        };
        Ok(Self {
            folder,
            id,
            started,
        })
    }
}

/// Whether a file can be written there, to be known before anything is measured.
fn check_file(path: &Path) -> anyhow::Result<()> {
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    let folder = folder.unwrap_or(Path::new("."));
    let shown = path.display();
    if path.is_dir() {
        anyhow::bail!(Usage(format!("{shown} is a folder: name a file in it")));
    }
    if !folder.is_dir() {
        anyhow::bail!(Usage(format!(
            "cannot write {shown}: make the folder first: mkdir -p {}",
            folder.display()
        )));
    }
    Ok(())
}

/// A folder of this name, or of the next one that no other run has: several may begin in one second.
fn fresh_folder(parent: &Path, id: &str) -> anyhow::Result<(RunFolder, String)> {
    let cannot = |error| cannot_write(parent, &error);
    std::fs::create_dir_all(parent).map_err(cannot)?;
    let mut name = id.to_owned();
    for number in 2.. {
        match std::fs::create_dir(parent.join(&name)) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                name = format!("{id}-{number}");
            }
            made => {
                made.map_err(cannot)?;
                break;
            }
        }
    }
    Ok((create_folder(&parent.join(&name))?, name))
}

fn cannot_write(path: &Path, error: &std::io::Error) -> anyhow::Error {
    let reason = "give --out a folder that can be written";
    Usage(format!(
        "cannot write to {}: {error}; {reason}",
        path.display()
    ))
    .into()
}

/// Where a run takes what it launches.
struct Source<'a> {
    plan: &'a Plan,
    definitions: &'a Definitions,
    drivers: Drivers,
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
    let (definitions, folder) = (source.definitions, run.folder);
    let (runners, products) = (&definitions.runners, &definitions.products);
    let isolations = Isolations::new(runners, products, &source.drivers);
    let missing = isolations.missing(&source.plan.launched_on());
    // What an interruption left unbuilt is not missing: the run ends by itself.
    if args.strict && !missing.is_empty() && !site.interrupt.raised() {
        return Ok(unfit(&missing, &folder));
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
        seed: args.seed.or(settings.file.seed).unwrap_or_else(fresh_seed),
        command: std::env::args_os()
            .map(|word| word.to_string_lossy().into_owned())
            .collect(),
        lab_version: source.lab_version.clone(),
        root: source.root,
        progress: bars,
        started: run.started.to_string(),
        id: run.id,
        before_block: &|blocks| interim.between_blocks(blocks),
    });
    if matches!(ended, Err(RunError::Taken)) {
        // The files in the folder are those of another run.
        anyhow::bail!(Usage(RunError::Taken.to_string()));
    }
    if source.with_docker {
        // What a launch could not remove: the daemon may have come back since.
        for reason in lab::isolation::docker::DockerHost::default().remove_all_of(&site.owner) {
            bars.note(&format!("left behind: {reason}"));
        }
    }
    conclude(args, folder, ended)
}

/// Says what is missing under `--strict`, and leaves no folder.
fn unfit(missing: &[String], folder: &RunFolder) -> u8 {
    for line in missing {
        anstream::eprintln!("{line}");
    }
    anstream::eprintln!(
        "--strict: nothing was measured, since {} missing",
        match missing.len() {
            1 => "1 isolation is".to_owned(),
            several => format!("{several} isolations are"),
        }
    );
    let _ = std::fs::remove_dir(folder.path());
    exit::UNFIT
}

/// A seed that no other run has.
fn fresh_seed() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(1, |since| since.as_nanos() as u64 % 1_000_000_000)
}

/// The version, with the commit of the lab's folder where git knows it.
pub(crate) fn lab_version(lab: &Path) -> String {
    let version = env!("CARGO_PKG_VERSION");
    match lab::git::head(lab) {
        Some((commit, true)) => format!("{version} ({commit}, changed)"),
        Some((commit, false)) => format!("{version} ({commit})"),
        None => version.to_owned(),
    }
}

/// The folder of the run, made now, so that one that cannot be written is known
/// before anything is measured.
fn create_folder(path: &Path) -> anyhow::Result<RunFolder> {
    let folder = RunFolder::open(path);
    if folder.run_json().exists() || folder.samples_jsonl().exists() {
        anyhow::bail!(Usage(format!(
            "{} already holds a run: give --out another folder",
            path.display()
        )));
    }
    let cannot = |error| cannot_write(path, &error);
    std::fs::create_dir_all(path).map_err(cannot)?;
    let probe = path.join(".labrun-probe");
    std::fs::write(&probe, b"room\n")
        .and_then(|()| std::fs::remove_file(&probe))
        .map_err(cannot)?;
    Ok(folder)
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
    show(args, &read)?;
    let ended = ended?;
    written?;
    Ok(match ended {
        Ended::Interrupted => exit::INTERRUPTED,
        Ended::Complete => code(args, &read),
    })
}

fn write(args: &ScenarioArgs, read: &Read) -> anyhow::Result<()> {
    read.write()?;
    if let Some(path) = &args.export_json {
        let mut text = serde_json::to_string_pretty(&read.summary)?;
        text.push('\n');
        std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    if let Some(path) = &args.markdown {
        let text = labrun_render::conformance_page(&read.summary);
        std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

fn show(args: &ScenarioArgs, read: &Read) -> anyhow::Result<()> {
    if args.json {
        crate::out::json(&read.summary)?;
    } else {
        let width = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
        // The stream itself leaves colours out where they are not wanted.
        crate::out::line(&labrun_render::table(&read.summary, width, true))?;
    }
    anstream::eprintln!("run:  {}", read.folder.path().display());
    if read.folder.report_html().exists() {
        anstream::eprintln!("page: {}", read.folder.report_html().display());
    }
    Ok(())
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
