//! How rare a night's findings are, among all that was judged in it.

use crate::student::two_sided;

/// How far series lie from their baselines in the nights before, in standard deviations: what is rare
/// is known from them, since single nights are far off much more often than the normal distribution has
/// it, and in one lab more often than in another.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Seen(Vec<f64>);

impl Seen {
    /// Of distances in any order.
    pub(super) fn new(mut away: Vec<f64>) -> Self {
        away.retain(|away| !away.is_nan());
        away.sort_by(f64::total_cmp);
        Self(away)
    }

    /// The share of them that lie as far, this one among them: what was never seen is as rare as one of
    /// all that were.
    pub(super) fn rarity(&self, sigmas: f64) -> f64 {
        if sigmas.is_nan() {
            return 1.0;
        }
        if sigmas.is_infinite() {
            return 0.0;
        }
        let nearer = self.0.partition_point(|away| *away < sigmas.abs());
        (self.0.len() - nearer + 1) as f64 / (self.0.len() + 1) as f64
    }
}

/// How rarely a replay of what is the same comes as far from 1 as this, in logs, whose 95% interval is so
/// wide. By Student's t with 30 degrees of freedom: the intervals of 14 to 100 simulated quads, which
/// are not equally wide, leave out as much.
pub(super) fn by_replay(ratio: f64, [low, high]: [f64; 2]) -> f64 {
    const FREE: f64 = 30.0;
    const Z95: f64 = 1.959_964;
    let error = (high / low).ln() / 2.0 / Z95;
    let away = ratio.ln().abs();
    if error > 0.0 && away.is_finite() {
        two_sided(away / error, FREE)
    } else if away > 0.0 {
        // Exact counts, or an interval of no width.
        0.0
    } else {
        1.0
    }
}

/// How rarely two independent things are together as rare as these two (Fisher, "Statistical Methods
/// for Research Workers", 1932): the chance that a product of two uniform values is not above theirs.
pub(super) fn together(one: f64, other: f64) -> f64 {
    let product = one * other;
    if product > 0.0 {
        (product * (1.0 - product.ln())).min(1.0)
    } else {
        0.0
    }
}

/// Which of the findings stand over all that was judged, `of` of them: those that Benjamini & Hochberg
/// keep ("Controlling the False Discovery Rate", Journal of the Royal Statistical Society B 57, 1995).
/// What is not among `rarities` counts as not rare at all.
pub(super) fn stand(rarities: &[f64], of: usize, share: f64) -> Vec<bool> {
    let mut ordered: Vec<f64> = rarities.iter().copied().filter(|p| !p.is_nan()).collect();
    ordered.sort_by(f64::total_cmp);
    let of = of.max(rarities.len()) as f64;
    let may_be = |rank: usize| share * rank as f64 / of;
    let last = (1..=ordered.len())
        .rev()
        .find(|&rank| ordered[rank - 1] <= may_be(rank));
    let limit = last.map(may_be);
    rarities
        .iter()
        .map(|p| limit.is_some_and(|limit| *p <= limit))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_rare_is_known_from_what_was_seen() {
        let seen = Seen::new(vec![0.5, 3.0, f64::NAN, 1.0, 2.0]);
        for (sigmas, rarity) in [(0.0, 1.0), (1.0, 0.8), (-2.5, 0.4), (3.0, 0.4), (3.1, 0.2)] {
            let got = seen.rarity(sigmas);
            assert!((got - rarity).abs() < 1e-12, "{sigmas}: {got}");
        }
        assert_eq!(seen.rarity(f64::INFINITY).to_bits(), 0.0_f64.to_bits());
        assert!((seen.rarity(f64::NAN) - 1.0).abs() < 1e-12);
        assert!((Seen::default().rarity(9.0) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_replay_is_as_rare_as_its_interval_says() {
        // Half of it is 1.96 standard errors; 2 * scipy.stats.t.sf(1.959964, 30).
        let at_end = by_replay(1.1, [1.0, 1.21]);
        assert!((at_end - 0.059_345_9).abs() < 1e-4, "{at_end}");
        assert!(by_replay(1.1, [1.09, 1.11]) < 1e-10);
        assert_eq!(by_replay(1.1, [1.1, 1.1]).to_bits(), 0.0_f64.to_bits());
        for nothing in [(1.0, [1.0, 1.0]), (f64::NAN, [0.9, 1.1])] {
            assert!(
                (by_replay(nothing.0, nothing.1) - 1.0).abs() < 1e-12,
                "{nothing:?}"
            );
        }
    }

    #[test]
    fn benjamini_and_hochberg_keep_what_their_example_keeps() {
        // The 15 values of their section 4, of which they keep 4 at 0.05.
        let p = [
            0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
            0.5719, 0.6528, 0.7590, 1.0000,
        ];
        let kept = stand(&p, p.len(), 0.05);
        assert_eq!(kept.iter().filter(|kept| **kept).count(), 4);
        assert!(kept[..4].iter().all(|kept| *kept));
        // Among ten times as many one less is kept.
        assert_eq!(stand(&p, 150, 0.05).iter().filter(|kept| **kept).count(), 2);
        assert_eq!(stand(&[], 0, 0.05), Vec::<bool>::new());
        assert_eq!(stand(&[f64::NAN, 0.0], 2, 0.05), [false, true]);
    }

    #[test]
    fn two_together_are_as_rare_as_fisher_says() {
        // -2 ln(0.01 * 0.02) as chi-squared with four degrees of freedom.
        assert!(
            (together(0.01, 0.02) - 0.001_903_438_638_2).abs() < 1e-9,
            "{}",
            together(0.01, 0.02)
        );
        assert!((together(1.0, 1.0) - 1.0).abs() < 1e-12);
        assert_eq!(together(0.0, 1.0).to_bits(), 0.0_f64.to_bits());
    }
}
