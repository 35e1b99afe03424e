//! What is compared: the measured headline rows of a workload and a metric, variant by variant, the
//! best first.

use labrun_analysis::{RowSummary, Summary};
use labrun_record::{Better, Metric, Target};

use crate::beside::{beside, heading};
use crate::facets::{Facets, facet};
use crate::measure::{Measure, is_headline};
use crate::words::{self, distinct};

/// The rows of a workload and a metric.
pub(super) struct Question<'a> {
    /// `add · time to first result`.
    pub title: String,
    pub metric: Metric,
    /// Each has a row.
    pub variants: Vec<Variant<'a>>,
}

/// The rows of a question that are compared with one another.
pub(super) struct Variant<'a> {
    /// What tells it apart; empty where nothing does.
    pub name: String,
    /// The best first.
    pub entries: Vec<Entry<'a>>,
}

/// A measured row.
pub(super) struct Entry<'a> {
    pub row: &'a RowSummary,
    /// Its isolation, with what else tells it apart but for its start.
    pub name: String,
    /// Its start, where rows of the question differ in theirs.
    pub start: &'a str,
    /// Whether others of the question are compared with it.
    pub is_reference: bool,
    /// What stands beside it.
    pub beside: Option<&'a RowSummary>,
}

const START: &str = "start";

/// The questions of a run, in the order in which reports show them. Of a run of several measures that
/// is the first workload of each metric.
pub(super) fn questions(summary: &Summary) -> Vec<Question<'_>> {
    let headlines = || {
        let rows = summary.results.iter();
        let rows = rows.filter(|row| is_headline(row) && row.compares());
        rows.filter(|row| row.median().is_some_and(f64::is_finite))
    };
    let measures = distinct(headlines().map(|row| Measure::of(row.row.metric)));
    let mut questions = Vec::new();
    for metric in Measure::ALL.into_iter().flat_map(Measure::metrics) {
        let of_metric = || headlines().filter(move |row| row.row.metric == metric);
        let mut subjects = distinct(of_metric().map(subject));
        // In the order of the run's workloads, each with its components behind it.
        let workloads = distinct(subjects.iter().map(|(workload, _)| *workload));
        subjects.sort_by_key(|(workload, component)| {
            let place = workloads.iter().position(|one| one == workload);
            (place, *component)
        });
        // Programs that are compared with one another are what such a run is about.
        let is_of_programs =
            || of_metric().any(|row| row.ratio().is_some_and(|one| one.to_workload.is_some()));
        if measures.len() > 1 && !is_of_programs() {
            subjects.truncate(1);
        }
        for wanted in subjects {
            let rows: Vec<&RowSummary> = of_metric().filter(|row| subject(row) == wanted).collect();
            questions.push(Question::new(summary, wanted, metric, &rows));
        }
    }
    // Workload by workload within a measure, as in the whole table.
    let place = |question: &Question<'_>| {
        let row = question
            .variants
            .first()
            .and_then(|one| one.entries.first());
        let row = row.map(|entry| &entry.row.row.workload);
        let mut all = summary.results.iter();
        let measure = Measure::of(question.metric);
        let measure = Measure::ALL.iter().position(|one| *one == measure);
        (measure, all.position(|one| Some(&one.row.workload) == row))
    };
    questions.sort_by_cached_key(place);
    questions
}

/// A workload, and whether it is its component.
fn subject(row: &RowSummary) -> (&str, bool) {
    (&row.row.workload, row.row.target == Target::Wasip2)
}

impl<'a> Question<'a> {
    fn new(
        summary: &'a Summary,
        (workload, component): (&str, bool),
        metric: Metric,
        rows: &[&'a RowSummary],
    ) -> Self {
        let facets = Facets::of(rows, false).with_own_columns();
        let what = if component {
            " as a wasip2 component"
        } else {
            ""
        };
        let mut title = format!(
            "{workload}{what} \u{b7} {}",
            words::metric(metric).to_lowercase()
        );
        let scopes = rows.first().and_then(|row| heading(&row.row));
        let scopes = scopes.filter(|_| rows.iter().any(|row| second(summary, row).is_some()));
        let shared = if scopes.is_some() {
            facets.shared_but_scope()
        } else {
            facets.shared()
        };
        let alike: Vec<&str> = scopes
            .into_iter()
            .chain(Some(shared.as_str()).filter(|shared| !shared.is_empty()))
            .collect();
        if !alike.is_empty() {
            title = format!("{title} ({})", alike.join(", "));
        }
        let mut others = rows
            .iter()
            .filter_map(|row| row.ratio()?.to_workload.as_deref());
        if let Some(other) = others.next() {
            title = format!("{title}, ratios to {other}: {}", words::DIFFERENT);
        }
        let has_starts = facets.columns.contains(&START);
        let entry = |row: &&'a RowSummary| {
            let row: &'a RowSummary = row;
            let start = facet(row, START).filter(|_| has_starts);
            Entry {
                row,
                name: name(row, &facets.columns),
                start: start.unwrap_or_default(),
                is_reference: rows.iter().any(|other| is_held_against(other, row)),
                beside: second(summary, row),
            }
        };
        let variants = facets.variants(rows).into_iter().map(|variant| {
            let mut entries: Vec<Entry<'a>> = variant.rows.iter().map(&entry).collect();
            entries.sort_by(|one, other| {
                let [one, other] = [one, other].map(|entry| entry.row.median().unwrap_or(0.0));
                match metric.better() {
                    Better::Lower => one.total_cmp(&other),
                    Better::Higher => other.total_cmp(&one),
                }
            });
            Variant {
                name: variant.name,
                entries,
            }
        });
        Self {
            title,
            metric,
            variants: variants.collect(),
        }
    }
}

/// The isolation with what stands in columns beside the start.
fn name(row: &RowSummary, columns: &[&str]) -> String {
    let own = columns.iter().filter(|name| **name != START);
    own.filter_map(|name| facet(row, name))
        .fold(row.row.isolation.clone(), |name, value| {
            format!("{name} {value}")
        })
}

/// The second way in which the memory of a row is counted.
fn second<'a>(summary: &'a Summary, row: &RowSummary) -> Option<&'a RowSummary> {
    let wanted = beside(&row.row)?;
    summary.results.iter().find(|other| other.row == wanted)
}

/// Whether a row is compared with another.
fn is_held_against(row: &RowSummary, reference: &RowSummary) -> bool {
    // Another program is no row of this question.
    let Some(ratio) = row.ratio().filter(|ratio| ratio.to_workload.is_none()) else {
        return false;
    };
    let mut params = row.row.params.clone();
    params.extend(ratio.to_params.clone());
    let of = &reference.row;
    (&ratio.to, ratio.to_start, &row.row.scope) == (&of.isolation, of.start, &of.scope)
        && params == of.params
}
