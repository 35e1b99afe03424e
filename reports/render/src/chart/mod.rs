//! The charts: SVG by plotters, with colours that follow the page's theme.

mod canvas;
mod dots;
mod ecdf;
mod ink;
mod overview;
mod phases;
mod rates;
mod scale;

pub(crate) use dots::{Group, Lane, dots};
pub(crate) use ecdf::ecdf;
pub(crate) use ink::{phase_ink, technology_ink};
pub(crate) use overview::overview;
pub(crate) use phases::{phase_names, phases};
pub(crate) use rates::{Line, Panel, rates};

use labrun_analysis::RowSummary;

/// A row with its measured values in ascending order.
#[derive(Clone, Copy)]
pub(crate) struct Series<'a> {
    /// The row; it has numbers.
    pub row: &'a RowSummary,
    /// Its median, in the metric's unit.
    pub median: f64,
    /// Its values, ascending, above 0.
    pub values: &'a [f64],
}
