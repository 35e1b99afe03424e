//! What of a board is shown unasked: the questions that have an answer, and the isolations that give
//! one.

use labrun_analysis::RowSummary;

use super::Board;
use crate::words;

impl Board<'_> {
    /// The key questions of which anything was measured, in their order.
    pub(crate) fn answered(&self) -> Vec<usize> {
        let mut keys = self.key_columns();
        keys.retain(|column| self.best(*column, |_| true).is_some());
        keys
    }

    /// The lines that have a number in any of `columns`, and those that have none.
    pub(crate) fn lines_in(&self, columns: &[usize]) -> (Vec<usize>, Vec<usize>) {
        let measured = |line: &usize| {
            let mut cells = columns.iter().filter_map(|c| self.cell(*c, *line));
            cells.any(|row| row.median().is_some())
        };
        (0..self.lines.len()).partition(measured)
    }

    /// Whether a row is what the others of its question are compared with.
    pub(crate) fn is_reference(&self, row: &RowSummary) -> bool {
        let wanted = self.run.reference_of(&row.row);
        wanted.is_some_and(|wanted| wanted.is_of(&row.row, &row.row))
    }

    /// What the rows of a column are compared with, by name: `native/static (process)`. None where
    /// none of them has a ratio.
    pub(crate) fn reference_name(&self, column: usize) -> Option<String> {
        let mut cells = (0..self.lines.len()).filter_map(|line| self.cell(column, line));
        let (row, ratio) = cells.find_map(|row| Some((row, row.ratio()?)))?;
        Some(words::ratio_to(row, ratio))
    }
}
