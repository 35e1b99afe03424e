//! Every row, measured or not.

use labrun_record::Metric;
use maud::{Markup, html};

use super::report::of_run;
use super::rows;
use super::view::View;
use crate::measure::Measure;
use crate::words;

pub(super) fn every(views: &[View<'_>]) -> Markup {
    let metrics = |view: &View<'_>| -> Vec<Metric> {
        let measures = Measure::ALL.into_iter();
        let measures = measures.filter(|measure| *measure != Measure::Conformance);
        measures.flat_map(|measure| view.metrics(measure)).collect()
    };
    html! {
        section id="rows" {
            h2 { "Every row" }
            @for view in views {
                (of_run(views, view))
                @for metric in metrics(view) {
                    h3 { (words::metric(metric)) }
                    p.note { (words::sentence(metric.summary())) " " (how(view, metric)) }
                    @for (workload, rows) in view.by_workload(metric) {
                        (rows::table(view, metric, workload, &rows))
                    }
                }
            }
        }
    }
}

/// How to read the numbers of a metric.
fn how(view: &View<'_>, metric: Metric) -> String {
    let margin = view.margin(Measure::of(metric)) * 100.0;
    let (taken, compared) = if metric.is_exact() {
        (
            "Counted, not measured: n is 1 and the number is exact.",
            "ratio",
        )
    } else {
        (
            "Medians with 95% bootstrap intervals; n is launches, one sample each.",
            "interval of the ratio",
        )
    };
    format!("{taken} The verdict compares the {compared} with a margin of {margin:.0}%.")
}
