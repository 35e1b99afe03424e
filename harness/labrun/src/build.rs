//! `labrun build`: artifacts and runners, only what is stale.

use lab::build::{Builder, Everything, Thing};
use lab::define::DefineError;
use lab::progress::Progress as _;
use lab::select::Names;
use serde_json::json;

use crate::bars::Bars;
use crate::cli::{BuildArgs, Cli};
use crate::exit;
use crate::ground::{Definitions, site};
use crate::version;

/// Builds what is asked for, and says what of it is there.
pub(crate) fn run(cli: &Cli, args: &BuildArgs) -> anyhow::Result<u8> {
    let definitions = Definitions::read(cli)?;
    if let (Some(runner), Some(version)) = (&args.runner, &args.version) {
        return version::run(&definitions, args, runner, version);
    }
    let names = Names::of(&definitions.runners, &definitions.products);
    let patterns = if args.select.isolation.is_empty() {
        vec!["*".to_owned()]
    } else {
        args.select.isolation.clone()
    };
    let mut wanted = Vec::new();
    for pattern in &patterns {
        wanted.extend(names.asked(pattern)?);
    }
    for name in &args.select.workload {
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

    let site = site(wanted.iter().any(|name| name.starts_with("docker/")))?;
    let bars = Bars::new();
    let builder = Builder::new(&definitions.lab, &site, &bars).map_err(anyhow::Error::msg)?;
    let workloads: Vec<_> = definitions
        .workloads
        .iter()
        .filter(|workload| {
            args.select.workload.is_empty() || args.select.workload.contains(&workload.name)
        })
        .collect();
    let takes = |name: &str| wanted.contains(&name);
    let all = Everything::build(
        &builder,
        &workloads,
        &definitions.runners,
        &definitions.products,
        &takes,
    );
    if args.json {
        let version = labrun_record::SCHEMA_VERSION;
        crate::out::json(
            &json!({"schema_version": version, "built": all.built, "failed": all.failed, "skipped": all.skipped}),
        )?;
    } else {
        for thing in &all.built {
            show(thing)?;
        }
    }
    for reason in &all.skipped {
        bars.note(&format!("skipped: {reason}"));
    }
    for reason in &all.failed {
        bars.note(reason);
    }
    Ok(if site.interrupt.raised() {
        exit::INTERRUPTED
    } else if all.failed.is_empty() {
        exit::FINE
    } else {
        exit::LAB_FAILED
    })
}

/// Prints a line on something that is built.
pub(crate) fn show(thing: &Thing) -> anyhow::Result<()> {
    let (what, kib) = (&thing.what, thing.bytes as f64 / 1024.0);
    crate::out::line(&format!("{what:46} {kib:>9.1} KiB  {:.12}", thing.sha256))
}
