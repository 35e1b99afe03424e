//! `labrun doctor`: what can be measured here, and how to get the rest.

use std::path::Path;

use lab::arch::Arch;
use lab::build::{Builder, Toolchain};
use lab::catalog::{Drivers, Isolations};
use lab::isolation::{Emulator, Isolation, Processor};
use labrun_record::{Fingerprint, Outcome};
use serde_json::json;

use crate::bars::Bars;
use crate::cli::{Cli, DoctorArgs};
use crate::exit;
use crate::ground::{definitions, site};
use crate::scenario::open_bundle;

/// One thing that was looked at.
struct Check {
    what: String,
    outcome: &'static str,
    said: String,
}

/// Looks at this machine.
pub(crate) fn run(cli: &Cli, args: &DoctorArgs) -> anyhow::Result<u8> {
    if let Some(bundle) = &args.bundle {
        return of_bundle(bundle, args);
    }
    let definitions = definitions(cli)?;
    let site = site(true)?;
    let bars = Bars::new();
    let mut checks = machine_checks();
    let drivers = match Builder::new(&definitions, &site, &bars) {
        Ok(builder) => {
            checks.push(Check {
                what: "rust".to_owned(),
                outcome: "ok",
                said: builder.toolchain().version.clone(),
            });
            let arch = builder.toolchain().arch().to_owned();
            for triple in [
                format!("{arch}-unknown-linux-musl"),
                format!("{arch}-unknown-linux-gnu"),
                "wasm32-wasip1".to_owned(),
                "wasm32-wasip2".to_owned(),
            ] {
                checks.push(target_check(builder.toolchain(), triple));
            }
            for arch in Arch::ALL.into_iter().filter(|arch| !arch.is_here()) {
                checks.push(cross_check(builder.toolchain(), arch));
                checks.push(emulator_check(arch));
            }
            checks.extend(Arch::here().map(counting_check));
            builder.drivers(&definitions, &|_| false)
        }
        Err(reason) => {
            checks.push(Check {
                what: "rust".to_owned(),
                outcome: "missing",
                said: reason,
            });
            Drivers::new()
        }
    };
    let isolations = Isolations::new(&definitions.runners, &definitions.products, &drivers);
    let names: Vec<&str> = isolations.iter().map(Isolation::name).collect();
    say(args, &checks, &isolations, &names)?;
    Ok(exit::FINE)
}

/// Says what of a bundle will run here.
fn of_bundle(bundle: &Path, args: &DoctorArgs) -> anyhow::Result<u8> {
    let site = site(false)?;
    let bars = Bars::new();
    let folder = site.disk_folder()?;
    let processor = Processor::Own;
    let Some(carried) = open_bundle(bundle, folder.path(), processor, &site, &bars)? else {
        return Ok(exit::interrupted("the bundle was not looked at"));
    };
    let (runners, products) = (&carried.definitions.runners, &carried.definitions.products);
    let isolations = Isolations::new(runners, products, &carried.drivers(&site));
    let mut checks = machine_checks();
    checks.extend(carried.misfits().into_iter().map(|said| Check {
        what: "bundle".to_owned(),
        outcome: "missing",
        said,
    }));
    say(args, &checks, &isolations, &carried.launched_on())?;
    Ok(exit::FINE)
}

/// Prints the checks, and what becomes of some isolations.
fn say(
    args: &DoctorArgs,
    checks: &[Check],
    isolations: &Isolations,
    names: &[&str],
) -> anyhow::Result<()> {
    let records: Vec<_> = names
        .iter()
        .filter_map(|name| isolations.record(name))
        .collect();
    if args.json {
        let machine = lab::fingerprint::fingerprint();
        let checks: Vec<_> = checks
            .iter()
            .map(|check| json!({"what": check.what, "outcome": check.outcome, "said": check.said}))
            .collect();
        return crate::out::json(&json!({
            "schema_version": labrun_record::SCHEMA_VERSION, "machine": machine,
            "machine_class": machine.machine_class(), "checks": checks, "isolations": records,
        }));
    }
    for check in checks {
        line(&check.what, check.outcome, &check.said)?;
    }
    crate::out::line("")?;
    for record in records {
        let (outcome, said) = match record.outcome {
            Outcome::Measured => ("ok", record.version.as_deref()),
            _ => ("missing", record.reason.as_deref()),
        };
        line(&record.name, outcome, said.unwrap_or_default())?;
    }
    Ok(())
}

