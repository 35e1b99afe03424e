//! The charts: SVG by plotters, with colours that follow the page's theme.

mod bars;
mod best;
mod canvas;
mod classes;
mod compact;
mod ecdf;
mod forest;
mod injected;
mod ink;
mod instances;
mod labels;
mod linear;
mod names;
mod rates;
mod scale;
mod scatter;
mod spread;
mod tail;
mod ticks;
mod waterfall;

pub(crate) use bars::bars;
pub(crate) use best::{Mark, best};
pub(crate) use ecdf::ecdf;
pub(crate) use forest::{Forest, Ratio, forest};
pub(crate) use injected::{Try, injected};
pub(crate) use ink::{phase_ink, technology_ink, tier_ink};
pub(crate) use instances::{Held, instances};
pub(crate) use rates::{Line, Panel, rates};
pub(crate) use scatter::{Along, RADIUS, Scatter, Spot, scatter};
pub(crate) use spread::{STRIP_UNDER, spread};
pub(crate) use tail::{Tail, TailPanel, tail};
pub(crate) use waterfall::{UNATTRIBUTED, waterfall};

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
    /// What its values lie like, in ascending order: a few hundred at most. Empty where the
    /// median is all that is known.
    pub curve: &'a [f64],
    pub is_reference: bool,
    /// What it is compared with: a line through it.
    pub reference: Option<f64>,
    /// Whether it stands beside the lane above it.
    pub is_beside: bool,
    /// Whether its values fall into two groups.
    pub has_two_modes: bool,
}

/// The lanes that are compared with one another.
#[derive(Clone)]
pub(crate) struct Group<'a> {
    /// Over its lanes.
    pub name: String,
    /// Behind the name of a lane that stands without it.
    pub apart: String,
    pub lanes: Vec<Lane<'a>>,
    /// How many more there are, which are not drawn.
    pub more: usize,
}

/// Every lane with its name and what tells it from those of other groups.
fn named<'b, 'a>(groups: &'b [Group<'a>]) -> impl Iterator<Item = (String, &'b Lane<'a>)> {
    groups.iter().flat_map(|group| {
        let name = |lane: &Lane<'_>| {
            format!("{} {}", lane.name, group.apart)
                .trim_end()
                .to_owned()
        };
        group.lanes.iter().map(move |lane| (name(lane), lane))
    })
}
