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
            let round = match references[case] {
                Some(other) if own <= reference => {
                    let place = evenly(launch, own, reference, phase(case));
                    evenly(place, reference, most, phase(other))
                }
                _ => evenly(launch, own, most, phase(case)),
            };
            rounds[round].push(case);
        }
    }
    rounds
}

/// The place of one of `own` things that are spread evenly over `places`, each in this part of its
/// own stretch of them.
fn evenly(one: usize, own: usize, places: usize, phase: f64) -> usize {
    let place = (one as f64 + phase) * places as f64 / own as f64;
    (place as usize).min(places - 1)
}

/// A part of its stretch that no other case has: with one for all, cases with equal numbers would come
/// in the same rounds, and whoever has more would be alone in the others. The multiples of the
/// golden ratio are spread evenly, however many there are.
fn phase(case: usize) -> f64 {
    (0.5 + case as f64 * 0.618_033_988_749_895).fract()
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
