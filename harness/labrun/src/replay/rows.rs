//! Which rows a replay has: those of its runs, those that `compare` suspects, and of them those that
//! both sides have.

use std::collections::BTreeSet;

use lab::plan::{Decision, Plan};
use labrun_analysis::{Measurements, compare};
use labrun_record::{Outcome, Row, Target, Tier};

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

/// The rows in which `compare` suspects that the candidate is worse.
pub(super) fn suspects(base: &Read, candidate: &Read) -> anyhow::Result<BTreeSet<Row>> {
    let comparison = compare(of(base), of(candidate), false);
    if !comparison.incomparable.is_empty() {
        let why = comparison.incomparable.join("; ");
        anyhow::bail!(Usage(format!(
            "--suspects: the runs cannot be compared: {why}; name the rows by --workload and --isolation"
        )));
    }
    let suspects = comparison.suspects();
    Ok(suspects.map(|(_, pair)| pair.row.clone()).collect())
}

fn of(read: &Read) -> Measurements<'_> {
    Measurements {
        run: &read.run,
        samples: &read.samples,
    }
}

/// What rows of two sides have in common that are held against each other: their identity. Of two
/// isolations it is all but what an isolation itself is: its name, its tier and its target.
pub(super) fn key(row: &Row, of_isolations: bool) -> Row {
    let mut key = row.clone();
    if of_isolations {
        key.isolation.clear();
        (key.tier, key.target) = (Tier::Process, Target::Native);
    }
    key
}

/// Leaves in both plans the rows that both have.
pub(super) fn in_common(plans: [&mut Plan; 2], of_isolations: bool) {
    let keys = |plan: &Plan| -> BTreeSet<Row> {
        rows(plan).map(|row| key(row, of_isolations)).collect()
    };
    let [a, b] = plans;
    let (of_a, of_b) = (keys(a), keys(b));
    a.retain(|row| of_b.contains(&key(row, of_isolations)));
    b.retain(|row| of_a.contains(&key(row, of_isolations)));
}

/// Whether there is a row for which both plans launch something.
pub(super) fn any_is_launched(plans: [&Plan; 2], of_isolations: bool) -> bool {
    let [a, b] = plans.map(|plan| -> BTreeSet<Row> {
        let launched = plan.cases().filter(|(_, case)| case.spec().is_some());
        let rows = launched.flat_map(|(_, case)| &case.rows);
        rows.map(|row| key(row, of_isolations)).collect()
    });
    !a.is_disjoint(&b)
}

/// Why a plan launches nothing for one of its rows, if there is such a row.
pub(super) fn first_reason(plan: &Plan) -> Option<&str> {
    let mut reasons = plan.cases().filter_map(|(_, case)| match &case.launch {
        Decision::Leave { reason, .. } => Some(reason.as_str()),
        Decision::Launch(_) => None,
    });
    reasons.next()
}

/// Every row of a plan.
pub(super) fn rows(plan: &Plan) -> impl Iterator<Item = &Row> {
    plan.cases().flat_map(|(_, case)| &case.rows)
}
