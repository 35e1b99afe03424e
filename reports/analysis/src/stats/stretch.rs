//! Stretches of time: how many launches in a row depend on each other, and a bootstrap that
//! keeps them together.

use super::order::ranks;
use super::seed::Draw;
use super::series::{lag1, white_noise_limit};

/// How many launches in a row are drawn at once: 1 where a launch does not resemble the one
/// before it.
///
/// Whether it does is asked of ranks, which an outlier cannot hide it from. How long a stretch is
/// then follows from the correlation `r` of neighbours by Carlstein's rule for an AR(1) series,
/// `(sqrt(6) r / (1 - r^2))^(2/3) n^(1/3)` ("The Use of Subseries Values for Estimating the
/// Variance of a General Statistic from a Stationary Sequence", Annals of Statistics 14, 1986),
/// and is at most a quarter of the series.
pub fn stretch(values: &[f64]) -> usize {
    let n = values.len();
    let Some(r) = lag1(&ranks(values)).filter(|r| *r > white_noise_limit(n)) else {
        return 1;
    };
    let r = r.min(0.99);
    let length = (6.0_f64.sqrt() * r / (1.0 - r * r)).powf(2.0 / 3.0) * (n as f64).cbrt();
    (length.ceil() as usize).clamp(1, (n / 4).max(1))
}

/// Draws `n` places of a series of `n`, `length` in a row at once, the end joined to the
/// beginning (the circular block bootstrap: Politis & Romano, "A Circular Block-Resampling
/// Procedure for Stationary Data", 1992).
pub(super) fn draw_places(draw: &mut Draw, n: usize, length: usize, mut take: impl FnMut(usize)) {
    let mut left = n;
    draw.indexes(n.div_ceil(length), n, |start| {
        for place in start..start + length.min(left) {
            take(if place < n { place } else { place - n });
        }
        left -= length.min(left);
    });
}