fn machine_checks() -> Vec<Check> {
    let machine = &lab::fingerprint::fingerprint();
    let check = |what: &str, outcome, said: String| Check {
        what: what.to_owned(),
        outcome,
        said,
    };
    let governor = match machine.governor.as_deref() {
        Some("performance") => check("governor", "ok", "performance".to_owned()),
        Some(other) => check(
            "governor",
            "warning",
            format!(
                "{other}: frequencies vary; `cpupower frequency-set -g performance` fixes them"
            ),
        ),
        None => check(
            "governor",
            "ok",
            "none is shown (usual in a virtual machine)".to_owned(),
        ),
    };
    let mut checks = vec![
        check(
            "machine",
            "ok",
            format!("{}, {} cores, {}", machine.cpu, machine.cores, machine.os),
        ),
        check("class", "ok", machine.machine_class()),
        cgroups(machine),
        governor,
        zstd(),
    ];
    checks.extend(
        lab::limits::all()
            .into_iter()
            .map(|limit| match limit.lift {
                None => check(limit.what, "ok", limit.said),
                Some(lift) => check(limit.what, "warning", format!("{}: {lift}", limit.said)),
            }),
    );
    checks
}

/// Whether a launch can have a cgroup of its own; without one its cgroup rows are missing.
fn cgroups(machine: &Fingerprint) -> Check {
    let (outcome, said) = match lab::cgroup::Hierarchy::detect() {
        Ok(_) => (
            "ok",
            format!("memory controller: {:?}", machine.cgroup).to_lowercase(),
        ),
        Err(error) => ("missing", error.to_string()),
    };
    Check {
        what: "cgroups".to_owned(),
        outcome,
        said,
    }
}

/// The command that compresses for `labrun scenario size`.
fn zstd() -> Check {
    let (outcome, said) = match lab::size::Zstd::find() {
        Ok(zstd) => ("ok", zstd.version),
        Err(failure) => ("missing", failure.into_reason()),
    };
    Check {
        what: "zstd".to_owned(),
        outcome,
        said,
    }
}

fn target_check(toolchain: &Toolchain, triple: String) -> Check {
    let here = toolchain.has_target(&triple);
    let said = if here {
        "installed".to_owned()
    } else {
        format!("labrun adds it when it is needed; by hand: rustup target add {triple}")
    };
    Check {
        what: triple,
        outcome: if here { "ok" } else { "missing" },
        said,
    }
}

/// Whether C can be compiled, and linked, for another architecture.
fn cross_check(toolchain: &Toolchain, arch: Arch) -> Check {
    let (outcome, said) = match toolchain.cross_compiler(arch) {
        Ok(path) => ("ok", path.display().to_string()),
        Err(reason) => ("missing", reason),
    };
    Check {
        what: format!("building for {arch}"),
        outcome,
        said,
    }
}

/// Whether programs of another architecture can be emulated.
fn emulator_check(arch: Arch) -> Check {
    let (outcome, said) = match Emulator::find(arch) {
        Ok(emulator) => ("ok", format!("{} {}", emulator.name(), emulator.version())),
        Err(reason) => ("missing", reason),
    };
    Check {
        what: format!("emulating {arch}"),
        outcome,
        said,
    }
}

/// Whether instructions can be counted.
fn counting_check(arch: Arch) -> Check {
    let found = Emulator::find(arch).and_then(|emulator| match emulator.refuses_plugins() {
        Some(why) => Err(why),
        None => Ok(format!("{} {}", emulator.name(), emulator.version())),
    });
    let (outcome, said) = match found {
        Ok(said) => ("ok", said),
        Err(reason) => ("missing", reason),
    };
    Check {
        what: "counting instructions".to_owned(),
        outcome,
        said,
    }
}

fn line(what: &str, outcome: &str, said: &str) -> anyhow::Result<()> {
    use anstyle::AnsiColor::{Green, Red, Yellow};
    let colour = match outcome {
        "ok" => Green,
        "warning" => Yellow,
        _ => Red,
    };
    let style = colour.on_default();
    crate::out::line(&format!("{what:28} {style}{outcome:8}{style:#} {said}"))
}
