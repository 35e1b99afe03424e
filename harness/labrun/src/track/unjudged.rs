//! Why no series of a night was judged.

use labrun_history::judge::Kind;
use labrun_history::{Column, Nights, Watching, is_of_a_tail};

/// Why, in words: nothing was measured, or none of what was is judged at all, or not yet.
pub(super) fn why(nights: &Nights, night: usize, watching: &Watching) -> String {
    let is_measured = |column: &&Column| {
        let is_row = column.key.row().is_some();
        is_row && column.values[night].is_some_and(f64::is_finite)
    };
    let measured: Vec<&Column> = nights.series.iter().filter(is_measured).collect();
    if measured.is_empty() {
        return "nothing was measured in this night".to_owned();
    }
    let (never, later): (Vec<&Column>, Vec<&Column>) =
        measured.into_iter().partition(|column| is_never(column));
    let begins = |column: &&Column| watching.levels(column, nights).contains(&night);
    if !later.is_empty() && later.iter().all(begins) {
        return "tonight is the first of another normal, by labrun-epochs.toml: the next night is held against it"
            .to_owned();
    }
    let least = watching.rules.judge.least_nights;
    let has = |kind: Kind| later.iter().any(|column| column.key.kind() == kind);
    let before = "of this class of machine and this scenario before it";
    match (has(Kind::Measured), has(Kind::Exact)) {
        (true, true) => {
            format!("what is measured needs {least} nights {before}, and what is counted one")
        }
        (true, false) => format!("each needs {least} nights {before}"),
        (false, true) => format!("what is counted needs one night {before}"),
        (false, false) if never.iter().any(|column| column.key.emulated) => {
            "times under emulation say nothing of a machine, and are never judged; sizes and counts are"
                .to_owned()
        }
        (false, false) => "percentiles from the 90th on inform, and are never judged".to_owned(),
    }
}

/// Whether it is only told.
fn is_never(column: &Column) -> bool {
    let row = column.key.row();
    row.is_some_and(|row| is_of_a_tail(row) || column.key.emulated && !row.metric.is_counted())
}
