//! Which isolation a question speaks for in each tier, and whether that is decided.

use labrun_analysis::{Interval, RowSummary};
use labrun_record::Tier;

use crate::board::{Board, Line};
use crate::words;

/// An isolation and its answer.
#[derive(Clone, Copy)]
pub(super) struct Answer<'a> {
    pub line: &'a Line<'a>,
    pub row: &'a RowSummary,
}

/// What a question says about a tier.
pub(super) struct Choice<'a> {
    pub tier: Tier,
    /// The best of its technologies, and those whose best is not told apart from it: the choice is
    /// decided where there is one.
    pub best: Vec<Answer<'a>>,
    /// Where it is decided: the next technology's best.
    pub next: Option<Answer<'a>>,
    /// Where it is decided: how many other configurations of the technology are not told apart.
    pub alike: usize,
}

/// The choices that a question of a board leaves, tier by tier.
pub(super) fn choices<'a>(board: &'a Board<'a>, column: usize) -> Vec<Choice<'a>> {
    let lines = board.lines.iter().enumerate();
    let answers = lines.filter_map(|(place, line)| {
        let row = board.cell(column, place)?;
        let counts = !line.is_control && row.median().is_some() && row.compares();
        counts.then_some(Answer { line, row })
    });
    among(answers.collect())
}

