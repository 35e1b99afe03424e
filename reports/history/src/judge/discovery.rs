//! How rare a night's findings are, among all that was judged in it.

/// How rarely a series goes so many standard deviations from its baseline by chance: both tails of
/// Student's t with two degrees of freedom, since single nights are far off much more often than the
/// normal distribution has it: one night in 30 that is eight times as restless has tails as heavy as that.
pub(super) fn rarity(sigmas: f64) -> f64 {
    let t = sigmas.abs();
    if t.is_nan() {
        return 1.0;
    }
    if t.is_infinite() {
        return 0.0;
    }
    // 1 - t / sqrt(2 + t^2), without the difference that has no digits of a large t.
    let root = t.hypot(std::f64::consts::SQRT_2);
    2.0 / root / (root + t)
}

/// How rarely a normal value lies so far above its mean.
pub(super) fn upper_tail(z: f64) -> f64 {
    // erfc by the Chebyshev fit of "Numerical Recipes" (Press et al., section 6.2), to 1.2e-7 of itself.
    const FIT: [f64; 10] = [
        -1.265_512_23,
        1.000_023_68,
        0.374_091_96,
        0.096_784_18,
        -0.186_288_06,
        0.278_868_07,
        -1.135_203_98,
        1.488_515_87,
        -0.822_152_23,
        0.170_872_77,
    ];
    if z.is_nan() {
        return 1.0;
    }
    let x = z.abs() / std::f64::consts::SQRT_2;
    let t = 1.0 / (1.0 + 0.5 * x);
    let fit = FIT.iter().rev().fold(0.0, |sum, c| sum * t + c);
    let erfc = t * (-x * x + fit).exp();
    if z >= 0.0 {
        erfc / 2.0
    } else {
        1.0 - erfc / 2.0
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
    fn the_tails_are_those_of_the_tables() {
        // scipy.stats.t(2).sf(t) * 2 and scipy.stats.norm.sf(z)
        for (t, p) in [
            (0.0, 1.0),
            (1.0, 0.422_649_730_810_374),
            (4.302_652_729_696_14, 0.05),
            (31.599_054_576_443_6, 0.001),
            (1e6, 1e-12),
        ] {
            assert!((rarity(t) / p - 1.0).abs() < 1e-8, "{t}: {}", rarity(t));
            assert!((rarity(-t) / p - 1.0).abs() < 1e-8);
        }
        for (z, p) in [
            (0.0, 0.5),
            (1.644_853_626_951_47, 0.05),
            (3.0, 0.001_349_898_031_63),
            (6.0, 9.865_876_450_377e-10),
            (-3.0, 0.998_650_101_968_37),
        ] {
            assert!(
                (upper_tail(z) / p - 1.0).abs() < 1e-6,
                "{z}: {}",
                upper_tail(z)
            );
        }
        assert_eq!(rarity(f64::INFINITY).to_bits(), 0.0_f64.to_bits());
        assert!((rarity(f64::NAN) - 1.0).abs() < 1e-12);
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
