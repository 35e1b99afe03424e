//! The board as scripts have it: the same questions, isolations and numbers, of all runs of the page.
//!
//! A cell is a list here, without the names that `cellKeys` has once: there are thousands of them. An isolation
//! is without what follows from its key, and a cell without what stands in its line of the table of all rows.
//! `core.js` gives each back what it is without.

use std::collections::BTreeMap;

use labrun_analysis::{RowSummary, Verdict};
use labrun_record::Tier;
use serde_json::{Value, json};

use super::{Board, Column, Line};

/// Tiers, the loosest first: that is the order of a requirement.
const TIERS: [Tier; 5] = [
    Tier::Process,
    Tier::Namespaces,
    Tier::UserKernel,
    Tier::MicroVm,
    Tier::WasmSandbox,
];

/// What stands in a cell, in this order.
const CELL: [&str; 9] = [
    "run", "column", "line", "row", "value", "low", "high", "ratio", "verdict",
];

/// What a ratio may say. A cell has the place of one, or the place behind them: it is the reference.
const VERDICTS: [Verdict; 4] = [
    Verdict::Better,
    Verdict::Worse,
    Verdict::Equivalent,
    Verdict::Inconclusive,
];

/// What is in the page's `board` element. Columns and lines are those of any of the runs.
pub(crate) fn json(boards: &[&Board<'_>]) -> String {
    let all = All::of(boards);
    let mut cells = Vec::new();
    for (run, board) in boards.iter().enumerate() {
        cells.extend(all.cells(run, board));
    }
    let of_line = |line: &&Line<'_>| {
        let rank = TIERS.iter().position(|tier| *tier == line.tier);
        let mut own = json!({
            "key": line.key, "tierRank": rank, "ink": line.ink, "version": line.version,
        });
        if line.name != line.key {
            own["name"] = line.name.as_str().into();
        }
        if line.key.split('/').next() != Some(line.technology) {
            own["technology"] = line.technology.into();
        }
        if line.is_control {
            own["control"] = true.into();
        }
        own
    };
    let whole = json!({
        "runs": boards.iter().map(|board| all.run(board)).collect::<Vec<_>>(),
        "columns": all.columns.iter().map(|column| all.column(column)).collect::<Vec<_>>(),
        "lines": all.lines.iter().map(of_line).collect::<Vec<_>>(),
        "tiers": TIERS,
        "verdicts": VERDICTS.iter().map(|one| one.name()).chain(["reference"]).collect::<Vec<_>>(),
        "cellKeys": CELL,
        "cells": cells,
    });
    // Inside a script element nothing but `</` and `<!--` could end it: `<` is written otherwise.
    whole.to_string().replace('<', "\\u003c")
}

/// The questions and isolations of all runs, each once.
struct All<'a> {
    columns: Vec<&'a Column<'a>>,
    lines: Vec<&'a Line<'a>>,
    column_at: BTreeMap<&'a str, usize>,
    line_at: BTreeMap<&'a str, usize>,
    /// The place of a question among the key ones, of the first run that has it there.
    ranks: BTreeMap<&'a str, usize>,
}

impl<'a> All<'a> {
    fn of(boards: &[&'a Board<'a>]) -> Self {
        let mut all = Self {
            columns: Vec::new(),
            lines: Vec::new(),
            column_at: BTreeMap::new(),
            line_at: BTreeMap::new(),
            ranks: BTreeMap::new(),
        };
        for board in boards {
            for column in &board.columns {
                if !all.column_at.contains_key(&*column.key) {
                    all.column_at.insert(&column.key, all.columns.len());
                    all.columns.push(column);
                }
                if let Some(rank) = column.rank {
                    all.ranks.entry(&column.key).or_insert(rank);
                }
            }
            for line in &board.lines {
                if !all.line_at.contains_key(&*line.key) {
                    all.line_at.insert(&line.key, all.lines.len());
                    all.lines.push(line);
                }
            }
        }
        all
    }

