//! When the launches come whose number is fixed: spread evenly over as many rounds as the case
//! with the most of them has.

/// The rounds, each with its cases. A case that is compared is launched in rounds in which its
/// reference is, since a ratio is taken from what both have.
pub(super) fn spread(counts: &[u32], references: &[Option<usize>]) -> Vec<Vec<usize>> {
    let most = counts.iter().copied().max().unwrap_or(0) as usize;
    let mut rounds = vec![Vec::new(); most];
    for (case, &count) in counts.iter().enumerate() {
        let own = count as usize;
        let reference = references[case].map_or(most, |reference| counts[reference] as usize);
        for launch in 0..own {
            let round = if own <= reference {
                evenly(evenly(launch, own, reference), reference, most)
            } else {
                evenly(launch, own, most)
            };
            rounds[round].push(case);
        }
    }
    rounds
}

/// The place of one of `own` things that are spread evenly over `places`.
fn evenly(one: usize, own: usize, places: usize) -> usize {
    (2 * one + 1) * places / (2 * own)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(rounds: &[Vec<usize>], case: usize) -> Vec<usize> {
        let has = |(_, round): &(usize, &Vec<usize>)| round.contains(&case);
        let rounds = rounds.iter().enumerate().filter(has);
        rounds.map(|(place, _)| place).collect()
    }

    #[test]
    fn each_case_has_its_launches_evenly_and_once_a_round() {
        let counts = [1000, 300, 7, 0];
        let rounds = spread(&counts, &[None; 4]);
        for (case, count) in counts.into_iter().enumerate() {
            let places = places(&rounds, case);
            assert_eq!(places.len(), count as usize);
            for decile in 0..10 {
                let within = |place: &&usize| (decile * 100..decile * 100 + 100).contains(*place);
                let here = places.iter().filter(within).count();
                let fair = f64::from(count) / 10.0;
                assert!(
                    (here as f64 - fair).abs() <= 1.0,
                    "{case}: {here} of {fair}"
                );
            }
        }
    }

    #[test]
    fn whoever_is_compared_meets_its_reference() {
        let rounds = spread(&[400, 1000, 130, 399], &[None, None, Some(0), Some(0)]);
        let reference = places(&rounds, 0);
        for case in [2, 3] {
            assert!(
                places(&rounds, case)
                    .iter()
                    .all(|place| reference.contains(place))
            );
        }
        assert_eq!(places(&rounds, 3).len(), 399);
    }

    #[test]
    fn nothing_has_no_rounds() {
        assert!(spread(&[0, 0], &[None, Some(0)]).is_empty());
    }
}
