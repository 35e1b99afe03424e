//! `labrun doctor`: what can be measured here, and how to get the rest.

use lab::build::{Builder, Toolchain};
use lab::isolation::containerd;
use lab::isolation::runner::State;
use labrun_record::{Fingerprint, Outcome};
use serde_json::json;

use crate::bars::Bars;
use crate::cli::{Cli, JsonArgs};
use crate::exit;
use crate::ground::{Definitions, site};

/// One thing that was looked at.
struct Check {
    what: String,
    outcome: &'static str,
    said: String,
}

/// Looks at this machine.
pub(crate) fn run(cli: &Cli, args: &JsonArgs) -> anyhow::Result<u8> {
    let definitions = Definitions::read(cli)?;
    let site = site(true)?;
    let bars = Bars::new();
    let machine = lab::fingerprint::fingerprint();
    let mut checks = machine_checks(&machine);
    let states = match Builder::new(&definitions.lab, &site, &bars) {
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
            definitions
                .runners
                .iter()
                .map(|runner| (runner.name.clone(), builder.runner_if_built(runner)))
                .chain([builder.helper(containerd::HELPER, false)])
                .collect()
        }
        Err(reason) => {
            checks.push(Check {
                what: "rust".to_owned(),
                outcome: "missing",
                said: reason,
            });
            Vec::<(String, State)>::new()
        }
    };
    let isolations: Vec<_> =
        lab::catalog::isolations(&definitions.runners, &definitions.products, &states)
            .iter()
            .map(|isolation| isolation.record())
            .collect();
    if args.json {
        let checks: Vec<_> = checks
            .iter()
            .map(|check| json!({"what": check.what, "outcome": check.outcome, "said": check.said}))
            .collect();
        let all = json!({
            "schema_version": labrun_record::SCHEMA_VERSION, "machine": machine,
            "machine_class": machine.machine_class(), "checks": checks, "isolations": isolations,
        });
        crate::out::json(&all)?;
        return Ok(exit::FINE);
    }
    for check in &checks {
        line(&check.what, check.outcome, &check.said)?;
    }
    crate::out::line("")?;
    for record in isolations {
        let (outcome, said) = match record.outcome {
            Outcome::Measured => ("ok", record.version.unwrap_or_default()),
            _ => ("missing", record.reason.unwrap_or_default()),
        };
        line(&record.name, outcome, &said)?;
    }
    Ok(exit::FINE)
}

fn machine_checks(machine: &Fingerprint) -> Vec<Check> {
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
    vec![
        check(
            "machine",
            "ok",
            format!("{}, {} cores, {}", machine.cpu, machine.cores, machine.os),
        ),
        check("class", "ok", machine.machine_class()),
        cgroups(machine),
        governor,
        zstd(),
    ]
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
        Err(error) => ("missing", error.to_string()),
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
