//! Rows by which a replay is narrowed: those that a run has launched, those that `compare` suspects.

use std::collections::BTreeSet;

use labrun_analysis::{Measurements, compare};
use labrun_record::{Outcome, Row};

use crate::exit::Usage;
use crate::report::Read;

/// The rows that a run has launched, whatever became of them.
pub(super) fn launched(read: &Read) -> BTreeSet<Row> {
    let was_launched = |outcome: Outcome| {
        matches!(
            outcome,
            Outcome::Measured | Outcome::Failed | Outcome::Timeout | Outcome::Mismatch
        )
    };
    let results = read.summary.results.iter();
    let launched = results.filter(|result| was_launched(result.outcome));
    launched.map(|result| result.row.clone()).collect()
}

/// The rows in which `compare` suspects that the candidate is worse, and all rows of a shift in common
/// that it suspects.
pub(super) fn suspects(base: &Read, candidate: &Read) -> anyhow::Result<BTreeSet<Row>> {
    let comparison = compare(of(base), of(candidate), false);
    if !comparison.incomparable.is_empty() {
        let why = comparison.incomparable.join("; ");
        anyhow::bail!(Usage(format!(
            "--suspects: the runs cannot be compared: {why}; name the rows by --workload and --isolation"
        )));
    }
    let suspects = comparison.in_question();
    Ok(suspects.map(|(_, pair)| pair.row.clone()).collect())
}

fn of(read: &Read) -> Measurements<'_> {
    Measurements {
        run: &read.run,
        samples: &read.samples,
    }
}
