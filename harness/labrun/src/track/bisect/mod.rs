//! `labrun track bisect`: the commit, or the version of a runtime, that made something worse, by a replay
//! for each step.

mod search;
mod step;
mod versions;

use lab::define::LabFolder;
use lab::git::Checkout;
use labrun_history::{Finding, Findings, Nights};
use labrun_record::Row;
use serde_json::json;

use super::ack::{all_nights, is_meant};
use super::builds::side;
use super::{existing, name_damaged, rules};
use crate::cli::{Cli, TrackBisectArgs};
use crate::exit::{self, Usage};
use crate::say;
use crate::settings::Settings;
use search::{Is, among_measured};
use step::Step;
use versions::Versions;

/// Rows of a finding that are replayed at each step: those of a group say the same.
const MOST_ROWS: usize = 3;

/// What is open: the finding, the scenario of its night, and its rows.
type Open = (Finding, String, Vec<Row>);

/// Finds it.
pub(super) fn run(cli: &Cli, settings: &Settings, args: &TrackBisectArgs) -> anyhow::Result<u8> {
    let (finding, scenario, rows) = meant(cli, args)?;
    let step = Step {
        cli,
        settings,
        time_budget_s: args.time_budget,
        scenario: &scenario,
        rows: &rows,
        direction: finding.direction,
    };
    let among = |names: &[String], what: &str| {
        let number = match names.len() {
            1 => format!("1 {what}"),
            more => format!("{more} {what}s"),
        };
        say::line(&format!("{}: {number} to choose from", finding.label));
    };
    let (what, names, found) = if args.versions.is_empty() {
        let (good, between) = commits(cli, args, &finding)?;
        among(&between, "commit");
        let found = among_measured(between.len(), |at| {
            let sides = (side("commit", &good), side("commit", &between[at]));
            told(&between[at], look(&step, sides))
        });
        ("commit", between, found)
    } else {
        let versions = Versions::new(cli, &args.versions, &rows)?;
        let names = versions.after_the_first();
        among(&names, "version");
        let good = versions.good().map_err(crate::version::failed)?;
        let found = among_measured(names.len(), |at| {
            let is = match versions.nth_after(at) {
                Ok(name) => look(&step, (side("isolation", &good), side("isolation", &name))),
                Err(error) => {
                    say::line(&error.to_string());
                    Some(Is::Unknown)
                }
            };
            told(&names[at], is)
        });
        ("version", names, found)
    };
    let (left, code) = match &found {
        None => return Ok(exit::interrupted(&format!("no {what} is named"))),
        Some(Ok(found)) => (&names[found.clone()], exit::FINE),
        Some(Err(is)) => {
            let bad = names.last().map_or("", String::as_str);
            say::line(&match is {
                Is::Good => format!(
                    "{bad} is not worse than the good one by a replay of both: there is nothing to find between them"
                ),
                _ => format!(
                    "whether {bad} is worse than the good one is not decided by a replay of both: no {what} is named \
                     (more time for each step: --time-budget)"
                ),
            });
            (&[][..], exit::LAB_FAILED)
        }
    };
    if args.json {
        let plural = format!("{what}s");
        crate::out::json(&json!({
            "schema_version": labrun_history::HISTORY_SCHEMA, "label": finding.label, plural: left,
        }))?;
    } else if let [one] = left {
        crate::out::line(&format!("first bad {what}: {one}"))?;
    } else if !left.is_empty() {
        crate::out::line(&format!(
            "one of these, between which nothing is decided: {}",
            left.join(" ")
        ))?;
    }
    Ok(code)
}

/// The one regression that is meant.
fn meant(cli: &Cli, args: &TrackBisectArgs) -> anyhow::Result<Open> {
    let history = existing(&args.history)?;
    let known = rules::known(&history, None, cli.lab.as_deref())?;
    name_damaged(&known.damaged);
    let mut open: Vec<Open> = Vec::new();
    for nights in all_nights(&history, &known.watching)? {
        for one in Findings::new(&nights, &known.watching).still_open() {
            if let Some(place) = nights.place(&one.night) {
                let rows = rows_of(&nights, &one);
                open.push((one, nights.heads[place].scenario.clone(), rows));
            }
        }
    }
    open.retain(|(one, ..)| args.what.as_deref().is_none_or(|what| is_meant(one, what)));
    let labels: Vec<String> = open.iter().map(|(one, ..)| one.label.clone()).collect();
    let one = open.pop();
    one.filter(|_| open.is_empty()).ok_or_else(|| {
        let reason = match labels.as_slice() {
            [] => "no regression that is open is meant: there is nothing to look for".to_owned(),
            several => format!("name one of those that are open: {}", several.join("; ")),
        };
        Usage(reason).into()
    })
}

/// The last good commit, and those after it, of which the last is bad by the nights or by whoever named it.
fn commits(
    cli: &Cli,
    args: &TrackBisectArgs,
    finding: &Finding,
) -> anyhow::Result<(String, Vec<String>)> {
    let lab = LabFolder::find(cli.lab.as_deref(), &std::env::current_dir()?)?;
    let checkout = Checkout::of(lab.path())?;
    let end = |said: &Option<String>, found: &Option<String>, flag: &str| {
        let word = said.as_ref().or(found.as_ref()).ok_or_else(|| {
            Usage(format!(
                "the history does not say which commit it was: name it by {flag}"
            ))
        })?;
        Ok::<String, anyhow::Error>(checkout.commit(word)?)
    };
    let good = end(&args.good, &finding.last_good, "--good")?;
    let bad = end(&args.bad, &finding.first_bad, "--bad")?;
    let between = checkout.between(&good, &bad)?;
    if between.is_empty() {
        let of_runtime = "where it was the version of a runtime that changed, name release numbers by --versions";
        let why = if good == bad {
            format!("{good} would be the good one and the bad one: name two by --good and --bad")
        } else {
            format!("{bad} does not come after {good}")
        };
        anyhow::bail!(Usage(format!("{why}; {of_runtime}")));
    }
    Ok((good, between))
}

/// Looks at a pair of sides.
fn look(
    step: &Step<'_>,
    sides: (Option<lab::side::SideName>, Option<lab::side::SideName>),
) -> Option<Is> {
    match sides {
        (Some(a), Some(b)) => step.look(a, b),
        _ => Some(Is::Unknown),
    }
}

fn told(name: &str, is: Option<Is>) -> Option<Is> {
    if let Some(is) = is {
        say::line(&format!("{name}: {}", is.word()));
    }
    is
}

/// The rows of a finding, the first few.
fn rows_of(nights: &Nights, finding: &Finding) -> Vec<Row> {
    let own = finding.series.iter().filter_map(|id| nights.place_of(id));
    let rows = own.filter_map(|place| nights.series[place].key.row().cloned());
    rows.take(MOST_ROWS).collect()
}
