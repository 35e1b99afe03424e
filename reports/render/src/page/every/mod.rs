//! Every row: one table of all that was measured, in all runs of the page, and below it what was not
//! measured, each reason once.

mod filter;
mod left;
mod order;
mod table;

use labrun_analysis::RowSummary;
use labrun_record::Unit;
use maud::{Markup, html};

use super::several;
use super::view::View;
use crate::board::is_of_isolation;
use crate::{facets, units, words};

pub(super) use left::Left;

/// Most rows that are printed on paper.
const MOST_PRINTED: usize = 200;

pub(super) fn every(views: &[View<'_>]) -> Markup {
    let lines = order::lines(views);
    let is_long = lines.len() > MOST_PRINTED;
    html! {
        section.long[is_long] id="rows" {
            h2 { "Every row" }
            @if lines.is_empty() {
                p { "Nothing was measured." }
            } @else {
                p.note {
                    "Each number is the median of n launches, of a latency the quantile that its question names; beside it its 95% interval. "
                    "A ratio is to the reference of its question, in the same run; where it has no interval, it decides nothing. Doubts are explained "
                    a href={ "#" (views[0].id("warnings")) } { "below" } "."
                }
                @if several::has_machines(views) { (several::machines(views)) }
                @if is_long {
                    p.on-paper {
                        (lines.len()) " rows have no room on paper: they are on the page itself, and as CSV in what it "
                        "lets you download."
                    }
                }
                (filter::filter(views, &lines))
                (table::table(views, &lines))
            }
            @for view in views { (left::left(views, view)) }
        }
    }
}

/// What a row answers beside its workload, as all rows that it is compared with do: `time to first
/// result, process`.
fn question(row: &RowSummary) -> String {
    let own = facets::of_params(&row.row, |param| !is_of_isolation(param));
    let parts: Vec<String> = [metric(row)].into_iter().chain(own).collect();
    parts.join(", ")
}

/// The rest of it, in which isolations differ: `network published, 12.1 k/s offered`.
fn rest(row: &RowSummary) -> String {
    let params = row.row.params.iter();
    let params = params.filter(|(name, _)| is_of_isolation(name));
    let params = params.map(|(name, value)| format!("{name} {value}"));
    let rate = row.numbers.as_ref().and_then(|numbers| numbers.rate);
    let offered = rate.map(|rate| format!("{} offered", units::value(rate, Unit::PerSecond)));
    params.chain(offered).collect::<Vec<_>>().join(", ")
}

/// The first word of a question.
fn metric(row: &RowSummary) -> String {
    words::metric(row.row.metric).to_lowercase()
}
