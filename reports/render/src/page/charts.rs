//! The charts of a metric: which there are follows from its rows.

use labrun_analysis::RowSummary;
use labrun_record::Metric;
use maud::{Markup, html};

use super::rates::Rates;
use super::topic::is_component;
use super::view::View;
use crate::RenderError;
use crate::beside::{beside, is_beside, scope_name};
use crate::chart::{self, Chart, Group, Lane, phase_ink};
use crate::facets::{Facets, named};
use crate::measure::{has_distributions, is_headline};
use crate::words::{self, distinct};

pub(super) struct Charts<'a> {
    view: &'a View<'a>,
    metric: Metric,
    /// The phases that any row of the metric has, in the order of first appearance.
    phases: Vec<&'a str>,
}

impl<'a> Charts<'a> {
    pub(super) fn of(view: &'a View<'a>, metric: Metric) -> Self {
        let numbers = view.rows(metric).filter_map(|r| r.numbers.as_ref());
        Self {
            view,
            metric,
            phases: distinct(numbers.flat_map(|n| n.phases.keys().map(String::as_str))),
        }
    }

    /// How to read those that do not explain themselves.
    pub(super) fn legend(&self) -> Markup {
        html! {
            @if has_distributions(self.metric) {
                p.note {
                    "Empirical cumulative distributions on a logarithmic axis: a steep step is steady, a long foot to the "
                    "right a tail, two steps two modes. First the best configuration of each technology, "
                    "each group drawn in its way (solid, dashed, dotted), then every row in a lane of its own, with its median and "
                    "its ratio to the reference, whose median is the vertical line."
                }
            }
            @if !self.phases.is_empty() {
                p.note {
                    "Then where the time goes: contiguous phases of each launch, the median of each, on linear axes; rows of one magnitude share an axis. "
                    "The parts are medians of their own and need not sum to the median of the whole, which stands at the right. "
                    "What no one claims is unattributed."
                }
                ul.legend {
                    @for name in &self.phases {
                        li { span.chip.{ "p" (phase_ink(name, &self.phases)) } {} (name) }
                    }
                }
            }
        }
    }

    /// The charts of a workload's rows.
    pub(super) fn draw(
        &self,
        workload: &str,
        rows: &[&RowSummary],
    ) -> Result<Vec<String>, RenderError> {
        let what = words::metric(self.metric).to_lowercase();
        let chart = |kind: &str, what: &str| Chart {
            id: self.view.id(&format!("{kind}-{}-{workload}", self.metric)),
            title: format!("{workload}: {what}"),
            technologies: &self.view.technologies,
        };
        let mut drawn = Vec::new();
        let mut groups = self.groups(rows, |_| true);
        if let Some(rates) = Rates::of(rows) {
            drawn.push(chart::rates(
                &chart("rates", &format!("{what} against the rate")),
                &rates.names,
                &rates.panels,
            )?);
            // Then the headline's lanes will do: the others are in the lines and the table.
            groups = self.groups(rows, is_headline);
        }
        if has_distributions(self.metric) {
            let title = format!("{what}, the best configuration of each technology");
            drawn.push(chart::overview(&chart("over", &title), &best(&groups))?);
        }
        if differ(&groups) {
            drawn.push(chart::lanes(&chart("lanes", &what), &groups)?);
        }
        if !self.phases.is_empty() {
            let title = format!("phases of the {what}");
            drawn.push(chart::phases(
                &chart("phases", &title),
                &groups,
                &self.phases,
            )?);
        }
        drawn.retain(|svg| !svg.is_empty());
        Ok(drawn)
    }

    /// The measured rows that `wanted` takes, by what is a heading, the best first.
    fn groups(
        &self,
        rows: &[&'a RowSummary],
        wanted: impl Fn(&RowSummary) -> bool,
    ) -> Vec<Group<'a>> {
        let rows: Vec<&RowSummary> = rows.iter().copied().filter(|r| wanted(r)).collect();
        let facets = Facets::of(&rows, false).in_pairs(&rows, true);
        let pairs = facets.are_in_pairs();
        let reference = |row: &RowSummary| self.view.reference_for(&row.row)?.median();
        let lane = |(row, below): (&'a RowSummary, bool)| {
            let name = match scope_name(&row.row).filter(|_| pairs) {
                Some(scope) if below => scope.to_owned(),
                Some(scope) => format!("{} {scope}", named(row, &facets.columns)),
                None => named(row, &facets.columns),
            };
            Some(Lane {
                name,
                median: row.median()?,
                values: if has_distributions(self.metric) {
                    self.view.values(row)
                } else {
                    &[]
                },
                is_reference: self.view.is_reference(row),
                reference: reference(row),
                is_beside: below,
                row,
            })
        };
        let groups = facets.variants(&rows).into_iter().map(|variant| Group {
            name: variant.name,
            lanes: best_first(variant.rows)
                .into_iter()
                .filter_map(lane)
                .collect(),
        });
        groups.filter(|group| !group.lanes.is_empty()).collect()
    }
}

/// The measured rows, the best first, each with what stands beside it below it: that is marked.
fn best_first(mut rows: Vec<&RowSummary>) -> Vec<(&RowSummary, bool)> {
    rows.retain(|row| row.median().is_some());
    rows.sort_by(|a, b| words::better_first(a, b));
    let (mut seconds, firsts): (Vec<&RowSummary>, Vec<&RowSummary>) =
        rows.into_iter().partition(|row| is_beside(&row.row));
    let mut sorted = Vec::new();
    for first in firsts {
        sorted.push((first, false));
        let wanted = beside(&first.row);
        let second = seconds
            .iter()
            .position(|row| wanted.as_ref() == Some(&row.row));
        sorted.extend(second.map(|place| (seconds.remove(place), true)));
    }
    sorted.extend(seconds.into_iter().map(|row| (row, false)));
    sorted
}

/// The best lane of each technology in each group.
fn best<'a>(groups: &[Group<'a>]) -> Vec<Group<'a>> {
    let mut best = groups.to_vec();
    for group in &mut best {
        let mut seen = Vec::new();
        group.lanes.retain(|lane| {
            let technology = (lane.row.technology(), is_component(lane.row));
            let is_first = !seen.contains(&technology);
            seen.push(technology);
            is_first
        });
    }
    best
}

/// Whether an axis of multiples tells any two lanes apart.
fn differ(groups: &[Group<'_>]) -> bool {
    let lanes = groups.iter().flat_map(|g| &g.lanes);
    distinct(lanes.map(|l| l.median).filter(|m| *m > 0.0)).len() > 1
}
