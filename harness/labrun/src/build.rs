//! `labrun build`: artifacts and runners, only what is stale.

use lab::build::{BuildReport, Builder, BuiltItem};
use lab::catalog::profiles;
use lab::define::DefineError;
use lab::isolation::{Daemon, Processor, Profile};
use lab::progress::Progress as _;
use lab::select::Names;
use serde_json::json;

use crate::bars::Bars;
use crate::cli::{BuildArgs, Cli};
use crate::exit::{self, Usage};
use crate::ground::{definitions, site};
use crate::own::Own;
use crate::version;

/// Builds what is asked for, and says what of it is there.
pub(crate) fn run(cli: &Cli, args: &BuildArgs) -> anyhow::Result<u8> {
    let mut definitions = definitions(cli)?;
    if let (Some(runner), Some(version)) = (&args.runner, &args.version) {
        if args.arch.each() != [None] {
            let reason =
                "--arch does not go with --runner: another version is built for this machine";
            return Err(Usage(reason.to_owned()).into());
        }
        return version::run(&definitions, args, runner, version);
    }
    let profiles = profiles(&definitions.runners, &definitions.products);
    let names = Names::of(&definitions.runners, &profiles);
    let patterns = if args.select.isolation.is_empty() {
        vec!["*".to_owned()]
    } else {
        args.select.isolation.clone()
    };
    let mut wanted = Vec::new();
    for pattern in &patterns {
        wanted.extend(names.asked(pattern)?);
    }
    let own = Own::add_folders(&mut definitions, &args.select)?;
    let asked = own.asked();
    for name in &asked {
        if !definitions
            .workloads
            .iter()
            .any(|workload| &workload.name == name)
        {
            let known = definitions
                .workloads
                .iter()
                .map(|workload| workload.name.as_str());
            return Err(DefineError::unknown("workload", name, known).into());
        }
    }

    let of_docker = |profile: &&Profile| profile.daemon == Some(Daemon::Docker);
    let mut of_docker = profiles.iter().filter(of_docker);
    let with_docker = of_docker.any(|profile| wanted.contains(&profile.name.as_str()));
    let site = site(with_docker)?;
    let bars = Bars::new();
    let workloads: Vec<_> = definitions
        .workloads
        .iter()
        .filter(|workload| asked.is_empty() || asked.contains(&workload.name))
        .collect();
    let takes = |name: &str| wanted.contains(&name);
    let mut all = BuildReport::default();
    for arch in args.arch.each() {
        let builder = Builder::new(&definitions, &site, &bars).map_err(anyhow::Error::msg)?;
        let builder = match arch {
            None => builder,
            Some(arch) => builder.on(Processor::of(arch)),
        };
        all.add(BuildReport::build(
            &builder,
            &definitions,
            &workloads,
            &takes,
        ));
    }
    let printed = if args.json {
        let version = labrun_record::SCHEMA_VERSION;
        crate::out::json(
            &json!({"schema_version": version, "built": all.built, "failed": all.failed, "skipped": all.skipped}),
        )
    } else {
        all.built.iter().try_for_each(show)
    };
    for reason in &all.skipped {
        bars.note(&format!("skipped: {reason}"));
    }
    for reason in &all.failed {
        bars.note(reason);
    }
    printed?;
    Ok(if site.interrupt.raised() {
        exit::interrupted("what was built until then is kept")
    } else if all.failed.is_empty() {
        exit::FINE
    } else {
        exit::LAB_FAILED
    })
}

/// Prints a line on something that is built.
pub(crate) fn show(item: &BuiltItem) -> anyhow::Result<()> {
    let (what, kib) = (&item.what, item.bytes as f64 / 1024.0);
    crate::out::line(&format!("{what:46} {kib:>9.1} KiB  {:.12}", item.sha256))
}
