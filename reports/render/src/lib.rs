//! Statistics in; a page or a table out.
//!
//! [`page`] is the report of a run: one HTML file that needs no network and no script.
//! [`trend_site`] is that of a history: many nights side by side.
//! [`table`] is what a terminal shows on a screen, and [`full_table`] all of it, of a replay too. All of them are pure functions of a run's
//! files.

mod beside;
mod board;
mod chart;
mod columns;
mod comparison;
mod conformance;
mod export;
mod facets;
mod measure;
mod page;
mod replay;
mod shown;
mod table;
mod trend;
pub mod units;
mod words;

pub use comparison::{comparison, comparison_markdown, comparison_page};
pub use conformance::conformance_page;
pub use export::{Exported, csv, markdown};
pub use page::{Section, apart, page, pages};
pub use table::{full_table, table};
pub use trend::{SiteFile, Trend, trend_site};

use thiserror::Error;

/// Why a page could not be made.
#[derive(Debug, Error)]
pub enum RenderError {
    /// The summary is not that of the run.
    #[error("the summary has {summary} rows and the run has {run}: summarise the run again")]
    Mismatch {
        /// Rows of the run.
        run: usize,
        /// Rows of the summary.
        summary: usize,
    },
    /// Rows could not be written as CSV.
    #[error("cannot write CSV: {0}")]
    Csv(#[from] csv::Error),
    /// A chart could not be drawn.
    #[error("cannot draw the chart `{chart}`: {reason}")]
    Chart {
        /// Its title.
        chart: String,
        /// What the drawing library said.
        reason: String,
    },
}
