//! Which cases of two plans a replay holds against each other.

use labrun_record::{Change, Outcome, Row};

use super::{Case, Decision, Plan};

/// Two cases, launched in turn.
#[derive(Debug, Clone)]
pub struct CasePair {
    /// What is compared with.
    pub a: Case,
    /// What is judged.
    pub b: Case,
    /// Their rows that are held against each other, by their numbers in the cases.
    pub rows: Vec<[usize; 2]>,
    /// What is changed on purpose in side B.
    pub change: Option<Change>,
}

/// The cases that two plans have in common: by the identity of their rows, or, where two isolations
/// are named, by all of it but what differs between those. What one of the plans does not select is
/// left out.
pub fn pairs(a: &Plan, b: &Plan, isolations: Option<[&str; 2]>) -> Vec<CasePair> {
    let mut pairs = Vec::new();
    for part in &a.parts {
        let same =
            |other: &&super::PlanPart| other.scenario == part.scenario && other.model == part.model;
        let Some(other) = b.parts.iter().find(same) else {
            continue;
        };
        for case in part.cases.iter().filter(|case| is_selected(case)) {
            let others = other.cases.iter().filter(|case| is_selected(case));
            let shared = others.map(|other| (shared(case, other, isolations), other));
            // Of several targets the same one, where the other isolation has it.
            let nearest = shared.filter(|(rows, _)| !rows.is_empty()).max_by_key(
                |(rows, other): &(Vec<[usize; 2]>, &Case)| {
                    let same_target = other.rows[0].target == case.rows[0].target;
                    // The first of equals: the order of the plan decides.
                    (
                        rows.len(),
                        same_target,
                        std::cmp::Reverse(place(other, &b.parts)),
                    )
                },
            );
            if let Some((rows, other)) = nearest {
                pairs.push(CasePair {
                    a: case.clone(),
                    b: other.clone(),
                    rows,
                    change: None,
                });
            }
        }
    }
    pairs
}

fn is_selected(case: &Case) -> bool {
    let left =
        matches!(&case.launch, Decision::Leave { outcome, .. } if *outcome == Outcome::NotSelected);
    !left
}

fn place(case: &Case, parts: &[super::PlanPart]) -> usize {
    let mut cases = parts.iter().flat_map(|part| &part.cases);
    cases
        .position(|one| std::ptr::eq(one, case))
        .unwrap_or(usize::MAX)
}

/// The rows that two cases have in common.
fn shared(a: &Case, b: &Case, isolations: Option<[&str; 2]>) -> Vec<[usize; 2]> {
    let like = |row: &Row, other: &Row| match isolations {
        None => row == other,
        Some([of_a, of_b]) => {
            row.isolation == of_a
                && other.isolation == of_b
                && Row {
                    isolation: row.isolation.clone(),
                    tier: row.tier,
                    target: row.target,
                    ..other.clone()
                } == *row
        }
    };
    let numbered = a.rows.iter().enumerate();
    numbered
        .filter_map(|(number, row)| {
            let other = b.rows.iter().position(|other| like(row, other))?;
            Some([number, other])
        })
        .collect()
}
