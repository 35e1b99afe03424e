//! Which rows are a column of their own.

use labrun_analysis::RowSummary;
use labrun_record::Target;

/// Whether it is compiled for the component model, which has columns of its own.
pub(super) fn is_component(row: &RowSummary) -> bool {
    row.row.target == Target::Wasip2
}
