//! The tables of a comparison's page.

use labrun_analysis::{Comparison, Pair, PairRatio, Side, Unmeasured};
use maud::{Markup, html};

use crate::comparison::found::{self, Standing};
use crate::comparison::rows;
use crate::words;

pub(super) fn went_wrong(comparison: &Comparison) -> Markup {
    let wrong: Vec<Unmeasured<'_>> = comparison.went_wrong().collect();
    let mended: Vec<Unmeasured<'_>> = comparison.mended().collect();
    html! {
        (unmeasured("What went wrong in the candidate", &wrong))
        (unmeasured("What went wrong in the base alone", &mended))
    }
}

pub(super) fn lost(comparison: &Comparison) -> Markup {
    let lost: Vec<Unmeasured<'_>> = comparison.lost().collect();
    unmeasured("Not measured any more", &lost)
}

fn unmeasured(title: &str, rows: &[Unmeasured<'_>]) -> Markup {
    html! {
        @if !rows.is_empty() {
            section {
                h2 { (title) }
                div.scroll tabindex="0" role="region" aria-label=(title) {
                    table.rows {
                        thead { tr { th scope="col" { "row" } th scope="col" { "why" } } }
                        tbody { @for one in rows {
                            tr { th.reason scope="row" { (one.row) } td.reason { (found::became(one)) } }
                        } }
                    }
                }
            }
        }
    }
}

/// What is worse, with what is known of it.
pub(super) fn worse(comparison: &Comparison) -> Markup {
    let worse = found::worse(comparison);
    let rows = worse.iter();
    let rows = rows.filter_map(|(standing, pair)| Some((*pair, pair.ratio?, Some(*standing))));
    table("What is worse", &rows.collect::<Vec<_>>())
}

/// Every row that was compared, those that changed first.
pub(super) fn every(comparison: &Comparison) -> Markup {
    let rows = rows::compared(comparison).into_iter();
    let rows: Vec<Line<'_>> = rows.map(|(pair, ratio)| (pair, ratio, None)).collect();
    table("Every row that was compared", &rows)
}

/// A row with its ratio, and what is known of it where it is worse.
type Line<'a> = (&'a Pair, PairRatio, Option<Standing>);

fn table(title: &str, lines: &[Line<'_>]) -> Markup {
    let is_moved = lines.iter().any(|(_, ratio, _)| ratio.own.is_some());
    html! {
        @if !lines.is_empty() {
            section {
                h2 { (title) }
                div.scroll tabindex="0" role="region" aria-label=(title) {
                    table.rows {
                        thead { tr {
                            th scope="col" { "row" } th.number scope="col" { "base" } th.number scope="col" { "candidate" }
                            th.number scope="col" { "ratio" } th.number scope="col" { "95% interval" }
                            @if is_moved { th.number scope="col" { "as it is" } }
                            th scope="col" { "verdict" }
                        } }
                        tbody { @for (pair, ratio, standing) in lines {
                            tr {
                                th scope="row" { (pair.row) }
                                td.number { (side(pair, &pair.base)) }
                                td.number { (side(pair, &pair.candidate)) }
                                td.number { (rows::own(pair, *ratio).text) }
                                td.number { (rows::interval(pair, *ratio).text) }
                                @if is_moved { td.number { (rows::raw(pair, *ratio).text) } }
                                td.verdict.{ "v-" (ratio.verdict) } {
                                    (words::verdict(pair.unit, ratio.verdict))
                                    @if let Some(standing) = standing { ", " (standing.name()) }
                                }
                            }
                        } }
                    }
                }
            }
        }
    }
}

/// The median with its interval; below it the launches and the version that it is of.
fn side(pair: &Pair, side: &Side) -> Markup {
    let counted = pair.row.metric.is_exact();
    html! {
        (found::side(pair, side))
        br;
        small {
            @if let Some(n) = side.n.filter(|_| !counted) { "n " (n) }
            @if let Some(version) = &side.isolation_version { " \u{b7} " (version) }
        }
    }
}

/// Which two they are.
pub(super) fn runs(comparison: &Comparison) -> Markup {
    html! {
        section {
            h2 { "The two runs" }
            div.scroll tabindex="0" role="region" aria-label="The two runs" {
                table {
                    thead { tr { th scope="col" { "" } th scope="col" { "base" } th scope="col" { "candidate" } } }
                    tbody { @for (what, of) in found::FACTS {
                        tr { th scope="row" { (what) } td { (of(&comparison.base)) } td { (of(&comparison.candidate)) } }
                    } }
                }
            }
        }
    }
}
