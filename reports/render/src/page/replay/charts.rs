//! The pictures: the ratio of every row, and of a calibration what was found of what was injected.

use labrun_analysis::{ReplayRow, ReplaySummary};
use labrun_record::{Change, Unit};
use maud::{Markup, PreEscaped, html};

use super::View;
use crate::RenderError;
use crate::chart::{self, Chart, Forest, Ratio, Try, technology_ink};
use crate::replay::{Block, blocks, name, said};
use crate::words::distinct;

pub(super) fn charts(view: &View<'_>, replay: &ReplaySummary) -> Result<Markup, RenderError> {
    let blocks = blocks(replay);
    let chart = |name: &str, title: &str| Chart {
        id: view.id(name),
        title: title.to_owned(),
        technologies: &[],
    };
    let forest = Forest {
        groups: blocks.iter().filter_map(group).collect(),
        margin: replay.margin,
        equivalence: replay.equivalence,
    };
    let ratios = chart::forest(&chart("ratios", "The ratio of every row"), &forest)?;
    let title = "What was found of what was injected";
    let found = chart::injected(&chart("injected", title), &tries(replay))?;
    Ok(html! {
        @if !found.is_empty() {
            section {
                h2 { (title) }
                figure.scroll tabindex="0" { (PreEscaped(found)) }
            }
        }
        @if !ratios.is_empty() {
            section {
                h2 { "The ratio of every row" }
                p.note {
                    "B / A with its 95% interval. Under the band, " (said::margin(replay.margin)) " to either side of 1, nothing is called better or worse. "
                    "The outer lines are " (said::margin(replay.equivalence)) " from 1: what lies between them is equivalent."
                }
                figure.scroll tabindex="0" { (PreEscaped(ratios)) }
            }
        }
    })
}

fn group(block: &Block<'_>) -> Option<(String, Vec<Ratio>)> {
    let ratios: Vec<Ratio> = block
        .rows
        .iter()
        .filter_map(|(name, row)| ratio(name, row))
        .collect();
    (!block.changed && !ratios.is_empty()).then(|| (block.title.clone(), ratios))
}

/// What is counted is the same or it is not: it has no place on an axis of measured ratios.
fn ratio(name: &str, row: &ReplayRow) -> Option<Ratio> {
    let ratio = row.ratio.filter(|_| !row.row.metric.is_exact())?;
    let value = ratio.value?;
    Some(Ratio {
        name: name.to_owned(),
        value,
        ci: ratio.ci,
        verdict: ratio.verdict,
        said: format!("{} {}", said::ratio(value), said::interval(row)),
        word: said::verdict(row),
    })
}

/// The rows that were changed by a known share; a stall of some launches is none.
fn tries(replay: &ReplaySummary) -> Vec<Try> {
    let changed = || replay.results.iter().filter(|row| row.change.is_some());
    let technology = |row: &ReplayRow| row.row.isolation.split('/').next().map(str::to_owned);
    let technologies: Vec<String> = distinct(changed().filter_map(technology));
    let all: Vec<&str> = technologies.iter().map(String::as_str).collect();
    let one = |row: &ReplayRow| {
        let (unit, amount) = match row.change? {
            Change::DelayNs(ns) => (Unit::Ns, ns),
            Change::AllocationBytes(bytes) => (Unit::Bytes, bytes),
            Change::StallNs(_) => return None,
        };
        let median = row
            .a
            .map(|side| side.median)
            .filter(|median| *median > 0.0)?;
        let ratio = row.ratio.filter(|_| row.unit == unit)?;
        Some(Try {
            name: format!("{}, {}", name(&row.row), said::way(row.change?)),
            ink: technology_ink(&technology(row)?, &all),
            injected: amount / median,
            found: ratio.value? - 1.0,
            ci: ratio.ci.map(|ends| ends.map(|end| end - 1.0)),
        })
    };
    changed().filter_map(one).collect()
}
