//! The pictures: the ratio of every row, and of a calibration what was found of what was injected.

use labrun_analysis::{ReplayRow, ReplaySummary};
use labrun_record::{Change, Unit};
use maud::{Markup, PreEscaped, html};

use super::View;
use crate::RenderError;
use crate::chart::{self, Chart, Forest, Ratio, Try};
use crate::replay::{Block, blocks, name, said};

pub(super) fn charts(view: &View<'_>, replay: &ReplaySummary) -> Result<Markup, RenderError> {
    let blocks = blocks(replay);
    let chart = |name: &str, title: &str| Chart {
        id: view.id(name),
        title: title.to_owned(),
        technologies: &[],
    };
    let forest = Forest {
        of: "B / A",
        groups: blocks.iter().filter_map(group).collect(),
        margin: replay.margin,
        equivalence: replay.equivalence,
    };
    let ratios = chart::forest(&chart("ratios", "The ratio of every row"), &forest)?;
    let mut found = Vec::new();
    for (title, name, unit) in [
        ("Delays", "delays", Unit::Ns),
        ("Allocations", "allocations", Unit::Bytes),
    ] {
        let long = format!("{title} that were injected, and what was found");
        let drawn = chart::injected(&chart(name, &long), &tries(replay, unit))?;
        if !drawn.is_empty() {
            found.push((title, drawn));
        }
    }
    Ok(html! {
        @if !found.is_empty() {
            section {
                h2 { "What was found of what was injected" }
                @for (title, svg) in found {
                    h3 { (title) }
                    figure.scroll tabindex="0" { (PreEscaped(svg)) }
                }
            }
        }
        @if !ratios.is_empty() {
            section {
                h2 { "The ratio of every row" }
                p.note {
                    "B / A with its 95% interval. A row is better or worse if the whole of it lies outside the band, " (said::margin(replay.margin)) " to either side of 1, and its 99% interval does not hold 1. "
                    "The outer lines are " (said::margin(replay.equivalence)) " from 1: it is equivalent if its 90% interval lies between them."
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

/// The rows that were changed by a known share, of a metric of this unit. A stall of some launches
/// is no share of a median.
fn tries(replay: &ReplaySummary, unit: Unit) -> Vec<Try> {
    let one = |row: &ReplayRow| {
        let change = row.change?;
        let changes = match change {
            Change::DelayNs(_) => Unit::Ns,
            Change::AllocationBytes(_) => Unit::Bytes,
            Change::StallNs(_) => return None,
        };
        let median = row
            .a
            .map(|side| side.median)
            .filter(|median| *median > 0.0)?;
        let ratio = row.ratio.filter(|_| changes == unit && row.unit == unit)?;
        Some(Try {
            name: name(&row.row),
            injected: change.amount() / median,
            found: ratio.value? - 1.0,
            ci: ratio.ci.map(|ends| ends.map(|end| end - 1.0)),
        })
    };
    replay.results.iter().filter_map(one).collect()
}
