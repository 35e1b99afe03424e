//! What a case reads before anything is decided from it.

use super::load::Generator;
use super::prepare::{self, Supply};
use crate::outcome::Failure;
use crate::plan::Case;

/// The median of the first row of a case over so many launches, each after a discarded one.
///
/// # Errors
/// The first launch that fails, or that gives no value.
pub fn pilot(case: &Case, supply: &Supply<'_>, launches: u32) -> Result<f64, Failure> {
    let prepared = prepare::case(case, 0, supply, &Generator::new(0));
    let (launch, isolation) = prepared.launch?;
    let mut values = Vec::new();
    for _ in 0..launches {
        if launch.is_primed() {
            launch.launch(isolation, supply.site)?;
        }
        let given = launch.launch(isolation, supply.site)?;
        let first = given.into_iter().next();
        values.push(
            first
                .ok_or_else(|| Failure::failed("it gave no value"))?
                .given?,
        );
        if supply.site.interrupt.raised() {
            return Err(Failure::Interrupted);
        }
    }
    labrun_analysis::stats::median(&values).ok_or_else(|| Failure::failed("it was not launched"))
}
