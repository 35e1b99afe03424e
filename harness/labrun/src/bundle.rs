//! `labrun bundle NAME... --out FILE`: a plan with all that it launches, for a machine without
//! Rust.

use lab::build::Builder;
use lab::bundle::{BundleError, check_out};
use lab::carry::{PackRequest, pack};
use lab::progress::Progress as _;
use serde_json::json;

use crate::asked::{Planned, needs_docker};
use crate::bars::Bars;
use crate::cli::{AskedArgs, BundleArgs, Cli};
use crate::exit::{self, Usage};
use crate::ground::{definitions, site};
use crate::new_run::lab_version;
use crate::own::check_held;
use crate::settings::Settings;

/// Builds what the plans need, and packs it.
pub(crate) fn run(cli: &Cli, settings: &Settings, args: &BundleArgs) -> anyhow::Result<u8> {
    check_out(&args.out).map_err(failed)?;
    let definitions = definitions(cli)?;
    let mut plans = Vec::new();
    for name in &args.names {
        let asked = AskedArgs {
            name: Some(name.clone()),
            select: args.select.clone(),
            quick: args.quick,
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
    let unwritten = || exit::interrupted(&format!("{} was not written", args.out.display()));
    let labrun = match builder.labrun() {
        Err(_) if site.interrupt.raised() => return Ok(unwritten()),
        labrun => labrun.map_err(anyhow::Error::msg)?,
    };
    let packed = pack(&PackRequest {
        plans: plans.into_iter().map(|planned| planned.plan).collect(),
        definitions: &definitions,
        profiles: &profiles,
        builder: &builder,
        labrun: &labrun,
        lab_version: lab_version(definitions.lab.path()),
        out: &args.out,
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
    for reason in &missing {
        bars.note(&format!("not in the bundle: {reason}"));
    }
    if args.json {
        crate::out::json(&json!({
            "schema_version": labrun_record::SCHEMA_VERSION,
            "bundle": args.out, "bytes": packed.bytes, "missing": missing,
            "contents": packed.manifest,
        }))?;
    } else {
        let (out, mib) = (args.out.display(), packed.bytes as f64 / 1024.0 / 1024.0);
        crate::out::line(&format!("{out}  {mib:.1} MiB"))?;
        let name = args.out.file_name().unwrap_or_default().to_string_lossy();
        crate::out::line(&format!(
            "on the machine: labrun scenario {} --bundle {name}; without labrun there: mkdir b && \
             tar --zstd -xf {name} -C b && b/labrun scenario {0} --bundle b",
            args.names.join("|")
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
