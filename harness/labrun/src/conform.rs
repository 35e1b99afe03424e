//! `labrun conform`: what each isolation lets a program do, and what it holds back.

mod page;

use lab::build::Builder;
use lab::catalog::{Isolations, profiles};
use lab::conformance::{Check, Conformance, Disk, Finding, WORKLOAD};
use lab::isolation::Isolation;
use lab::model::Supply;
use lab::progress::Progress as _;
use lab::select::Names;
use serde_json::json;

use crate::bars::Bars;
use crate::cli::{Cli, ConformArgs};
use crate::exit;
use crate::ground::{definitions, site};

/// What was found of an isolation.
struct Found {
    isolation: String,
    version: Option<String>,
    findings: Vec<(Check, Finding)>,
}

/// Looks, and says what was found.
pub(crate) fn run(cli: &Cli, args: &ConformArgs) -> anyhow::Result<u8> {
    let definitions = definitions(cli)?;
    let profiles = profiles(&definitions.runners, &definitions.products);
    let names = Names::of(&definitions.runners, &profiles);
    let mut wanted = Vec::new();
    match args.isolation[..] {
        [] => wanted.extend(names.iter()),
        _ => {
            for pattern in &args.isolation {
                wanted.extend(names.asked(pattern)?);
            }
        }
    }
    let site = site(true)?;
    let bars = Bars::new();
    let builder = Builder::new(&definitions, &site, &bars).map_err(anyhow::Error::msg)?;
    let takes = |name: &str| wanted.contains(&name);
    let drivers = builder.drivers(&definitions, &takes);
    let all = Isolations::new(&definitions.runners, &definitions.products, &drivers);
    // Those that only call exports run no program.
    let isolations: Vec<&dyn Isolation> = all
        .iter()
        .filter(|isolation| takes(isolation.name()) && isolation.profile().runs_programs())
        .collect();
    let supply = Supply {
        isolations: &all,
        workloads: &definitions.workloads,
        stock: &builder,
        site: &site,
    };
    let disk = Disk::mount(&site);
    let conformance = Conformance {
        supply: &supply,
        disk: &disk,
    };
    let total = (isolations.len() * Check::ALL.len()) as u64;
    let mut done = 0;
    let mut found = Vec::new();
    for isolation in isolations {
        let told = |_| {
            bars.step("looking", done, total);
            done += 1;
        };
        let Some(findings) = conformance.of(isolation, told) else {
            return Ok(exit::INTERRUPTED);
        };
        found.push(Found {
            isolation: isolation.name().to_owned(),
            version: all
                .record(isolation.name())
                .and_then(|record| record.version.clone()),
            findings,
        });
    }
    bars.finish("looking");
    say(args, &found)?;
    let has = |wanted: fn(&Finding) -> bool| {
        let mut findings = found.iter().flat_map(|found| &found.findings);
        findings.any(|(_, finding)| wanted(finding))
    };
    Ok(if has(|finding| matches!(finding, Finding::Fault(_))) {
        exit::WORKLOAD_FAILED
    } else if args.strict && has(|finding| matches!(finding, Finding::Unavailable(_))) {
        exit::UNFIT
    } else if !has(|finding| matches!(finding, Finding::Conforms)) {
        exit::NOTHING_MEASURED
    } else {
        exit::FINE
    })
}

fn say(args: &ConformArgs, all: &[Found]) -> anyhow::Result<()> {
    if let Some(path) = &args.out {
        std::fs::write(path, page::page(all))
            .map_err(|error| anyhow::anyhow!("cannot write {}: {error}", path.display()))?;
    }
    if args.json {
        return json_of(all);
    }
    let width = all.iter().map(|found| found.isolation.len()).max();
    let width = width.unwrap_or_default();
    for found in all {
        line(found, width)?;
    }
    crate::out::line("")?;
    for check in Check::ALL {
        crate::out::line(&format!("{:12} {}", check.name(), check.summary()))?;
    }
    Ok(())
}

/// One isolation: how many checks it passes, and what of each other.
fn line(found: &Found, width: usize) -> anyhow::Result<()> {
    use anstyle::AnsiColor::{Green, Red, Yellow};
    let passed = found.findings.iter();
    let passed = passed.filter(|(_, finding)| *finding == Finding::Conforms);
    let (passed, of) = (passed.count(), found.findings.len());
    let reasons = page::reasons(found);
    let faulty = reasons.iter().any(|(kind, ..)| *kind == "fault");
    let colour = match (faulty, passed) {
        (true, _) => Red,
        (false, 0) => Yellow,
        (false, _) => Green,
    };
    let style = colour.on_default();
    let name = &found.isolation;
    crate::out::line(&format!(
        "{name:width$}  {style}{passed:2} of {of}{style:#}"
    ))?;
    for (kind, checks, reason) in reasons {
        let checks = if checks.len() == of {
            "everything".to_owned()
        } else {
            checks.join(", ")
        };
        crate::out::line(&format!("    {kind}: {checks}: {reason}"))?;
    }
    Ok(())
}

fn json_of(all: &[Found]) -> anyhow::Result<()> {
    let finding = |(check, finding): &(Check, Finding)| {
        let (outcome, reason) = page::words(finding);
        json!({"check": check.name(), "outcome": outcome, "reason": reason})
    };
    let isolations: Vec<_> = all
        .iter()
        .map(|found| {
            let checks: Vec<_> = found.findings.iter().map(finding).collect();
            json!({"isolation": found.isolation, "version": found.version, "checks": checks})
        })
        .collect();
    let version = labrun_record::SCHEMA_VERSION;
    crate::out::json(&json!({
        "schema_version": version, "workload": WORKLOAD, "isolations": isolations,
    }))
}
