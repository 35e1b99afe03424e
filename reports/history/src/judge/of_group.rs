//! What a runtime that moved as a whole comes to, by the replays of its series.

use serde::{Deserialize, Serialize};

use super::conclude::{Conclusion, Evidence, Replay, way_of};
use super::group::GroupSuspect;
use super::night::Suspect;
use super::series::{Direction, Kind, Series};

/// What a group that moved comes to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupConclusion {
    /// The group.
    pub group: GroupSuspect,
    /// Confirmed by the replays of its series, with their median ratio; weaker; suspect; dismissed.
    pub conclusion: Conclusion,
}

/// A group is confirmed where two of its replays confirm its direction, and more than come out equivalent.
/// Replays alone take it away: of a night in which the machine was another it is told all the same, unless
/// some were made and none confirmed it.
pub(super) fn of_group(
    series: &[Series],
    group: &GroupSuspect,
    of: &impl Fn(usize) -> Evidence,
    is_shifted: bool,
) -> GroupConclusion {
    let mut places = group.telling.clone();
    places.extend(group.suspects.iter().filter(|p| !group.telling.contains(p)));
    let evidence: Vec<Evidence> = places.iter().map(|&place| of(place)).collect();
    let confirmed: Vec<(f64, [f64; 2])> = evidence
        .iter()
        .filter(|one| way_of(&one.replay, series.get(one.place)) == Some(group.direction))
        .filter_map(|one| match one.replay {
            Replay::Confirmed { ratio, interval } => Some((ratio, interval)),
            _ => None,
        })
        .collect();
    let count = |is: fn(&Replay) -> bool| evidence.iter().filter(|one| is(&one.replay)).count();
    let equivalent = count(|replay| *replay == Replay::Equivalent);
    let lost = count(|replay| *replay == Replay::NoOldBuild);
    let replayed = evidence.len() - lost - count(|replay| *replay == Replay::NotReplayed);
    let again = |one: &&Evidence| {
        let is_same = |before: Suspect| before.is_far() && before.direction == group.direction;
        one.before.is_some_and(is_same)
    };
    let before = evidence.iter().filter(again).count();
    let is_counted = |place: &usize| {
        series
            .get(*place)
            .is_some_and(|one| one.kind == Kind::Exact)
    };
    let is_shifted = is_shifted && !places.iter().all(is_counted);
    let conclusion = if confirmed.len() > equivalent.max(1) {
        middle_of(confirmed)
    } else if is_shifted && replayed > 0 {
        Conclusion::Environment
    } else if equivalent > 0 && 2 * equivalent >= replayed {
        Conclusion::Dismissed
    } else if !is_shifted && lost > 0 && 2 * before > group.suspects.len() {
        let ratio = group.factor;
        Conclusion::ConfirmedWeaker { ratio }
    } else {
        Conclusion::Suspect
    };
    GroupConclusion {
        group: group.clone(),
        conclusion,
    }
}

/// The replay with the median ratio.
fn middle_of(mut replays: Vec<(f64, [f64; 2])>) -> Conclusion {
    replays.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    match replays.get(replays.len() / 2) {
        Some(&(ratio, interval)) => Conclusion::Confirmed { ratio, interval },
        None => Conclusion::Suspect,
    }
}

/// Whether a series goes the way of a group that is confirmed.
pub(super) fn is_of(groups: &[GroupConclusion], place: usize, way: Direction) -> bool {
    groups.iter().any(|one| {
        let group = &one.group;
        let has = group.suspects.contains(&place) || group.telling.contains(&place);
        one.conclusion.is_confirmed() && group.direction == way && has
    })
}
