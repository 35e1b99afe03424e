//! What a machine can tell apart, on a terminal.

use labrun_record::{Change, Changed, ChangedBy, Resolution, Row};

use super::said;
use crate::columns::{Cell, Line, columns};
use crate::table::wrapped;
use crate::{facets, units};

/// What a calibration comes to: its rows without a change first, then what was injected and what
/// was found.
pub(super) fn resolution(of: &Resolution, width: Option<usize>, colour: bool) -> String {
    let mut lines = vec![wrapped(&unchanged(of), width, "")];
    if !of.changed.is_empty() {
        let sizes = |one: &'_ Changed| -> Vec<Line> {
            let sizes = one.sizes.iter();
            sizes.map(|size| line(&one.row, size)).collect()
        };
        let table: Vec<Line> = of.changed.iter().flat_map(sizes).collect();
        let heads = ["injected", "found", "error", "worse in"];
        let heads = ("changed on purpose", &heads[..]);
        lines.push(String::new());
        lines.push(columns(heads, &table, width, colour));
    }
    for one in &of.changed {
        if let (Some(share), [size, ..]) = (one.least_found, &one.sizes[..]) {
            let said = format!(
                "{}, {}: from {} on, at least 9 of 10 tries are found",
                name(&one.row),
                said::way(size.change),
                said::percent(share)
            );
            lines.push(wrapped(&said, width, "  "));
        }
    }
    if has_stalls(of) {
        lines.push(wrapped(said::OF_STALLS, width, ""));
    }
    lines.join("\n")
}

/// Of how many rows without a change how many came out right.
pub(crate) fn unchanged(of: &Resolution) -> String {
    let seen = of.unchanged;
    let rows = units::plural(seen.rows, "row");
    if seen.rows == 0 {
        return "Nothing was measured unchanged, so how often this machine finds what is not there is not known.".to_owned();
    }
    format!(
        "Of {rows} of which nothing was changed ({}), {} came out equivalent within {}, {} wrongly better or worse beyond {}, {} inconclusive, {} not decided.",
        units::plural(seen.quads, "quad"),
        seen.equivalent,
        said::margin(of.equivalence),
        seen.wrong,
        said::margin(of.margin),
        seen.inconclusive,
        seen.not_decided
    )
}

/// Whether stalls are among what was injected.
pub(crate) fn has_stalls(of: &Resolution) -> bool {
    let mut sizes = of.changed.iter().flat_map(|one| &one.sizes);
    sizes.any(|size| matches!(size.change, Change::StallNs(_)))
}

/// A row by workload, isolation and what else tells it apart.
pub(crate) fn name(row: &Row) -> String {
    let own = facets::all(row).into_iter();
    let first = format!("{} {}", row.workload, row.isolation);
    own.fold(first, |name, facet| format!("{name} {facet}"))
}

fn line(row: &Row, size: &ChangedBy) -> Line {
    let [injected, found, error] = said::sizes(size);
    let tries = format!("{} of {}", size.worse, size.tries);
    Line {
        name: format!("{}, {}", name(row), said::change(size.change)),
        cells: [injected, found, error, tries].map(Cell::from).into(),
        note: None,
    }
}
