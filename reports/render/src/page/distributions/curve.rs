//! What a row's values lie like, in a few hundred numbers.

use labrun_analysis::RowSummary;
use labrun_analysis::stats::quantile;

use crate::page::view::View;

/// Numbers of a curve at most.
const MOST: usize = 200;

/// The curve of a row, ascending: the summary's, or where it is from before it had any that of the samples.
pub(super) fn curve(view: &View<'_>, row: &RowSummary) -> Vec<f64> {
    let known = row
        .numbers
        .as_ref()
        .map_or(&[][..], |numbers| &numbers.curve);
    if known.is_empty() {
        thinned(view.values(row))
    } else {
        thinned(known)
    }
}

/// All of few ascending values, and of many as many quantiles as a curve has, each in the middle of its
/// share.
fn thinned(values: &[f64]) -> Vec<f64> {
    if values.len() <= MOST {
        return values.to_vec();
    }
    let shares = (0..MOST).map(|place| (place as f64 + 0.5) / MOST as f64);
    shares.filter_map(|p| quantile(values, p)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_has_at_most_200_numbers_and_keeps_those_of_few() {
        let values: Vec<f64> = (0..100_000).map(f64::from).collect();
        assert_eq!(thinned(&values[..200]), values[..200]);
        let curve = thinned(&values);
        assert_eq!(curve.len(), 200);
        assert!(curve.windows(2).all(|two| two[0] < two[1]));
        assert!((curve[100] - 50_249.5).abs() < 1.0, "{}", curve[100]);
        assert_eq!(thinned(&[]), [0.0; 0]);
    }
}
