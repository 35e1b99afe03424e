//! What moved all rows alike, and what that was.

use labrun_analysis::{Cause, CommonShift, Comparison, Quantity};

use crate::units;

/// What a shift is, and what it comes from.
pub(super) fn in_common(shift: &CommonShift, comparison: &Comparison) -> String {
    let what = match shift.of {
        Quantity::Speed => "as slow",
        Quantity::Memory => "as large",
    };
    let control = control(comparison);
    let rows = units::plural(shift.rows, "row");
    let [low, high] = shift.ci;
    let beside = shift.control.map_or_else(String::new, |shift| {
        let [low, high] = shift.ci;
        format!(", {control} {:.3} [{low:.3}, {high:.3}]", shift.factor)
    });
    let all = |from: f64| format!("all {rows} got {}", moved(shift, from));
    let said = match (shift.cause, shift.control) {
        (Cause::Candidate, Some(own)) => format!(
            "{}, {control} did not: that is the candidate, and not the machine; each row is judged \
             after {control}",
            all(own.factor)
        ),
        (Cause::Unknown, Some(_)) => format!(
            "{}, {control} did not move alike and is not sure enough: nothing tells the candidate from the \
             machine; each row is judged after that",
            all(1.0)
        ),
        (Cause::Unknown, None) => format!(
            "{}, and with no control that both ran nothing tells the candidate from the machine; each row \
             is judged after that",
            all(1.0)
        ),
        _ => "each row is judged after that".to_owned(),
    };
    format!(
        "in common: {:.3} times {what} [{low:.3}, {high:.3}] (the median of {rows}{beside}), beside which a \
         row moves by {:.1} %: {said}",
        shift.factor,
        100.0 * shift.spread
    )
}

/// The shift as a suspect.
pub(super) fn suspected(shift: &CommonShift) -> String {
    format!("what {} have in common", units::plural(shift.rows, "row"))
}

/// `1.20 times slower`, from what would be the machine's.
fn moved(shift: &CommonShift, from: f64) -> String {
    let [more, less] = match shift.of {
        Quantity::Speed => ["slower", "faster"],
        Quantity::Memory => ["larger", "smaller"],
    };
    let times = shift.factor / from;
    if times > 1.0 {
        format!("{times:.2} times {more}")
    } else {
        format!("{:.2} times {less}", 1.0 / times)
    }
}

/// The control by its name.
fn control(comparison: &Comparison) -> &str {
    let mut rows = comparison.rows.iter().map(|pair| &pair.row);
    let control = rows.find(|row| row.is_control());
    control.map_or("the control", |row| &row.isolation)
}