/// The same of measured answers to one question.
fn among(mut answers: Vec<Answer<'_>>) -> Vec<Choice<'_>> {
    answers.sort_by(|a, b| words::better_first(a.row, b.row));
    let mut tiers = words::distinct(answers.iter().map(|answer| answer.line.tier));
    tiers.sort_unstable();
    let of = |tier| answers.iter().copied().filter(move |a| a.line.tier == tier);
    tiers
        .into_iter()
        .filter_map(|tier| choice(tier, of(tier).collect()))
        .collect()
}

/// What the answers of a tier come to, the best first.
fn choice(tier: Tier, answers: Vec<Answer<'_>>) -> Option<Choice<'_>> {
    let first = *answers.first()?;
    let technology = |answer: &Answer<'_>| answer.line.technology == first.line.technology;
    let is_alike = |answer: &Answer<'_>| overlap(first.row.ci(), answer.row.ci());
    let (own, others): (Vec<Answer<'_>>, Vec<Answer<'_>>) =
        answers.into_iter().skip(1).partition(technology);
    let mut bests: Vec<Answer<'_>> = Vec::new();
    for other in others {
        let is_known = |best: &Answer<'_>| best.line.technology == other.line.technology;
        if !bests.iter().any(is_known) {
            bests.push(other);
        }
    }
    let rivals: Vec<Answer<'_>> = bests.iter().copied().filter(is_alike).collect();
    let is_decided = rivals.is_empty();
    Some(Choice {
        tier,
        best: [vec![first], rivals].concat(),
        next: bests.first().copied().filter(|_| is_decided),
        alike: if is_decided {
            own.iter().filter(|answer| is_alike(answer)).count()
        } else {
            0
        },
    })
}

/// Whether two intervals have a value in common, so that neither is told apart from the other. What
/// has no interval is told apart from nothing.
fn overlap(a: Option<Interval>, b: Option<Interval>) -> bool {
    match (a, b) {
        (Some([a_low, a_high]), Some([b_low, b_high])) => a_low <= b_high && b_low <= a_high,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn intervals_that_touch_are_not_told_apart() {
        let one = Some([1.0, 2.0]);
        assert!(overlap(one, Some([2.0, 3.0])) && overlap(Some([2.0, 3.0]), one));
        assert!(overlap(one, Some([1.2, 1.3])) && overlap(one, one));
        assert!(!overlap(one, Some([2.1, 3.0])) && !overlap(Some([2.1, 3.0]), one));
        assert!(overlap(one, None) && overlap(None, None));
    }

    fn line(name: &'static str, tier: Tier) -> Line<'static> {
        Line {
            key: name.into(),
            name: name.into(),
            isolation: name,
            technology: name.split('/').next().unwrap_or_default(),
            tier,
            version: None,
            ink: 0,
            is_control: false,
            of_images: None,
        }
    }

    fn row(median: f64, ci: Option<Interval>, metric: &str) -> RowSummary {
        let is_rate = metric.ends_with("per_second");
        let row = json!({
            "workload": "add", "target": "native", "isolation": "a/b", "tier": "process",
            "arch": "x86_64", "metric": metric, "start": null, "scope": null, "params": {},
            "unit": if is_rate { "per_second" } else { "ns" },
            "better": if is_rate { "higher" } else { "lower" },
            "outcome": "measured", "reason": null, "isolation_version": null,
            "artifact_sha256": null, "n": 30, "median": median, "ci": ci, "min": median,
            "max": median, "p90": median, "p95": null, "p99": null, "phases": {}, "ratio": null,
            "shape": { "lag1": null, "trend": null },
        });
        serde_json::from_value(row).expect("a row")
    }

    const TIER: Tier = Tier::WasmSandbox;

    /// The names of what is best, the next one and how many are alike, of answers in one tier.
    fn said(
        metric: &str,
        answers: &[(&'static str, f64, Option<Interval>)],
    ) -> (Vec<String>, Option<String>, usize) {
        let lines: Vec<_> = answers.iter().map(|(name, ..)| line(name, TIER)).collect();
        let rows: Vec<_> = answers
            .iter()
            .map(|(_, m, ci)| row(*m, *ci, metric))
            .collect();
        let pairs = lines.iter().zip(&rows);
        let found = among(pairs.map(|(line, row)| Answer { line, row }).collect());
        let [choice] = &found[..] else {
            panic!("one tier, {} choices", found.len())
        };
        let name = |answer: &Answer<'_>| answer.line.name.clone();
        let best = choice.best.iter().map(name).collect();
        (best, choice.next.as_ref().map(name), choice.alike)
    }

    #[test]
    fn a_technology_is_chosen_where_the_next_one_is_told_apart_from_it() {
        let answers = [
            ("b/x", 20.0, Some([19.0, 21.0])),
            ("a/x", 10.0, Some([9.0, 11.0])),
            ("a/y", 10.5, Some([9.5, 11.5])),
            ("a/z", 15.0, Some([14.0, 16.0])),
            ("c/x", 30.0, Some([29.0, 31.0])),
        ];
        let decided = (vec!["a/x".to_owned()], Some("b/x".to_owned()), 1);
        assert_eq!(said("latency", &answers), decided);
        let (best, next, _) = said("requests_per_second", &answers);
        assert_eq!((best, next), (vec!["c/x".into()], Some("b/x".into())));
    }

    #[test]
    fn technologies_that_are_not_told_apart_are_named_together() {
        let answers = [
            ("a/x", 10.0, Some([9.0, 12.0])),
            ("b/x", 11.0, Some([10.0, 13.0])),
            ("b/y", 11.5, Some([10.5, 13.0])),
            ("c/x", 12.5, Some([11.5, 14.0])),
            ("d/x", 30.0, Some([29.0, 31.0])),
        ];
        let undecided = ["a/x", "b/x", "c/x"].map(str::to_owned).to_vec();
        assert_eq!(said("latency", &answers), (undecided, None, 0));
    }

    #[test]
    fn without_an_interval_nothing_is_decided() {
        let answers = [("a/x", 1.0, None), ("b/x", 1000.0, None)];
        let both = vec!["a/x".to_owned(), "b/x".to_owned()];
        assert_eq!(said("latency", &answers), (both, None, 0));
    }

    #[test]
    fn a_technology_alone_is_chosen_before_none() {
        let answers = [("a/x", 1.0, None)];
        assert_eq!(said("latency", &answers), (vec!["a/x".into()], None, 0));
    }

    #[test]
    fn each_tier_has_a_choice_of_its_own() {
        let lines = [line("a/x", Tier::WasmSandbox), line("b/x", Tier::Process)];
        let rows = [1.0, 2.0].map(|median| row(median, Some([median, median]), "latency"));
        let pairs = lines.iter().zip(&rows);
        let found = among(pairs.map(|(line, row)| Answer { line, row }).collect());
        let tiers: Vec<Tier> = found.iter().map(|choice| choice.tier).collect();
        assert_eq!(tiers, [Tier::Process, Tier::WasmSandbox]);
        assert!(among(Vec::new()).is_empty());
    }
}
