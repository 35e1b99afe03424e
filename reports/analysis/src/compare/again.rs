//! What a second run of the candidate says of the suspects.

use labrun_record::{Row, Run};

use super::confirm::{Finding, Found};
use super::launched::Launched;
use super::{Comparison, Measurements, compare};

/// What it says of each suspect, or why it is none of the candidate.
pub(super) fn found(
    comparison: &Comparison,
    base: Measurements<'_>,
    candidate: &Run,
    again: Measurements<'_>,
    force: bool,
) -> Result<Vec<Found>, String> {
    let other = compare(base, again, force);
    if let [first, ..] = &other.incomparable[..]
        && !other.forced
    {
        return Err(format!("it cannot be compared with the base: {first}"));
    }
    for (of, what) in [(base.run, "base"), (candidate, "candidate")] {
        if again.run.id == of.id {
            return Err(format!("it is the {what} itself"));
        }
    }
    let [own, its] = [candidate, again.run].map(Launched::of);
    let mut shared = other.rows.iter().map(|pair| &pair.row);
    if !shared.any(|row| candidate.rows.contains(row) && own.is_as(&its, row)) {
        return Err("it is no second run of the candidate: it launched something else".to_owned());
    }
    let finding = |row: &Row| match other.rows.iter().find(|pair| pair.row == *row) {
        None => Finding::Absent,
        Some(_) if !own.is_as(&its, row) => Finding::Unlike,
        Some(pair) => Finding::Judged(pair.ratio.map(|ratio| ratio.verdict)),
    };
    let suspects = comparison.suspects();
    Ok(suspects
        .map(|(number, pair)| (number, finding(&pair.row)))
        .collect())
}
