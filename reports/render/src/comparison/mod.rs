//! Two runs on a terminal: what changed first, then what did not, then the counts; the same as Markdown
//! and as a page.

mod closing;
mod found;
mod markdown;
mod page;
mod rows;
mod shift;

use labrun_analysis::{Comparison, Disturbance};

use crate::table::wrapped;
use crate::units;
pub use markdown::comparison_markdown;
pub use page::comparison_page;

/// What a terminal shows of a comparison: what moved all rows alike, then each row that was
/// compared, with both medians, the ratio that is its own and its interval, the ratio as it is, and
/// the verdict; rows that changed come first. The last lines count the verdicts, and name what is
/// suspected, and what of that is confirmed. No line is longer than `width`, unless a word is.
pub fn comparison(comparison: &Comparison, width: Option<usize>, colour: bool) -> String {
    let [base, candidate] = [&comparison.base, &comparison.candidate].map(|run| &run.run);
    let shifts = comparison.shifts.iter();
    let shifts = shifts.map(|shift| shift::in_common(shift, comparison));
    let disturbed = [&comparison.base, &comparison.candidate];
    let disturbed = disturbed.into_iter().filter_map(|side| {
        let said = side.disturbance.as_ref().and_then(Disturbance::said)?;
        Some(format!("{}: {said}: what differs may be that", side.run))
    });
    let head = [format!("{candidate} against {base}")]
        .into_iter()
        .chain(disturbed)
        .chain(shifts);
    let closing = counts(comparison) + &closing::closing(comparison);
    let parts = [
        fitted(head, width),
        rows::rows(comparison, width, colour).trim_end().to_owned(),
        fitted(closing.lines().map(str::to_owned), width),
    ];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("\n\n")
}

/// Lines that are broken where they have no room.
fn fitted(lines: impl Iterator<Item = String>, width: Option<usize>) -> String {
    let lines = lines.map(|line| {
        let indent = if line.starts_with(' ') { "    " } else { "  " };
        wrapped(&line, width, indent)
    });
    lines.collect::<Vec<String>>().join("\n")
}

fn counts(comparison: &Comparison) -> String {
    let counts = comparison.counts;
    format!(
        "{} worse, {} better, {} equivalent (within {}), {} inconclusive, {} not compared, {} in one run only",
        counts.worse,
        counts.better,
        counts.equivalent,
        units::percent(comparison.margin).replace('%', " %"),
        counts.inconclusive,
        counts.not_compared,
        counts.only_in_base + counts.only_in_candidate,
    )
}
