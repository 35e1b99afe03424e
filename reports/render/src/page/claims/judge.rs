//! Whether a claim holds for the rows of a case: by their intervals.

use labrun_analysis::{Interval, RowSummary};
use maud::{Markup, html};

use super::{Claim, Says};
use crate::{shown, units, words};

/// The interval that a claim is held against.
pub(super) fn judged_by(claim: &Claim, row: &RowSummary) -> Option<Interval> {
    match claim.says {
        Says::Between(_) => row.ci(),
        Says::Near => row.ratio()?.ci,
    }
}

/// A line of the table: the claim, the case, the verdict, and the rows at its ends.
pub(super) fn judged(claim: &Claim, case: &str, rows: &[&RowSummary], margin: f64) -> Markup {
    let [low, high] = match claim.says {
        Says::Between(ends) => ends,
        Says::Near => [1.0 / (1.0 + margin), f64::INFINITY],
    };
    let count = |is: &dyn Fn(Interval) -> bool| {
        let intervals = rows.iter().filter_map(|r| judged_by(claim, r));
        intervals.filter(|ci| is(*ci)).count()
    };
    let inside = count(&|[l, h]| l >= low && h < high);
    let outside = count(&|[l, h]| h < low || l >= high);
    let (class, verdict) = if inside == rows.len() {
        ("holds", "holds")
    } else if outside == rows.len() {
        ("fails", "does not hold")
    } else if inside + outside == rows.len() {
        ("partly", "holds for some")
    } else {
        ("partly", "not decided for all")
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
                    (best) ": " (named(claim, first)) ". " (worst) ": " (named(claim, last)) "."
                } @else if let [only] = rows[..] {
                    (named(claim, only)) "."
                }
            }
        }
    }
}

fn named(claim: &Claim, row: &RowSummary) -> Markup {
    let shown = match (&claim.says, row.ratio()) {
        (Says::Near, Some(ratio)) => format!(
            "{} {} of {}",
            units::ratio(ratio.value),
            shown::ratio_interval(row, ratio),
            ratio.to
        ),
        _ => shown::median(row),
    };
    html! {
        (words::isolation(row)) " " (row.row.workload) ", "
        span.nowrap { (shown) }
    }
}
