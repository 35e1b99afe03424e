//! The charts: SVG by plotters, with colours that follow the page's theme.

mod best;
mod canvas;
mod forest;
mod injected;
mod ink;
mod lanes;
mod overview;
mod phases;
mod rates;
mod scale;
mod ticks;

pub(crate) use best::{Mark, best};
pub(crate) use forest::{Forest, Ratio, forest};
pub(crate) use injected::{Try, injected};
pub(crate) use ink::{phase_ink, technology_ink, tier_ink};
pub(crate) use lanes::lanes;
pub(crate) use overview::overview;
pub(crate) use phases::phases;
pub(crate) use rates::{Line, Panel, rates};

use labrun_analysis::RowSummary;

/// What every chart has.
pub(crate) struct Chart<'a> {
    /// Unique on the page.
    pub id: String,
    pub title: String,
    /// Those of the run, which give the colours.
    pub technologies: &'a [&'a str],
}

/// A measured row.
#[derive(Clone)]
pub(crate) struct Lane<'a> {
    pub name: String,
    pub row: &'a RowSummary,
    /// Its median, in the metric's unit.
    pub median: f64,
    /// Its values, ascending, where their distribution is drawn.
    pub values: &'a [f64],
    pub is_reference: bool,
    /// What it is compared with: a line through it.
    pub reference: Option<f64>,
    /// Whether it stands beside the lane above it.
    pub is_beside: bool,
}

/// The lanes that are compared with one another.
#[derive(Clone)]
pub(crate) struct Group<'a> {
    pub name: String,
    pub lanes: Vec<Lane<'a>>,
}

/// Every lane with its name and that of its group.
fn named<'b, 'a>(groups: &'b [Group<'a>]) -> impl Iterator<Item = (String, &'b Lane<'a>)> {
    groups.iter().flat_map(|group| {
        let name = |lane: &Lane<'_>| {
            format!("{} {}", lane.name, group.name)
                .trim_end()
                .to_owned()
        };
        group.lanes.iter().map(move |lane| (name(lane), lane))
    })
}
