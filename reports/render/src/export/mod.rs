//! What others read: rows for a spreadsheet, tables for a document.

mod markdown;
mod sheet;

use labrun_analysis::Summary;
use labrun_record::Run;

pub use markdown::markdown;
pub use sheet::csv;

/// One run that is exported.
#[derive(Debug, Clone, Copy)]
pub struct Exported<'a> {
    /// Its `run.json`.
    pub run: &'a Run,
    /// Its `summary.json`.
    pub summary: &'a Summary,
}

impl<'a> Exported<'a> {
    /// The scenario that a row is of.
    fn scenario_of(&self, row: usize) -> &'a str {
        let part = self.run.parts.iter().find(|part| part.holds(row));
        part.map_or(&self.run.scenario, |part| &part.scenario)
    }
}
