//! What the site knows of a series: where it changed, what it was last, and in which group it stands.

use labrun_analysis::stats::median;
use labrun_history::dating::{ChangePoint, Dating, change_points};
use labrun_history::{Column, Findings, Nights, Watching};
use labrun_record::{Better, Row, Unit};

use crate::words;

/// The nights that the last value is held against.
const BEFORE: usize = 30;

/// A series of a history.
pub(super) struct Line<'a> {
    /// Which history it is of.
    pub history: usize,
    pub column: &'a Column,
    /// By its values without what each night did to all.
    pub points: Vec<ChangePoint>,
    /// Since which nights another value is normal, and why.
    pub epochs: Vec<(usize, &'a str)>,
    /// The nights from which on another artifact was run.
    pub artifacts: Vec<usize>,
    /// Places of what was found of it.
    pub found: Vec<usize>,
    /// The nights in which it was suspected.
    pub suspected: Vec<usize>,
    /// The last night that has a value.
    pub last: Option<usize>,
    /// The last value as a multiple of the median of the nights before it.
    pub against: Option<f64>,
}

/// The lines of a history.
pub(super) fn lines<'a>(
    history: usize,
    nights: &'a Nights,
    watching: &'a Watching,
    findings: &Findings<'_>,
) -> Vec<Line<'a>> {
    let columns = nights.series.iter().zip(findings.freed());
    let of = |(column, freed): (&'a Column, &Vec<Option<f64>>)| {
        let by = Dating {
            least_change: watching.least_effect(&column.key),
            ..Dating::default()
        };
        let last = column.values.iter().rposition(|value| is_there(*value));
        Line {
            history,
            column,
            points: change_points(freed, &by),
            epochs: epochs(column, nights, watching),
            artifacts: artifacts(column),
            found: Vec::new(),
            suspected: Vec::new(),
            last,
            against: last.and_then(|last| against(&column.values, last)),
        }
    };
    columns.map(of).collect()
}

fn is_there(value: Option<f64>) -> bool {
    value.is_some_and(f64::is_finite)
}

/// A value as a multiple of the median of the nights before it.
fn against(values: &[Option<f64>], last: usize) -> Option<f64> {
    let before = &values[last.saturating_sub(BEFORE)..last];
    let before = before.iter().flatten().copied().filter(|v| v.is_finite());
    let usual = median(&before.collect::<Vec<f64>>())?;
    let ratio = values[last]? / usual;
    ratio.is_finite().then_some(ratio)
}

fn epochs<'a>(column: &Column, nights: &Nights, watching: &'a Watching) -> Vec<(usize, &'a str)> {
    let all = watching.epochs.epoch.iter();
    let own = all.filter(|epoch| epoch.holds(&column.id, &column.key));
    let mut own: Vec<(usize, &str)> = own
        .filter_map(|epoch| {
            let mut names = nights.names.iter();
            let since = names.position(|name| name.as_str() >= epoch.since.as_str())?;
            Some((since, epoch.reason.as_str()))
        })
        .collect();
    own.sort_by_key(|(since, _)| *since);
    own
}

fn artifacts(column: &Column) -> Vec<usize> {
    let there = column.artifacts.iter().enumerate();
    let mut there = there.filter_map(|(night, digest)| Some((night, digest.as_deref()?)));
    let Some((_, mut last)) = there.next() else {
        return Vec::new();
    };
    let mut changes = Vec::new();
    for (night, digest) in there {
        if digest != last {
            changes.push(night);
            last = digest;
        }
    }
    changes
}

impl<'a> Line<'a> {
    /// An id that is unique on the page.
    pub(super) fn anchor(&self) -> String {
        format!("s{}-{}", self.history, self.column.id)
    }

    pub(super) fn row(&self) -> Option<&'a Row> {
        self.column.key.row()
    }

    /// `wasmtime/cranelift-aot`, or which probe it is.
    pub(super) fn isolation(&self) -> String {
        self.row()
            .map_or_else(|| self.column.key.label(), |row| row.isolation.clone())
    }

    pub(super) fn workload(&self) -> &'a str {
        self.row().map_or("", |row| &row.workload)
    }

    /// What tells it from the others of its group.
    pub(super) fn name(&self) -> String {
        let isolation = self.isolation();
        let Some(row) = self.row() else {
            return isolation;
        };
        let mut told = vec![isolation, row.target.name().to_owned()];
        told.extend(row.start.map(|start| start.name().to_owned()));
        told.extend(row.scope.clone());
        let params = row.params.iter();
        told.extend(params.map(|(name, value)| format!("{name} {value}")));
        if self.column.key.emulated {
            told.push(format!("{}, emulated", row.arch));
        }
        told.join(" \u{b7} ")
    }

    /// The nights that it changed in, as the filter asks for them: change points and what was found.
    pub(super) fn changes(&self, since: impl Iterator<Item = usize>) -> Vec<usize> {
        let points = self.points.iter().map(|point| point.at);
        let mut all: Vec<usize> = points.chain(since).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// The series of a history of one metric and workload.
pub(super) struct Group<'a> {
    pub history: usize,
    /// The metric's name in files.
    pub metric: &'static str,
    /// And for people.
    pub title: String,
    pub workload: &'a str,
    pub better: Better,
    pub unit: Unit,
    /// Whether it is fixed work of the lab's own.
    pub is_control: bool,
    /// Places of its lines.
    pub lines: Vec<usize>,
}

/// The groups, by metric, workload and history in the order in which they come first.
pub(super) fn groups<'a>(lines: &[Line<'a>]) -> Vec<Group<'a>> {
    let metrics = words::distinct(lines.iter().map(|line| line.column.key.metric()));
    let workloads = words::distinct(lines.iter().map(Line::workload));
    let rank = |group: &Group<'_>| {
        let metric = metrics.iter().position(|one| *one == group.metric);
        let workload = workloads.iter().position(|one| *one == group.workload);
        // What is fixed work of the lab's own stands behind what is measured.
        (group.is_control, metric, workload, group.history)
    };
    let mut groups: Vec<Group<'a>> = Vec::new();
    for (place, line) in lines.iter().enumerate() {
        let key = &line.column.key;
        let is_own = |group: &&mut Group<'_>| {
            group.history == line.history
                && group.metric == key.metric()
                && group.workload == line.workload()
                && group.unit == key.unit
        };
        if let Some(group) = groups.iter_mut().find(is_own) {
            group.lines.push(place);
        } else {
            groups.push(Group {
                history: line.history,
                metric: key.metric(),
                title: line
                    .row()
                    .map_or("Controls: fixed work of the lab\u{2019}s own", |row| {
                        words::metric(row.metric)
                    })
                    .to_owned(),
                workload: line.workload(),
                better: key.better(),
                unit: key.unit,
                is_control: line.row().is_none(),
                lines: vec![place],
            });
        }
    }
    groups.sort_by_key(rank);
    groups
}
