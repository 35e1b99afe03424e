//! Every row of a replay, decided or not: a table for each workload and metric.

use labrun_analysis::{ReplayRow, ReplaySummary, SideNumbers};
use labrun_record::Unit;
use maud::{Markup, html};

use crate::replay::{Block, blocks, said};
use crate::units;

pub(super) fn rows(replay: &ReplaySummary) -> Markup {
    html! {
        section {
            h2 { "Every row" }
            p.note { "Quads are whole ones. A and B: the median of each side over them, with its 95% interval; the ratio is the mean of the medians over the quads of either order, and need not be that of the two medians, which stands below it where it says something else: where a side has two modes it can even be on the other side of 1. Of a latency all of it is of the requests of all launches together." }
            @for block in blocks(replay) { (table(&block, replay)) }
        }
    }
}

fn table(block: &Block<'_>, replay: &ReplaySummary) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label=(block.title) {
            table.rows {
                caption { (block.title) @if replay.indicative { " \u{b7} indicative" } }
                thead { tr {
                    th scope="col" { "isolation" } th.number scope="col" { "quads" }
                    th.number scope="col" { "A" } th.number scope="col" { "B" }
                    th.number scope="col" { "B / A" } th.number scope="col" { "95% interval" } th scope="col" { "verdict" }
                } }
                tbody { @for (name, one) in &block.rows { (row(name, one, replay.margin)) } }
            }
        }
    }
}

fn row(name: &str, row: &ReplayRow, margin: f64) -> Markup {
    html! {
        tr.unmeasured[row.ratio.is_none()] {
            th scope="row" { (name) }
            td.number { (said::quads(row)) (left_out(row)) }
            @if let Some(ratio) = row.ratio {
                td.number { (side(row.a, row)) }
                td.number { (side(row.b, row)) }
                td.number {
                    (ratio.value.map_or_else(|| "\u{2013}".to_owned(), said::ratio))
                    @if let Some(medians) = row.other_than_medians(margin) { br; small { "the medians: " (said::ratio(medians)) } }
                }
                td.number { (said::interval(row)) }
                td.verdict.{ "v-" (ratio.verdict) } { (said::verdict(row)) }
            } @else {
                td.reason colspan="5" {
                    (said::why_not(row))
                    @if row.a.is_some() { ": A " (side(row.a, row)) ", B " (side(row.b, row)) }
                }
            }
        }
    }
}

/// What of a row's quads does not count.
fn left_out(row: &ReplayRow) -> Markup {
    html! {
        @if row.unfinished > 0 { br; small { (row.unfinished) " cut short" } }
        @if row.failed > 0 { br; small { (row.failed) " went wrong" } }
    }
}

fn side(side: Option<SideNumbers>, row: &ReplayRow) -> Markup {
    let Some(side) = side else { return html! {} };
    let unit: Unit = row.unit;
    html! {
        @if row.row.metric.is_exact() {
            (units::value(side.median, unit))
        } @else {
            (units::value(side.median, unit)) " " small { (units::bare_interval(side.ci, side.median, unit)) }
        }
    }
}
