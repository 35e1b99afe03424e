//! What a replay holds against each other: of the cases that both plans have, the rows that are
//! asked for.

use lab::plan::{Case, CasePair, Decision, pairs};
use labrun_record::Row;

use super::asked::Asked;
use super::plans::Plans;
use super::rows;
use crate::exit::Usage;

/// The pairs of two plans; without one that both sides launch there is nothing to decide.
pub(super) fn of(asked: &Asked<'_>, planned: &Plans) -> anyhow::Result<Vec<CasePair>> {
    let runs = [0, 1].map(|side| asked.sides[side].run.as_ref().map(rows::launched));
    let isolations = planned.isolations.as_ref();
    let is_asked_for = |row: &Row| match (&asked.suspects, isolations) {
        (None, _) => true,
        (Some(rows), None) => rows.contains(row),
        // Sides that are isolations name theirs themselves.
        (Some(rows), Some(_)) => rows.iter().any(|one| {
            let isolation = one.isolation.clone();
            let row = row.clone();
            Row { isolation, ..row } == *one
        }),
    };
    let is_taken = |side: usize, row: &Row| {
        let of_run = runs[side].as_ref().is_none_or(|rows| rows.contains(row));
        of_run && is_asked_for(row)
    };
    let [plan_a, plan_b] = &planned.plans;
    let isolations = isolations.map(|both| both.each_ref().map(String::as_str));
    let mut pairs = pairs(plan_a, plan_b, isolations);
    pairs.retain_mut(|CasePair { a, b, rows, .. }| {
        rows.retain(|[of_a, of_b]| is_taken(0, &a.rows[*of_a]) && is_taken(1, &b.rows[*of_b]));
        !rows.is_empty()
    });
    let (a, b) = (&asked.args.a, &asked.args.b);
    if pairs.is_empty() {
        let scenario = &plan_a.scenario;
        anyhow::bail!(Usage(format!(
            "{a} and {b} have no row of {scenario} in common that is asked for: name another \
             --scenario, or take more by --workload and --isolation"
        )));
    }
    let is_launched = |pair: &CasePair| pair.a.spec().and(pair.b.spec()).is_some();
    if !pairs.iter().any(is_launched) {
        let mut reasons = pairs
            .iter()
            .flat_map(|pair| [&pair.a, &pair.b])
            .filter_map(why_not);
        let reason = reasons.next().unwrap_or_default();
        anyhow::bail!(Usage(format!(
            "{a} and {b} have no row in common for which both launch something: {reason}"
        )));
    }
    Ok(pairs)
}

fn why_not(case: &Case) -> Option<&str> {
    match &case.launch {
        Decision::Leave { reason, .. } => Some(reason),
        Decision::Launch(_) => None,
    }
}
