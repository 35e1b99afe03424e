//! What was confirmed, and what became of it: open, acknowledged, or over.

use std::collections::BTreeMap;

use labrun_history::dating::{Dating, span};
use labrun_history::{Finding, Nights};

use super::Trend;
use super::line::Line;

/// Something that was confirmed.
pub(super) struct Found<'a> {
    pub finding: &'a Finding,
    /// The history of its night, the night and the first night that has it; absent where the night is in
    /// none.
    pub place: Option<Place>,
    /// The lines of its series.
    pub lines: Vec<usize>,
    pub standing: Standing<'a>,
}

/// Where a finding is.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub history: usize,
    /// The night in which it was confirmed.
    pub night: usize,
    /// The first night that has it.
    pub since: usize,
}

/// What became of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing<'a> {
    /// It is still so.
    Open,
    /// An epoch says that it is normal, and why.
    Acknowledged(&'a str),
    /// From this night on it is no more.
    Ended(usize),
}

/// Nights by their names: the history, and the place in it.
pub(super) fn places(histories: &[Nights]) -> BTreeMap<&str, (usize, usize)> {
    let mut places = BTreeMap::new();
    for (history, nights) in histories.iter().enumerate() {
        for (night, name) in nights.names.iter().enumerate() {
            places.insert(name.as_str(), (history, night));
        }
    }
    places
}

/// All that was confirmed, the newest first.
pub(super) fn found<'a>(trend: &Trend<'a>, lines: &[Line<'a>]) -> Vec<Found<'a>> {
    let places = places(trend.histories);
    let mut by_id: BTreeMap<(usize, &str), usize> = BTreeMap::new();
    for (place, line) in lines.iter().enumerate() {
        by_id.insert((line.history, line.column.id.as_str()), place);
    }
    let findings = trend.checks.iter().flat_map(|check| &check.confirmed);
    let mut all: Vec<Found<'a>> = findings
        .map(|finding| {
            let place = places.get(finding.night.as_str()).map(|&(history, night)| {
                let since = trend.histories[history].place(&finding.since);
                let since = since.unwrap_or(night);
                Place {
                    history,
                    night,
                    since,
                }
            });
            let ids = finding.series.iter();
            let own = place.map_or_else(Vec::new, |place| {
                ids.filter_map(|id| by_id.get(&(place.history, id.as_str())).copied())
                    .collect()
            });
            Found {
                finding,
                place,
                lines: own,
                standing: Standing::Open,
            }
        })
        .collect();
    all.sort_by(|a, b| b.finding.night.cmp(&a.finding.night));
    for place in 0..all.len() {
        all[place].standing = standing(&all[place], &all[..place], trend, lines);
    }
    all
}

/// What became of one, given what was found later.
fn standing<'a>(
    found: &Found<'a>,
    later: &[Found<'a>],
    trend: &Trend<'a>,
    lines: &[Line<'a>],
) -> Standing<'a> {
    let finding = found.finding;
    let acknowledged = trend.watching.epochs.epoch.iter().rev().find(|epoch| {
        let is_since = epoch.since.as_str() >= date_of(&finding.since, &epoch.since);
        let mut own = found.lines.iter().map(|line| lines[*line].column);
        is_since && !found.lines.is_empty() && own.all(|c| epoch.holds(&c.id, &c.key))
    });
    if let Some(epoch) = acknowledged {
        return Standing::Acknowledged(&epoch.reason);
    }
    let Some(place) = found.place else {
        return Standing::Open;
    };
    let ends = found.lines.iter().map(|&line| {
        let by_value = ended(&lines[line], place, finding);
        by_value.or_else(|| undone(line, finding, later))
    });
    // A group is over when its last series is.
    match ends.collect::<Option<Vec<usize>>>() {
        Some(ends) => ends
            .into_iter()
            .max()
            .map_or(Standing::Open, Standing::Ended),
        None => Standing::Open,
    }
}

/// As much of a night's name as an epoch names: it may say a date alone.
fn date_of<'a>(name: &'a str, since: &str) -> &'a str {
    name.get(..since.len()).unwrap_or(name)
}

/// The night from which on the values are back.
fn ended(line: &Line<'_>, place: Place, finding: &Finding) -> Option<usize> {
    let better = line.column.key.better();
    let by = Dating::default();
    span(&line.freed, better, place.night, finding.direction, &by)?.ended
}

/// The night from which on a later finding has taken back more than half of it.
fn undone(line: usize, finding: &Finding, later: &[Found<'_>]) -> Option<usize> {
    let change = finding.ratio.ln();
    let is_back = |other: &&Found<'_>| {
        let back = other.finding.ratio.ln();
        other.lines.contains(&line) && back * change < 0.0 && back.abs() > change.abs() / 2.0
    };
    let other = later.iter().rev().find(is_back)?;
    Some(other.place?.since)
}
