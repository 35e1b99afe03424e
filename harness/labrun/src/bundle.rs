//! `labrun bundle NAME... --out FILE`: a plan with all that it launches, for a machine without
//! Rust.

use std::path::{Path, PathBuf};

use lab::arch::Arch;
use lab::build::Builder;
use lab::bundle::{BundleError, check_out};
use lab::carry::{PackRequest, pack};
use lab::isolation::Processor;
use lab::progress::Progress as _;
use serde_json::json;

use crate::asked::{Planned, needs_docker};
use crate::bars::Bars;
use crate::cli::{ArchArg, AskedArgs, BundleArgs, Cli};
use crate::exit::{self, Usage};
use crate::ground::{definitions, site};
use crate::new_run::lab_version;
use crate::own::check_held;
use crate::settings::Settings;

/// Builds what the plans need, and packs it.
pub(crate) fn run(cli: &Cli, settings: &Settings, args: &BundleArgs) -> anyhow::Result<u8> {
    let each = args.arch.each();
    let each = each.into_iter().map(|arch| (arch, out(args, arch)));
    let each: Vec<_> = each.collect();
    for (_, out) in &each {
        check_out(out).map_err(failed)?;
    }
    for (arch, out) in &each {
        let code = of_arch(cli, settings, args, *arch, out)?;
        if code != exit::FINE {
            return Ok(code);
        }
    }
    Ok(exit::FINE)
}

/// The file of an architecture: of several each has one of its own.
fn out(args: &BundleArgs, arch: Option<Arch>) -> PathBuf {
    let Some(arch) = arch.filter(|_| args.arch.are_several()) else {
        return args.out.clone();
    };
    let name = args.out.file_name().unwrap_or_default().to_string_lossy();
    // All of the ending: `.tar.zst`.
    let (stem, ending) = name.split_once('.').unwrap_or((&name, ""));
    let dot = if ending.is_empty() { "" } else { "." };
    args.out
        .with_file_name(format!("{stem}-{arch}{dot}{ending}"))
}

/// The bundle for one architecture.
fn of_arch(
    cli: &Cli,
    settings: &Settings,
    args: &BundleArgs,
    arch: Option<Arch>,
    out: &Path,
) -> anyhow::Result<u8> {
    let definitions = definitions(cli)?;
    let mut plans = Vec::new();
    for name in &args.names {
        let asked = AskedArgs {
            name: Some(name.clone()),
            select: args.select.clone(),
            quick: args.quick,
            arch: ArchArg { asked: arch },
            ..AskedArgs::default()
        };
        plans.push(Planned::new(definitions.clone(), settings, &asked)?);
    }
    // Those with the user's own workloads: the same for each of the plans.
    let definitions = plans
        .first()
        .map_or(definitions, |planned| planned.definitions.clone());
    check_held(&definitions, plans.iter().map(|planned| &planned.plan))?;
    let profiles = lab::catalog::profiles(&definitions.runners, &definitions.products);
    let docker = plans
        .iter()
        .any(|planned| needs_docker(&planned.plan, &profiles));
    let site = site(docker)?;
    let bars = Bars::new();
    let builder = Builder::new(&definitions, &site, &bars).map_err(anyhow::Error::msg)?;
    let builder = builder.on(arch.map_or(Processor::Own, Processor::of));
    let unwritten = || exit::interrupted(&format!("{} was not written", out.display()));
    let labrun = match builder.labrun() {
        Err(_) if site.interrupt.raised() => return Ok(unwritten()),
        labrun => labrun.map_err(anyhow::Error::msg)?,
    };
    let packed = pack(&PackRequest {
        plans: plans.into_iter().map(|planned| planned.plan).collect(),
        definitions: &definitions,
        profiles: &profiles,
        builder: &builder,
        labrun: labrun.as_deref(),
        lab_version: lab_version(definitions.lab.path()),
        out,
        site: &site,
        progress: &bars,
    });
    let packed = match packed {
        Err(BundleError::Interrupted) => return Ok(unwritten()),
        packed => packed.map_err(failed)?,
    };
    let mut missing: Vec<&str> = Vec::new();
    let artifacts = packed.manifest.artifacts.iter();
    missing.extend(artifacts.filter_map(|one| Some(one.built.as_ref().err()?.reason.as_str())));
    let drivers = packed.manifest.drivers.iter();
    missing.extend(drivers.filter_map(|one| Some(one.built.as_ref().err()?.reason.as_str())));
    missing.sort_unstable();
    missing.dedup();
    let own;
    if labrun.is_none() {
        own = format!(
            "labrun, since the lab holds no source of it to build it for {}: take that along by itself",
            builder.arch()
        );
        missing.push(&own);
    }
    for reason in &missing {
        bars.note(&format!("not in the bundle: {reason}"));
    }
    if args.json {
        crate::out::json(&json!({
            "schema_version": labrun_record::SCHEMA_VERSION,
            "bundle": out, "arch": builder.arch(), "bytes": packed.bytes, "missing": missing,
            "contents": packed.manifest,
        }))?;
    } else {
        let (shown, mib) = (out.display(), packed.bytes as f64 / 1024.0 / 1024.0);
        crate::out::line(&format!("{shown}  {mib:.1} MiB"))?;
        let name = out.file_name().unwrap_or_default().to_string_lossy();
        let names = args.names.join("|");
        let own = match labrun {
            None => String::new(),
            Some(_) => format!(
                "; without labrun there: mkdir b && tar --zstd -xf {name} -C b && b/labrun scenario {names} \
                 --bundle b"
            ),
        };
        crate::out::line(&format!(
            "on the machine: labrun scenario {names} --bundle {name}{own}"
        ))?;
    }
    Ok(exit::FINE)
}

/// What is wrong with a file that was named is a mistake of who named it.
pub(crate) fn failed(error: BundleError) -> anyhow::Error {
    match error {
        BundleError::DiskFull { .. }
        | BundleError::Write { .. }
        | BundleError::ReadBack { .. }
        | BundleError::Changed { .. } => error.into(),
        error => Usage(error.to_string()).into(),
    }
}
