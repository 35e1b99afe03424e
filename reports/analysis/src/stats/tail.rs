//! The tail of what many launches saw together: how large a share of it was so much or more.

use std::collections::BTreeMap;

use super::pooled::Pool;

/// Points of a tail at most.
const MOST: usize = 60;

impl Pool {
    /// Points `[share, value]`: so large a share of all was this value or more. The shares fall evenly
    /// on a log scale from 1, whose value is the least one, to that of a single one, whose value is the
    /// greatest. At most 60 points, and no more than there are values; none of nothing.
    pub fn tail(&self) -> Vec<[f64; 2]> {
        let mut counts: BTreeMap<u64, u64> = BTreeMap::new();
        for (value, count) in self.counts() {
            *counts.entry(value).or_default() += u64::from(count);
        }
        let all: u64 = counts.values().sum();
        let mut tail: Vec<[f64; 2]> = Vec::new();
        // From the greatest value down, so that what is above is counted once.
        let (mut descending, mut reached, mut at) = (counts.iter().rev(), 0, 0);
        for wanted in shares(all) {
            while reached < wanted {
                let Some((value, count)) = descending.next() else {
                    break;
                };
                (reached, at) = (reached + count, *value);
            }
            tail.push([wanted as f64 / all as f64, at as f64]);
        }
        tail.reverse();
        tail
    }
}

/// How many of `all` are so much or more, from one to all of them.
fn shares(all: u64) -> Vec<u64> {
    let last = (MOST - 1) as f64;
    let of = |place: usize| ((all as f64).powf(place as f64 / last).round() as u64).min(all);
    let mut shares: Vec<u64> = (0..MOST).map(of).filter(|share| *share > 0).collect();
    shares.dedup();
    shares
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Counts;

    #[test]
    fn every_value_of_few_is_in_its_tail() {
        let (calm, slow): (Counts, Counts) = (vec![(100, 7), (120, 1)], vec![(100, 1), (900, 1)]);
        let tail = Pool::new([&calm, &slow]).tail();
        assert_eq!(tail.first(), Some(&[1.0, 100.0]));
        assert!(tail.contains(&[0.2, 120.0]), "{tail:?}");
        assert_eq!(tail.last(), Some(&[0.1, 900.0]));
        assert_eq!(tail.len(), 10);
        assert_eq!(Pool::new([&vec![(5, 1)]]).tail(), [[1.0, 5.0]]);
        assert!(Pool::new([]).tail().is_empty());
    }

    #[test]
    fn the_tail_of_many_is_even_on_a_log_scale_and_near_their_quantiles() {
        // Three launches of 1 to 100,000.
        let launch: Counts = (1..=100_000).map(|value| (value, 1)).collect();
        let pool = Pool::new([&launch; 3]);
        let tail = pool.tail();
        assert!(tail.len() > 50 && tail.len() <= MOST, "{}", tail.len());
        assert_eq!(
            (tail[0], tail.last()),
            ([1.0, 1.0], Some(&[1.0 / 3e5, 1e5]))
        );
        assert!(tail.is_sorted_by(|one, next| one[0] > next[0] && one[1] <= next[1]));
        for [share, value] in tail {
            let quantile = pool.quantile(1.0 - share).expect("one");
            assert!(
                (quantile - value).abs() <= 1.0,
                "{share}: {value} {quantile}"
            );
        }
    }
}
