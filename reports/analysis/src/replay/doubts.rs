//! The doubts about the rows of a replay. What is about the launches of a side names the side; what is
//! about the ratio names none.

use labrun_record::{Row, Run, Sample, Side};

use super::quads::Quads;
use super::summary::{ReplayRow, ReplaySummary, SideNumbers};
use super::{in_order, margins_of, pooled};
use crate::latency::Latency;
use crate::stats::{MIN_LAUNCHES, autocorrelated};
use crate::warnings::{calibration, doubted, drifting, modes};
use crate::{Verdict, Warning, WarningKind};

/// A doubt, the side that it is about if it is about one, and what was seen.
type Doubt = (WarningKind, Option<Side>, String);

/// Every warning about a row that was measured and is not counted, in the order of the rows.
pub(crate) fn of_rows(run: &Run, replay: &ReplaySummary, lines: &[Vec<&Sample>]) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for (index, (row, lines)) in replay.results.iter().zip(lines).enumerate() {
        let lines = &in_order(lines)[..];
        let (Some(a), Some(b)) = (row.a, row.b) else {
            continue;
        };
        if row.row.metric.is_exact() {
            continue;
        }
        let quads = Quads::of(lines);
        let [of_a, of_b] = quads.by_side();
        let mut found = of_ratio(replay, row, &quads);
        for (side, own, numbers, values) in [
            (Side::A, &row.row, a, of_a),
            (Side::B, row.row_b.as_ref().unwrap_or(&row.row), b, of_b),
        ] {
            let seen = of_side(run, own, side, numbers, &values, lines);
            found.extend(
                seen.into_iter()
                    .map(|(kind, said)| (kind, Some(side), said)),
            );
        }
        let warning = |(kind, side, said)| Warning::of_replay(kind, index, side, said);
        warnings.extend(found.into_iter().map(warning));
    }
    warnings
}

fn of_side(
    run: &Run,
    row: &Row,
    side: Side,
    numbers: SideNumbers,
    values: &[f64],
    lines: &[&Sample],
) -> Vec<(WarningKind, String)> {
    let own = lines.iter().copied().filter(|line| line.side == Some(side));
    let unread = pooled(run, row, lines, side).and_then(|latency| Latency::unread(&latency));
    let mut found: Vec<(WarningKind, String)> = Vec::new();
    found.extend(unread.map(|said| (WarningKind::Histogram, said)));
    found.extend(drifting(values, run.plan.margin));
    found.extend(modes(values, run.plan.margin, row.metric.unit()));
    found.extend(calibration(run, row, numbers.median));
    found.extend(doubted(&own.collect::<Vec<_>>()));
    found
}

fn of_ratio(replay: &ReplaySummary, row: &ReplayRow, quads: &Quads) -> Vec<Doubt> {
    let Some(ratio) = row.ratio else {
        return Vec::new();
    };
    let (margin, _) = margins_of(row.row.metric, (replay.margin, replay.equivalence));
    let mut found = Vec::new();
    let mut add = |kind, said| found.push((kind, None, said));
    if let (Some([low, high]), Some(value)) = (ratio.ci, ratio.value) {
        let half = (high - low) / 2.0 / value;
        if ratio.verdict == Verdict::Inconclusive && half > margin {
            let beyond = low > 1.0 + margin || high < 1.0 / (1.0 + margin);
            let why = if beyond {
                "at 99% it holds 1".to_owned()
            } else {
                let margin = margin * 100.0;
                format!("what is better or worse is beyond {margin:.1}%")
            };
            let said = format!(
                "the interval of the ratio is {:.1}% to either side after {} quads, and {why}",
                half * 100.0,
                row.quads,
            );
            add(WarningKind::WideInterval, said);
        }
    } else if row.quads < 2 * MIN_LAUNCHES {
        let (quads, s) = (row.quads, if row.quads == 1 { "" } else { "s" });
        let said = format!("{quads} quad{s}; an interval needs {MIN_LAUNCHES} of either order");
        add(WarningKind::FewLaunches, said);
    }
    let resembling = quads
        .by_order()
        .into_iter()
        .filter_map(|logs| autocorrelated(&logs));
    if let Some(r) = resembling.max_by(f64::total_cmp) {
        let said = format!(
            "a quad resembles the one of its order before it (lag-1 autocorrelation {r:.2})"
        );
        add(WarningKind::Autocorrelation, said);
    }
    if let (Some(medians), Some(value)) = (row.other_than_medians(margin), ratio.value) {
        let said = format!("B / A is {value:.3} by the quads, and {medians:.3} by the two medians");
        add(WarningKind::MediansDisagree, said);
    }
    found
}
