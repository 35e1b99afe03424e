//! What was confirmed, and what became of it: open, acknowledged, or over.

use std::collections::BTreeMap;

use labrun_history::{Became, Finding, Findings, Nights};

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
    pub became: Became<'a>,
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
pub(super) fn found<'a>(
    trend: &Trend<'a>,
    known: &[Findings<'a>],
    lines: &[Line<'a>],
) -> Vec<Found<'a>> {
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
                became: place.map_or(Became::Open, |place| known[place.history].became(finding)),
            }
        })
        .collect();
    all.sort_by(|a, b| b.finding.night.cmp(&a.finding.night));
    all
}
