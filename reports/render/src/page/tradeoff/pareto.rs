//! What nothing is better than in both of two questions (Pareto's front).

use labrun_record::Better;

/// A value so that less is better.
fn cost(value: f64, better: Better) -> f64 {
    match better {
        Better::Lower => value,
        Better::Higher => -value,
    }
}

/// Of each point whether it is on the front: whether no other is at least as good in both and better in
/// one. Equal ones are all on it, or none is.
pub(super) fn front(points: &[(f64, f64)], better: [Better; 2]) -> Vec<bool> {
    let costs = |(x, y): &(f64, f64)| [cost(*x, better[0]), cost(*y, better[1])];
    let costs: Vec<[f64; 2]> = points.iter().map(costs).collect();
    let beats =
        |a: &[f64; 2], b: &[f64; 2]| a[0] <= b[0] && a[1] <= b[1] && (a[0] < b[0] || a[1] < b[1]);
    let is_first = |own: &[f64; 2]| !costs.iter().any(|other| beats(other, own));
    costs.iter().map(is_first).collect()
}

/// The corners of the line between what the front's points beat and what they do not, from the one that is
/// best across on.
pub(super) fn corners(mut first: Vec<(f64, f64)>, better: [Better; 2]) -> Vec<(f64, f64)> {
    first.sort_by(|a, b| {
        let across = cost(a.0, better[0]).total_cmp(&cost(b.0, better[0]));
        across.then(cost(a.1, better[1]).total_cmp(&cost(b.1, better[1])))
    });
    first.dedup();
    let mut corners: Vec<(f64, f64)> = Vec::new();
    for point in first {
        if let Some((_, y)) = corners.last().copied() {
            corners.push((point.0, y));
        }
        corners.push(point);
    }
    corners
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOWER: [Better; 2] = [Better::Lower, Better::Lower];

    #[test]
    fn what_is_beaten_in_both_is_not_on_it() {
        let points = [(1.0, 9.0), (3.0, 3.0), (4.0, 4.0), (9.0, 1.0), (9.0, 9.0)];
        assert_eq!(front(&points, LOWER), [true, true, false, true, false]);
        let upward = [Better::Lower, Better::Higher];
        assert_eq!(front(&points, upward), [true, false, false, false, false]);
        let both = [Better::Higher; 2];
        assert_eq!(front(&points, both), [false, false, false, false, true]);
    }

    #[test]
    fn ties_are_on_it_together_and_a_tie_in_one_question_is_beaten_in_the_other() {
        let points = [(1.0, 5.0), (1.0, 5.0), (1.0, 6.0), (2.0, 5.0)];
        assert_eq!(front(&points, LOWER), [true, true, false, false]);
        assert_eq!(front(&[(7.0, 7.0)], LOWER), [true]);
        assert_eq!(front(&[], LOWER), [false; 0]);
    }

    #[test]
    fn values_that_a_logarithm_has_not_are_compared_too() {
        let points = [(0.0, 1e308), (-5.0, 1e308), (1e308, -1e308)];
        assert_eq!(front(&points, LOWER), [false, true, true]);
    }

    #[test]
    fn its_line_goes_along_what_is_beaten() {
        let first = vec![(9.0, 1.0), (1.0, 9.0), (3.0, 3.0), (3.0, 3.0)];
        let line = [(1.0, 9.0), (3.0, 9.0), (3.0, 3.0), (9.0, 3.0), (9.0, 1.0)];
        assert_eq!(corners(first, LOWER), line);
        let upward = [Better::Lower, Better::Higher];
        let line = [(1.0, 2.0), (4.0, 2.0), (4.0, 8.0)];
        assert_eq!(corners(vec![(4.0, 8.0), (1.0, 2.0)], upward), line);
        assert_eq!(corners(vec![(4.0, 8.0)], upward), [(4.0, 8.0)]);
    }
}
