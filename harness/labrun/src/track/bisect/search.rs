//! Halving what lies between the last good one and the first bad one, where some decide nothing.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

/// What one of them is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Is {
    Good,
    Bad,
    /// It cannot be built, or its replay decides nothing.
    Unknown,
}

impl Is {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Bad => "bad",
            Self::Unknown => "not decided",
        }
    }
}

/// Those among which the first bad one is.
type Among = RangeInclusive<usize>;

/// Those among which the first bad one is, of `number`: one, or several between which nothing is decided.
/// The last is looked at first, and is what it is where that is not bad: none is named that nobody measured.
/// `None` if `look` was interrupted.
pub(super) fn among_measured(
    number: usize,
    mut look: impl FnMut(usize) -> Option<Is>,
) -> Option<Result<Among, Is>> {
    match look(number - 1)? {
        Is::Bad => first_bad(number, look).map(Ok),
        other => Some(Err(other)),
    }
}

/// The same where the last is known to be bad.
fn first_bad(number: usize, mut look: impl FnMut(usize) -> Option<Is>) -> Option<Among> {
    let (mut first, mut last) = (0, number - 1);
    let mut unknown = BTreeSet::new();
    while let Some(middle) = next(first, last, &unknown) {
        match look(middle)? {
            Is::Good => first = middle + 1,
            Is::Bad => last = middle,
            Is::Unknown => drop(unknown.insert(middle)),
        }
    }
    Some(first..=last)
}

/// The one in the middle of those that may still be the first bad one, without those that decide
/// nothing. The last is known to be bad.
fn next(first: usize, last: usize, unknown: &BTreeSet<usize>) -> Option<usize> {
    let middle = usize::midpoint(first, last);
    let candidates = (first..last).filter(|at| !unknown.contains(at));
    candidates.min_by_key(|at| at.abs_diff(middle))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_is_asked_next_and_what_decides_nothing_is_gone_around() {
        let none = BTreeSet::new();
        assert_eq!(next(0, 8, &none), Some(4));
        assert_eq!(next(0, 8, &BTreeSet::from([4])), Some(3));
        assert_eq!(next(3, 3, &none), None, "the last is bad");
        assert_eq!(next(3, 4, &none), Some(3));
        assert_eq!(next(3, 5, &BTreeSet::from([3, 4])), None);
    }

    #[test]
    fn whichever_is_the_first_bad_one_is_found_in_few_steps() {
        for number in 1..40usize {
            for first in 0..number {
                let mut steps = 0;
                let found = first_bad(number, |at| {
                    steps += 1;
                    Some(if at < first { Is::Good } else { Is::Bad })
                });
                assert_eq!(found, Some(first..=first));
                let most = usize::BITS - (number - 1).leading_zeros();
                assert!(steps <= most, "{steps} steps of {number}");
            }
        }
    }

    #[test]
    fn an_end_that_is_not_bad_names_nobody() {
        for is in [Is::Good, Is::Unknown] {
            assert_eq!(among_measured(1, |_| Some(is)), Some(Err(is)));
        }
        let mut looked_at = Vec::new();
        let found = among_measured(2, |at| {
            looked_at.push(at);
            Some(Is::Bad)
        });
        assert_eq!((found, looked_at), (Some(Ok(0..=0)), vec![1, 0]));
        assert_eq!(among_measured(3, |_| None), None, "interrupted");
    }

    #[test]
    fn what_nothing_is_decided_between_is_told_together() {
        // 3 and 4 cannot be built, and 5 is bad.
        let look = |at| {
            Some(match at {
                0..=2 => Is::Good,
                3 | 4 => Is::Unknown,
                _ => Is::Bad,
            })
        };
        assert_eq!(first_bad(8, look), Some(3..=5));
        assert_eq!(first_bad(8, |_| None), None, "interrupted");
    }
}
