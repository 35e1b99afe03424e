//! `labrun list`: what is defined, here or not.

use lab::catalog::profiles;
use lab::define::Definitions;
use labrun_record::Metric;
use serde_json::{Value, json};

use crate::cli::{Cli, ListArgs, Listed};
use crate::exit;
use crate::ground::definitions;

/// Prints what is defined.
pub(crate) fn run(cli: &Cli, args: &ListArgs) -> anyhow::Result<u8> {
    let definitions = definitions(cli)?;
    let all = [
        Listed::Scenarios,
        Listed::Workloads,
        Listed::Isolations,
        Listed::Metrics,
    ];
    let wanted: Vec<Listed> = args.what.map_or_else(|| all.to_vec(), |what| vec![what]);
    let mut printed = serde_json::Map::new();
    for what in &wanted {
        let (title, entries) = entries(&definitions, *what)?;
        if args.json {
            let listed = entries
                .into_iter()
                .map(|(name, about)| json!({"name": name, "about": about}));
            printed.insert(title.to_owned(), listed.collect());
        } else {
            show(title, &entries, wanted.len() > 1)?;
        }
    }
    if args.json {
        printed.insert(
            "schema_version".to_owned(),
            json!(labrun_record::SCHEMA_VERSION),
        );
        crate::out::json(&Value::Object(printed))?;
    }
    Ok(exit::FINE)
}

fn entries(
    definitions: &Definitions,
    what: Listed,
) -> anyhow::Result<(&'static str, Vec<(String, String)>)> {
    Ok(match what {
        Listed::Scenarios => {
            let mut entries = Vec::new();
            for name in definitions.lab.scenario_names()? {
                let question = definitions.lab.asked(&name)?.question;
                entries.push((name, question));
            }
            ("scenarios", entries)
        }
        Listed::Workloads => {
            let entry = |w: &lab::define::Workload| (w.name.clone(), w.summary.clone());
            (
                "workloads",
                definitions.workloads.iter().map(entry).collect(),
            )
        }
        Listed::Isolations => {
            let all = profiles(&definitions.runners, &definitions.products);
            let entries = all.into_iter().map(|profile| {
                let about = format!("{} | {}", profile.tier, profile.summary);
                (profile.name, about)
            });
            let entries = entries.collect();
            ("isolations", entries)
        }
        Listed::Metrics => {
            let entry = |metric: &Metric| (metric.name().to_owned(), metric.summary().to_owned());
            ("metrics", Metric::ALL.iter().map(entry).collect())
        }
    })
}

fn show(title: &str, entries: &[(String, String)], with_title: bool) -> anyhow::Result<()> {
    if with_title {
        let bold = anstyle::Style::new().bold();
        crate::out::line(&format!("{bold}{title}{bold:#}"))?;
    }
    let width = entries
        .iter()
        .map(|(name, _)| name.len())
        .max()
        .unwrap_or(0);
    for (name, about) in entries {
        crate::out::line(&format!(
            "{}{name:width$}  {about}",
            if with_title { "  " } else { "" }
        ))?;
    }
    Ok(())
}
