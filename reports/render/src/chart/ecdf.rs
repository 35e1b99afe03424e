//! The distribution of every isolation of a workload: a lane each, on one log axis.
//!
//! Thirty curves over one another cannot be told apart by any colours; so each gets a
//! lane of its own, with its name before it and its median behind it, and all share
//! the axis and the reference's line.

use labrun_record::Start;

use super::Series;
use super::canvas::{Hold, svg};
use super::ink::{Ink, technology_ink};
use super::scale::LogScale;
use crate::{RenderError, units, words};

const WIDTH: f64 = 1080.0;
const LEFT: f64 = 214.0;
const RIGHT: f64 = 916.0;
const LANE: f64 = 26.0;
const HEAD: f64 = 34.0;

/// The lanes of a workload, grouped by start and sorted by median.
pub(crate) fn ecdf(
    id: &str,
    workload: &str,
    series: &[Series<'_>],
    technologies: &[&str],
    reference: Option<f64>,
) -> Result<String, RenderError> {
    let groups = by_start(series);
    let lanes = series.len() as f64 * LANE + groups.len() as f64 * HEAD;
    let (top, height) = (24.0, 24.0 + lanes + 28.0);
    let title = format!("{workload}: distribution of the time to first result");
    let description = format!(
        "Empirical cumulative distributions of {} on a logarithmic axis of time, a lane each, \
         sorted by median within each start. The table has the same numbers.",
        units::plural(series.len(), "row")
    );
    let scale = LogScale::over(
        labrun_record::Unit::Ns,
        series.iter().flat_map(|s| s.values.iter().copied()),
        LEFT,
        RIGHT,
    );
    svg(id, &title, &description, (WIDTH, height), |canvas| {
        scale.grid(canvas, top, top + lanes, true);
        if let Some(median) = reference {
            let x = scale.x(median);
            canvas.path(&[(x, top), (x, top + lanes)], 1.25, Ink::Reference);
        }
        let mut y = top;
        for (start, members) in groups {
            let name = start.map_or_else(String::new, |s| s.to_string());
            canvas.bold((0.0, y + HEAD - 13.0), Hold::Left, 12.5, Ink::Text, &name);
            y += HEAD;
            for one in members {
                let ink = Ink::Technology(technology_ink(one.row.technology(), technologies));
                let (above, below) = (y + 3.0, y + LANE - 3.0);
                let middle = y + LANE / 2.0;
                canvas.path(&[(LEFT, below), (RIGHT, below)], 0.5, Ink::Grid);
                canvas.rect((0.0, middle - 4.0), (8.0, 8.0), ink);
                let label = words::isolation(one.row);
                canvas.text((15.0, middle), Hold::Left, 12.0, Ink::Text, &label);
                canvas.steps(scale.steps(one.values, above, below), 1.75, ink);
                let median = units::value(one.median, one.row.unit);
                canvas.text(
                    (RIGHT + 74.0, middle),
                    Hold::Right,
                    12.0,
                    Ink::Text,
                    &median,
                );
                canvas.text(
                    (WIDTH - 2.0, middle),
                    Hold::Right,
                    12.0,
                    Ink::Muted,
                    &ratio(one, reference.is_some()),
                );
                y += LANE;
            }
        }
    })
}

/// The ratio; where there is a reference, the row without one is it.
fn ratio(one: &Series<'_>, has_reference: bool) -> String {
    let ratio = one.row.numbers.as_ref().and_then(|n| n.ratio.as_ref());
    match ratio {
        Some(ratio) => format!("\u{d7} {}", units::ratio(ratio.value)),
        None if has_reference => "reference".to_owned(),
        None => "no ratio".to_owned(),
    }
}

fn by_start<'a, 'b>(series: &'b [Series<'a>]) -> Vec<(Option<Start>, Vec<&'b Series<'a>>)> {
    let mut starts = words::distinct(series.iter().map(|s| s.row.row.start));
    starts.sort();
    starts
        .into_iter()
        .map(|start| {
            let of_start = |s: &&Series<'_>| s.row.row.start == start;
            let mut members: Vec<&Series<'_>> = series.iter().filter(of_start).collect();
            members.sort_by(|a, b| a.median.total_cmp(&b.median));
            (start, members)
        })
        .collect()
}
