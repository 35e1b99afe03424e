//! The answer: what was held against what, how many rows came out how, and which changed.

use labrun_analysis::{ReplayRow, ReplaySummary, SideName, Verdict};
use labrun_record::Resolution;
use maud::{Markup, html};

use super::told_apart;
use crate::replay::{Block, blocks, said, unchanged};
use crate::words;

pub(super) fn answer(replay: &ReplaySummary, of_itself: Option<&Resolution>) -> Markup {
    let blocks = blocks(replay);
    let of = |verdict| of_verdict(&blocks, move |row| row.verdict() == verdict);
    html! {
        section.answer {
            h2 { "The answer" }
            @let [a, b] = &replay.sides;
            @if replay.is_of_itself() {
                p { "A and B are " (side(a)) ": what was not changed on purpose must not differ." }
            } @else {
                p { "B, " (side(b)) ", against A, " (side(a)) ": " (said::counts(replay)) "." }
            }
            @if let Some(left_out) = said::left_out(replay) { p.note { (words::sentence(&left_out)) } }
            @if let Some(of) = of_itself {
                h3 { "What this machine can tell apart" }
                p { (unchanged(of)) }
                (told_apart(of))
            }
            @for (heading, rows) in [
                ("Worse", of(Some(Verdict::Worse))),
                ("Better", of(Some(Verdict::Better))),
                ("Not decided", of(None)),
            ] {
                @if !rows.is_empty() {
                    h3 { (heading) }
                    ul { @for row in rows { (row) } }
                }
            }
            @let whole = said::whole_reasons(replay);
            @if !whole.is_empty() {
                details {
                    summary { "What was said of what went wrong, in full" }
                    @for reason in whole { pre tabindex="0" { (reason) } }
                }
            }
        }
    }
}

fn side(side: &SideName) -> Markup {
    html! {
        strong { (side.name) }
        @if !side.of.is_empty() && side.of != side.name { " (" span.of { (side.of) } ")" }
    }
}

/// The rows that `wanted` takes, in sentences; what was changed on purpose is in a table.
fn of_verdict(blocks: &[Block<'_>], wanted: impl Fn(&ReplayRow) -> bool) -> Vec<Markup> {
    let own = blocks.iter().filter(|block| !block.changed);
    let rows = own.flat_map(|block| block.rows.iter().map(move |row| (&block.title, row)));
    rows.filter(|(_, (_, row))| wanted(row))
        .map(|(title, (name, row))| sentence(title, name, row))
        .collect()
}

fn sentence(title: &str, name: &str, row: &ReplayRow) -> Markup {
    html! {
        li {
            b { (title) ", " (name) } ": "
            @match row.ratio {
                Some(ratio) => {
                    span.{ "v-" (ratio.verdict) } { (said::verdict(row)) } ", "
                    span.nowrap { (said::median(row.a, row.unit)) " \u{2192} " (said::median(row.b, row.unit)) }
                    @if let Some(value) = ratio.value { ", ratio " span.nowrap { (said::ratio(value)) " " (said::interval(row)) } }
                }
                None => { (said::why_not(row)) }
            }
        }
    }
}
