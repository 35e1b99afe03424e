//! `labrun build`: artifacts and runners, only what is stale.

use lab::build::Builder;
use lab::define::DefineError;
use lab::isolation::Linking;
use lab::isolation::runner::State;
use lab::progress::Progress as _;
use lab::select::glob_set;
use labrun_record::Target;
use serde_json::json;

use crate::bars::Bars;
use crate::cli::{BuildArgs, Cli};
use crate::exit;
use crate::ground::{Definitions, site};

/// Builds what is asked for, and says what of it is there.
pub(crate) fn run(cli: &Cli, args: &BuildArgs) -> anyhow::Result<u8> {
    let definitions = Definitions::read(cli, None)?;
    let names = lab::catalog::names(&definitions.runners);
    let unknown = |pattern: &str| {
        DefineError::unknown("isolation", pattern, names.iter().map(String::as_str))
    };
    let patterns = if args.select.isolation.is_empty() {
        vec!["*".to_owned()]
    } else {
        args.select.isolation.clone()
    };
    let mut wanted = Vec::new();
    for pattern in &patterns {
        let set = glob_set(std::slice::from_ref(pattern)).ok_or_else(|| unknown(pattern))?;
        let before = wanted.len();
        wanted.extend(names.iter().filter(|name| set.is_match(name)));
        if wanted.len() == before {
            return Err(unknown(pattern).into());
        }
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

    let site = site(false)?;
    let bars = Bars::new();
    let builder = Builder::new(&definitions.lab, &site, &bars).map_err(anyhow::Error::msg)?;
    let mut built = Vec::new();
    let mut failed = Vec::new();
    let takes = |name: &str| wanted.iter().any(|wanted| wanted.as_str() == name);
    let workloads = definitions.workloads.iter().filter(|workload| {
        args.select.workload.is_empty() || args.select.workload.contains(&workload.name)
    });
    let runners: Vec<_> = definitions
        .runners
        .iter()
        .filter(|runner| runner.isolations().any(|name| takes(&name)))
        .collect();
    let mut targets = Vec::new();
    if takes("native/static") || wanted.iter().any(|name| name.starts_with("docker/")) {
        targets.push((Target::Native, Linking::Static));
    }
    if takes("native/dynamic") || takes("docker/runc-debian") {
        targets.push((Target::Native, Linking::Dynamic));
    }
    if !runners.is_empty() {
        targets.extend([
            (Target::Wasip1, Linking::Static),
            (Target::Wasip2, Linking::Static),
        ]);
    }
    for workload in workloads {
        for &(target, linking) in targets
            .iter()
            .filter(|(target, _)| workload.targets.contains(target))
        {
            match builder.artifact(workload, target, linking) {
                Ok(artifact) => built.push(json!({
                    "what": format!("{} for {}", artifact.workload, artifact.triple),
                    "path": artifact.path, "sha256": artifact.sha256, "bytes": artifact.bytes,
                })),
                Err(reason) => failed.push(reason),
            }
        }
    }
    for runner in runners {
        match builder.runner(runner) {
            State::Ready(ready) => built.push(json!({
                "what": format!("runner {} {}", runner.name, ready.version),
                "path": ready.program, "sha256": ready.sha256,
                "bytes": std::fs::metadata(&ready.program).map_or(0, |file| file.len()),
            })),
            State::Missing(reason) => failed.push(reason),
        }
    }
    if args.json {
        let all = json!({"schema_version": labrun_record::SCHEMA_VERSION, "built": built, "failed": failed});
        crate::out::json(&all)?;
    } else {
        for one in &built {
            let bytes = one["bytes"].as_u64().unwrap_or(0);
            let what = one["what"].as_str().unwrap_or_default();
            let digest = one["sha256"]
                .as_str()
                .and_then(|digest| digest.get(..12))
                .unwrap_or_default();
            let kib = bytes as f64 / 1024.0;
            crate::out::line(&format!("{what:40} {kib:>9.1} KiB  {digest}"))?;
        }
    }
    for reason in &failed {
        bars.note(reason);
    }
    Ok(if site.interrupt.raised() {
        exit::INTERRUPTED
    } else if failed.is_empty() {
        exit::FINE
    } else {
        exit::LAB_FAILED
    })
}
