//! What cases read before anything is decided from it.

use std::time::{Duration, Instant};

use super::load::Generator;
use super::prepare::{self, PreparedCase, Supply};
use crate::outcome::Failure;
use crate::plan::Case;
use crate::progress::Progress;

/// Launches right after one another in a round, after a discarded one: those of a quad.
const IN_A_ROUND: u32 = 4;

/// Rounds at least, however long they take, and at most.
const ROUNDS: std::ops::Range<u64> = 5..30;

/// The median of the first row of each case, as quads of a replay see it: launched right after
/// one another, round by round, with all that is `beside` launched in between. Alone, one after
/// another, in hot caches, the same launches take a fifth less.
///
/// # Errors
/// [`Failure::Interrupted`]. Of a case the first launch that fails, or that gives no value.
pub fn pilot(
    cases: &[Case],
    beside: &[&Case],
    supply: &Supply<'_>,
    time: Duration,
    progress: &dyn Progress,
) -> Result<Vec<Result<f64, Failure>>, Failure> {
    let generator = Generator::new(0);
    let prepare = |case| prepare::case(case, 0, supply, &generator);
    let others: Vec<PreparedCase<'_>> = beside.iter().copied().map(prepare).collect();
    let own: Vec<PreparedCase<'_>> = cases.iter().map(prepare).collect();
    let mut values: Vec<Result<Vec<f64>, Failure>> = own.iter().map(|_| Ok(Vec::new())).collect();
    let interrupt = &supply.site.interrupt;
    let began = Instant::now();
    let doing = "choosing the sizes of changes";
    for round in 0..ROUNDS.end {
        if round >= ROUNDS.start && began.elapsed() > time {
            break;
        }
        progress.step(doing, round, ROUNDS.end);
        for case in &others {
            if interrupt.raised() {
                return Err(Failure::Interrupted);
            }
            // What cannot be launched has no influence, and is told in the replay.
            if let Ok((launch, isolation)) = &case.launch {
                let _ = launch.launch(*isolation, supply.site);
            }
        }
        for (case, values) in own.iter().zip(&mut values) {
            if let Ok(so_far) = values {
                match in_a_row(case, supply) {
                    Ok(more) => so_far.extend(more),
                    Err(Failure::Interrupted) => return Err(Failure::Interrupted),
                    Err(failure) => *values = Err(failure),
                }
            }
        }
    }
    progress.finish(doing);
    let median = |values: Vec<f64>| {
        labrun_analysis::stats::median(&values)
            .ok_or_else(|| Failure::failed("it was not launched"))
    };
    Ok(values
        .into_iter()
        .map(|values| values.and_then(median))
        .collect())
}

/// The first value of each of a few launches.
fn in_a_row(case: &PreparedCase<'_>, supply: &Supply<'_>) -> Result<Vec<f64>, Failure> {
    let (launch, isolation) = case.launch.as_ref().map_err(Clone::clone)?;
    if launch.is_primed() {
        launch.launch(*isolation, supply.site)?;
    }
    let value = |_| {
        let first = launch.launch(*isolation, supply.site)?.into_iter().next();
        first
            .ok_or_else(|| Failure::failed("it gave no value"))?
            .given
    };
    (0..IN_A_ROUND).map(value).collect()
}
