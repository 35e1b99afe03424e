//! The rows of a chart as lanes: by what is a heading, the best first, and of many the best of each
//! technology.

use labrun_analysis::{RowSummary, WarningKind};
use labrun_record::{Metric, Target};

use super::What;
use crate::beside::{beside, heading, is_beside, scope_name};
use crate::chart::{Group, Lane};
use crate::facets::{Facets, named};
use crate::measure::is_in_headlines;
use crate::words::{self, distinct};

/// Whether a row has a lane where it was measured: headlines, and two metrics that no headline says.
pub(super) fn is_drawn(row: &RowSummary) -> bool {
    let alone = matches!(row.row.metric, Metric::Teardown | Metric::InstantiateWarm);
    alone || is_in_headlines(row)
}

/// The lanes of measured rows, by what is a heading, the best first.
pub(super) fn groups<'a>(what: &What<'a>, rows: &[&'a RowSummary]) -> Vec<Group<'a>> {
    let facets = Facets::of(rows, false).in_pairs(rows, true);
    let pairs = facets.are_in_pairs();
    let view = what.view;
    let doubts = view.summary.warnings.iter();
    let doubts = doubts.filter(|doubt| doubt.name == WarningKind::TwoModes);
    let two_modes: Vec<usize> = doubts.filter_map(|doubt| doubt.row).collect();
    let lane = |(row, below): (&'a RowSummary, bool)| {
        let name = match scope_name(&row.row).filter(|_| pairs) {
            Some(scope) if below => scope.to_owned(),
            Some(scope) => format!("{} {scope}", named(row, &facets.columns)),
            None => named(row, &facets.columns),
        };
        Some(Lane {
            name,
            median: row.median()?,
            curve: row.numbers.as_ref().map_or(&[], |numbers| &numbers.curve),
            is_reference: view.is_reference(row),
            reference: view.reference_for(&row.row).and_then(RowSummary::median),
            is_beside: below,
            has_two_modes: two_modes.contains(&view.board.row_number(row)),
            row,
        })
    };
    let groups = facets.variants(rows).into_iter().map(|variant| {
        let sorted = best_first(variant.rows);
        let all = sorted.len();
        let kept = few(sorted, what.most);
        Group {
            apart: apart(
                &variant.name,
                kept.first().filter(|_| pairs).map(|kept| kept.0),
            ),
            name: variant.name,
            more: all - kept.len(),
            lanes: kept.into_iter().filter_map(lane).collect(),
        }
    });
    groups.filter(|group| !group.lanes.is_empty()).collect()
}

/// The name of a group without the two ways in which memory is counted: its lanes say their own.
fn apart(name: &str, first: Option<&RowSummary>) -> String {
    let ways = first.and_then(|row| heading(&row.row)).unwrap_or_default();
    let rest = name.strip_suffix(ways).unwrap_or(name);
    let rest = rest
        .strip_prefix(ways)
        .filter(|_| !ways.is_empty())
        .unwrap_or(rest);
    rest.trim_matches([' ', '\u{b7}']).to_owned()
}

/// A row, and whether it stands beside the one before it.
type Placed<'a> = (&'a RowSummary, bool);

/// The measured rows, the best first, each with what stands beside it below it.
fn best_first(mut rows: Vec<&RowSummary>) -> Vec<Placed<'_>> {
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

/// All of up to `most`, else the best of each technology, as many as there is room for.
fn few(rows: Vec<Placed<'_>>, most: usize) -> Vec<Placed<'_>> {
    if rows.len() <= most {
        return rows;
    }
    let mut kept = Vec::new();
    let mut seen = Vec::new();
    let mut keeps = false;
    for (row, below) in rows {
        if !below {
            keeps = is_new(&mut seen, row) && kept.len() < most;
        }
        if keeps {
            kept.push((row, below));
        }
    }
    kept
}

/// Whether a row is the first of its technology; components are apart from modules.
fn is_new<'a>(seen: &mut Vec<(&'a str, bool)>, row: &'a RowSummary) -> bool {
    let own = (row.technology(), row.row.target == Target::Wasip2);
    let is_new = !seen.contains(&own);
    seen.push(own);
    is_new
}

/// The best lane of each technology in each group, `most` at most.
pub(super) fn best<'a>(groups: &[Group<'a>], most: usize) -> Vec<Group<'a>> {
    let mut best = groups.to_vec();
    for group in &mut best {
        let mut seen = Vec::new();
        group.lanes.retain(|lane| is_new(&mut seen, lane.row));
        group.lanes.truncate(most);
    }
    best
}

/// Whether an axis of multiples tells any two lanes apart.
pub(super) fn differ(groups: &[Group<'_>]) -> bool {
    let lanes = groups.iter().flat_map(|g| &g.lanes);
    distinct(lanes.map(|l| l.median).filter(|m| *m > 0.0)).len() > 1
}

/// Whether any lane says where its time goes.
pub(super) fn has_phases(groups: &[Group<'_>]) -> bool {
    let mut lanes = groups.iter().flat_map(|group| &group.lanes);
    lanes.any(|lane| {
        lane.row
            .numbers
            .as_ref()
            .is_some_and(|n| !n.phases.is_empty())
    })
}
