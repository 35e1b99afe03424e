//! The board as scripts have it: the same questions, isolations and numbers, of all runs of the page.

use std::collections::BTreeMap;

use labrun_record::Tier;
use serde_json::{Value, json};

use super::{Board, Column, Line};
use crate::{shown, units};

/// Tiers, the loosest first: that is the order of a requirement.
const TIERS: [Tier; 5] = [
    Tier::Process,
    Tier::Namespaces,
    Tier::UserKernel,
    Tier::MicroVm,
    Tier::WasmSandbox,
];

/// What is in the page's `board` element. Columns and lines are those of any of the runs.
pub(crate) fn json(boards: &[&Board<'_>]) -> String {
    let mut columns: Vec<&Column<'_>> = Vec::new();
    let mut lines: Vec<&Line<'_>> = Vec::new();
    for board in boards {
        for column in &board.columns {
            if !columns.iter().any(|known| known.key == column.key) {
                columns.push(column);
            }
        }
        for line in &board.lines {
            if !lines.iter().any(|known| known.key == line.key) {
                lines.push(line);
            }
        }
    }
    let column_at: BTreeMap<&str, usize> = (0..columns.len())
        .map(|i| (columns[i].key.as_str(), i))
        .collect();
    let line_at: BTreeMap<&str, usize> = (0..lines.len())
        .map(|i| (lines[i].key.as_str(), i))
        .collect();
    let mut cells = Vec::new();
    for (run, board) in boards.iter().enumerate() {
        let mut own: Vec<(&(usize, usize), &usize)> = board.cells.iter().collect();
        own.sort_unstable();
        for ((column, line), row) in own {
            let result = &board.summary.results[*row];
            let Some(numbers) = &result.numbers else {
                continue;
            };
            let [low, high] = numbers.ci.map_or([None, None], |ci| ci.map(Some));
            cells.push(json!({
                "run": run,
                "column": column_at[board.columns[*column].key.as_str()],
                "line": line_at[board.lines[*line].key.as_str()],
                "row": row,
                "value": numbers.median, "low": low, "high": high, "n": numbers.n,
                "text": units::value(numbers.median, result.unit),
                "interval": shown::bare_interval(result),
            }));
        }
    }
    let of_run = |board: &&Board<'_>| {
        json!({
            "id": board.run.id, "scenario": board.run.scenario, "arch": board.run.machine.arch,
            "cpu": board.run.machine.cpu, "quick": board.run.indicative,
        })
    };
    let of_column = |column: &&Column<'_>| {
        json!({
            "key": column.key, "label": column.label, "short": column.short,
            "measure": column.measure.title(), "metric": column.metric, "workload": column.workload,
            "unit": column.unit, "better": column.better, "rank": column.rank,
        })
    };
    let of_line = |line: &&Line<'_>| {
        json!({
            "key": line.key, "name": line.name, "technology": line.technology, "tier": line.tier,
            "tierRank": TIERS.iter().position(|tier| *tier == line.tier), "ink": line.ink,
            "version": line.version, "control": line.is_control,
        })
    };
    let all: Value = json!({
        "runs": boards.iter().map(of_run).collect::<Vec<_>>(),
        "columns": columns.iter().map(of_column).collect::<Vec<_>>(),
        "lines": lines.iter().map(of_line).collect::<Vec<_>>(),
        "tiers": TIERS,
        "cells": cells,
    });
    // Inside a script element nothing but `</` and `<!--` could end it: `<` is written otherwise.
    all.to_string().replace('<', "\\u003c")
}
