//! Whether a claim holds for the rows of a case: by their intervals.

use labrun_analysis::{Interval, RowSummary};
use maud::{Markup, html};

use super::claims::{Claim, Says};
use crate::page::traced;
use crate::page::view::View;
use crate::{shown, units, words};

/// For which rows of a case a claim holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Held {
    All,
    None,
    /// For some, and each is decided.
    Some,
    /// Some interval has an end of the claim in it, or there is none.
    Undecided,
}

/// The interval that a claim is held against.
pub(super) fn judged_by(claim: &Claim, row: &RowSummary) -> Option<Interval> {
    match claim.says {
        Says::Between(_) => row.ci(),
        Says::Near => row.ratio()?.ci,
    }
}

/// How many of the rows lie within a claim, and how many outside.
pub(super) fn counts(claim: &Claim, rows: &[&RowSummary], margin: f64) -> [usize; 2] {
    let [low, high] = match claim.says {
        Says::Between(ends) => ends,
        Says::Near => [1.0 / (1.0 + margin), f64::INFINITY],
    };
    let count = |is: &dyn Fn(Interval) -> bool| {
        let intervals = rows.iter().filter_map(|r| judged_by(claim, r));
        intervals.filter(|ci| is(*ci)).count()
    };
    [
        count(&|[l, h]| l >= low && h < high),
        count(&|[l, h]| h < low || l >= high),
    ]
}

/// Whether a claim holds for the rows of a case.
pub(super) fn held(claim: &Claim, rows: &[&RowSummary], margin: f64) -> Held {
    let [inside, outside] = counts(claim, rows, margin);
    if inside == rows.len() {
        Held::All
    } else if outside == rows.len() {
        Held::None
    } else if inside + outside == rows.len() {
        Held::Some
    } else {
        Held::Undecided
    }
}

/// A line of the table: the claim, the case, the verdict, and the rows at its ends.
pub(super) fn judged(
    view: &View<'_>,
    claim: &Claim,
    case: &str,
    rows: &[&RowSummary],
    margin: f64,
) -> Markup {
    let [inside, _] = counts(claim, rows, margin);
    let (class, verdict) = match held(claim, rows, margin) {
        Held::All => ("holds", "holds"),
        Held::None => ("fails", "does not hold"),
        Held::Some => ("partly", "holds for some"),
        Held::Undecided => ("partly", "not decided for all"),
    };
    let [best, worst] = words::best_and_worst(claim.metric.unit()).map(words::capital);
    html! {
        tr {
            th scope="row" { (claim.words) }
            td { (case) }
            td { strong.{ "claim-" (class) } { (verdict) } }
            td {
                (inside) " of " (units::plural(rows.len(), "row")) " within it. "
                @if let [first, .., last] = rows[..] {
                    (best) ": " (named(view, claim, first)) ". " (worst) ": " (named(view, claim, last)) "."
                } @else if let [only] = rows[..] {
                    (named(view, claim, only)) "."
                }
            }
        }
    }
}

fn named(view: &View<'_>, claim: &Claim, row: &RowSummary) -> Markup {
    html! {
        (words::isolation(row)) " " (row.row.workload) ", "
        @if let (Says::Near, Some(ratio)) = (&claim.says, row.ratio()) {
            span.nowrap { (traced::words(view, row, &units::ratio(ratio.value))) " " (shown::ratio_interval(row, ratio)) }
            // A name may be long.
            " of " (words::ratio_to(row, ratio))
        } @else {
            span.nowrap { (traced::median(view, row)) " " (shown::bare_interval(row)) }
        }
    }
}
