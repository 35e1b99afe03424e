//! What is counted exactly: any change of it is suspect.

use std::ops::Range;

use labrun_record::Better;

use super::night::{Departure, Standing, Suspect, direction};
use super::series::Series;

/// What is counted is held against what it mostly was, and of several such the last. One night is
/// enough for that.
pub(super) fn counted(one: &Series, now: f64, before: Range<usize>) -> Standing {
    let counts: Vec<f64> = before.filter_map(|night| one.count(night)).collect();
    let often = |value: &f64| {
        counts
            .iter()
            .filter(|other| other.total_cmp(value).is_eq())
            .count()
    };
    let Some(&usual) = counts.iter().max_by_key(|value| often(value)) else {
        return Standing::NoBaseline { nights: 0 };
    };
    let worse = match one.better {
        Better::Lower => now > usual,
        Better::Higher => now < usual,
    };
    let changed = now.total_cmp(&usual).is_ne();
    let far = if worse {
        f64::INFINITY
    } else {
        f64::NEG_INFINITY
    };
    let departure = Departure {
        ratio: if changed { now / usual } else { 1.0 },
        sigmas: if changed { far } else { 0.0 },
        limit: 0.0,
        scale: 0.0,
        before: 0.0,
        nights: counts.len(),
    };
    if changed {
        let direction = direction(worse);
        Standing::Suspect(Suspect {
            direction,
            departure,
        })
    } else {
        Standing::Steady(departure)
    }
}
