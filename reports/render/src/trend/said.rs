//! The words of the site: changes in per cent, and what was found in a line.

use labrun_history::{FROM_ZERO, Finding};

/// From here on a change is told as a multiple.
const MANY: f64 = 10.0;

/// `+7.1 %`, `-0.4 %`, `12 times`: a multiple as a change.
pub(super) fn change(ratio: f64) -> String {
    if !ratio.is_finite() {
        return "no multiple".to_owned();
    }
    if ratio >= FROM_ZERO {
        return "not 0 any more".to_owned();
    }
    if ratio >= MANY {
        return format!("{ratio:.0} times");
    }
    format!("{} %", bare(ratio))
}

fn bare(ratio: f64) -> String {
    let percent = (ratio - 1.0) * 100.0;
    let text = format!("{percent:+.1}");
    match text.as_str() {
        "-0.0" | "+0.0" => "0.0".to_owned(),
        _ => text.replace('-', "\u{2212}"),
    }
}

/// `+7.1 % [+6.0, +8.2]`, or that there is no interval.
pub(super) fn by_how_much(finding: &Finding) -> String {
    let change = change(finding.ratio);
    match finding.interval {
        // What is counted.
        Some([low, high]) if low >= high => change,
        Some([low, high]) if high < MANY => format!("{change} [{}, {}]", bare(low), bare(high)),
        Some([low, high]) => format!("{change} [{low:.1}, {high:.1} times]"),
        None => format!("{change} (two nights, no replay)"),
    }
}

/// `slower: +7.1 % [+6.0, +8.2]`, and whether that may be chance.
pub(super) fn found(finding: &Finding) -> String {
    let chance = match (finding.stands, finding.interval) {
        (false, Some(_)) => ", which among so many series may be chance",
        _ => "",
    };
    format!("{}: {}{chance}", finding.word, by_how_much(finding))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_has_its_sign() {
        for (ratio, said) in [
            (1.071, "+7.1 %"),
            (0.95, "\u{2212}5.0 %"),
            (1.000_01, "0.0 %"),
            (12.2, "12 times"),
            (f64::NAN, "no multiple"),
            (FROM_ZERO, "not 0 any more"),
        ] {
            assert_eq!(change(ratio), said);
        }
    }
}