    fn column(&self, column: &Column<'_>) -> Value {
        json!({
            "key": column.key, "label": column.label, "short": column.short,
            "measure": column.measure.title(), "metric": column.metric, "workload": column.workload,
            "unit": column.unit, "better": column.better, "rank": self.ranks.get(&*column.key),
        })
    }

    /// A run: who it is, its key questions that have an answer, and what each question's rows are
    /// compared with, by the question's place.
    fn run(&self, board: &Board<'_>) -> Value {
        let place = |column: usize| self.column_at[&*board.columns[column].key];
        let keys: Vec<usize> = board.answered().into_iter().map(place).collect();
        let named = |column| Some((place(column).to_string(), board.reference_name(column)?));
        let references: BTreeMap<String, String> =
            (0..board.columns.len()).filter_map(named).collect();
        let run = board.run;
        json!({
            "id": run.id, "scenario": run.scenario, "arch": run.machine.arch, "cpu": run.machine.cpu,
            "quick": run.indicative, "emulated": run.machine.emulated, "keys": keys,
            "references": references, "missing": self.missing(board),
        })
    }

    /// The cells of a run without a number that may be compared: column and line by what became of
    /// them.
    fn missing(&self, board: &Board<'_>) -> BTreeMap<&'static str, Vec<[usize; 2]>> {
        let mut missing: BTreeMap<&str, Vec<[usize; 2]>> = BTreeMap::new();
        for ((column, line), number) in &board.cells {
            let row = &board.summary.results[*number];
            let became = match row.numbers {
                Some(_) if row.compares() => continue,
                Some(_) => "emulated",
                None => row.outcome.name(),
            };
            missing.entry(became).or_default().push([
                self.column_at[&*board.columns[*column].key],
                self.line_at[&*board.lines[*line].key],
            ]);
        }
        for cells in missing.values_mut() {
            cells.sort_unstable();
        }
        missing
    }

    /// The measured cells of a run that may be compared.
    fn cells(&self, run: usize, board: &Board<'_>) -> Vec<Value> {
        let mut own: Vec<(&(usize, usize), &usize)> = board.cells.iter().collect();
        own.sort_unstable();
        let cells = own.into_iter().filter_map(|((column, line), number)| {
            let row = &board.summary.results[*number];
            let numbers = row.numbers.as_ref().filter(|_| row.compares())?;
            let [low, high] = ends(numbers.ci);
            let (ratio, verdict) = against(board, row);
            let values: [Value; CELL.len()] = [
                run.into(),
                self.column_at[&*board.columns[*column].key].into(),
                self.line_at[&*board.lines[*line].key].into(),
                (*number).into(),
                plain(numbers.median),
                low,
                high,
                ratio.into(),
                verdict.into(),
            ];
            Some(Value::from(values))
        });
        cells.collect()
    }
}

/// The ends of an interval, to as many digits as two of them are ever told apart by; of what was counted
/// all of them.
fn ends(interval: Option<[f64; 2]>) -> [Value; 2] {
    match interval {
        None => [Value::Null, Value::Null],
        Some([low, high]) if low.to_bits() == high.to_bits() => [plain(low), plain(high)],
        Some(ends) => ends.map(|end| plain(format!("{end:.5e}").parse().unwrap_or(end))),
    }
}

/// A number; a whole one without a point, which says nothing.
fn plain(value: f64) -> Value {
    const WHOLE: f64 = 9e15;
    if value.fract() == 0.0 && value.abs() < WHOLE {
        (value as i64).into()
    } else {
        value.into()
    }
}

/// A row's ratio to its own reference, and the place of its verdict among [`VERDICTS`].
fn against(board: &Board<'_>, row: &RowSummary) -> (Option<f64>, Option<usize>) {
    match row.ratio() {
        Some(ratio) => (
            Some(ratio.value),
            VERDICTS.iter().position(|one| *one == ratio.verdict),
        ),
        None => (None, board.is_reference(row).then_some(VERDICTS.len())),
    }
}
