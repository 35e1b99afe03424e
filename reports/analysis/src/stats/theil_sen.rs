//! A straight line through points that outliers do not move: Theil-Sen regression.

use super::bootstrap::Interval;
use super::order::{median, middle, sorted};
use super::select::median_slope;

/// The 97.5 % quantile of the normal distribution, for two-sided 95 %.
const Z: f64 = 1.959_963_984_540_054;

/// Points below which even the least and the greatest slope cover the true one less often
/// than 95 times in 100.
const MIN_POINTS: usize = 5;

/// Values of a series whose slopes are listed: half a million of them, 4 MB.
const MOST_LISTED: usize = 1_000;

/// A line that was fitted to points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line {
    /// By how much y rises where x rises by one.
    pub slope: f64,
    /// Where the line is at x = 0.
    pub intercept: f64,
    /// The 95 % interval of the slope; `None` where no two slopes between points are that
    /// sure: always under 5 points, and more where x repeats.
    pub slope_interval: Option<Interval>,
}

/// The Theil-Sen line through points `(x, y)`.
///
/// The slope is the median of the slopes of all pairs with different x (Theil, 1950; Sen,
/// "Estimates of the Regression Coefficient Based on Kendall's Tau", JASA 63, 1968), and
/// its interval lies between two of these slopes, by equation 2.6 of Sen, with ties. The
/// intercept is the median of `y - slope * x`, so that one outlier moves it as little as
/// the slope. All of it as `scipy.stats.theilslopes(y, x, 0.95, method="joint")`, but for
/// an interval that would have to reach beyond the slopes that there are: `SciPy` cuts it
/// short, and covers the true slope less often than 95 times in 100.
///
/// `None` with fewer than 2 distinct x, or a number that is not finite.
pub fn theil_sen_line(points: &[(f64, f64)]) -> Option<Line> {
    if points.iter().any(|(x, y)| !x.is_finite() || !y.is_finite()) {
        return None;
    }
    let slopes = slopes(points);
    let slope = median(&slopes)?;
    let mut rests: Vec<f64> = points.iter().map(|(x, y)| y - slope * x).collect();
    let line = Line {
        slope,
        intercept: middle(&mut rests)?,
        slope_interval: interval(points, &sorted(&slopes)),
    };
    (line.slope.is_finite() && line.intercept.is_finite()).then_some(line)
}

/// The Theil-Sen slope of a series, in units per launch.
///
/// Of up to [`MOST_LISTED`] values it is the median of the list of all slopes; of more it is found
/// without that list, to some 1e-15 of the largest value.
pub fn theil_sen(values: &[f64]) -> Option<f64> {
    if values.len() > MOST_LISTED {
        return median_slope(values);
    }
    let points: Vec<(f64, f64)> = (0..).map(f64::from).zip(values.iter().copied()).collect();
    middle(&mut slopes(&points))
}

/// The slopes of all pairs of points with different x.
fn slopes(points: &[(f64, f64)]) -> Vec<f64> {
    let mut slopes = Vec::with_capacity(points.len() * points.len() / 2);
    for (i, (x, y)) in points.iter().enumerate() {
        for (other_x, other_y) in &points[i + 1..] {
            let run = other_x - x;
            if run.abs() > 0.0 {
                slopes.push((other_y - y) / run);
            }
        }
    }
    slopes
}

/// The interval between two of the slopes, which are in ascending order.
fn interval(points: &[(f64, f64)], slopes: &[f64]) -> Option<Interval> {
    if points.len() < MIN_POINTS {
        return None;
    }
    let ties = |of: fn(&(f64, f64)) -> f64| -> f64 {
        let ordered = sorted(&points.iter().map(of).collect::<Vec<f64>>());
        // In ascending order, so not below the one before means equal.
        let equal = ordered.chunk_by(|a, b| a >= b);
        equal.map(|chunk| pairs(chunk.len() as f64)).sum()
    };
    let variance =
        (pairs(points.len() as f64) - ties(|point| point.0) - ties(|point| point.1)) / 18.0;
    let spread = Z * variance.sqrt();
    let n = slopes.len() as f64;
    let low = ((n - spread) / 2.0).round_ties_even() - 1.0;
    let high = f64::midpoint(n, spread).round_ties_even();
    // Also not where the variance is negative, and so the spread no number.
    let inside = low >= 0.0 && high <= n - 1.0;
    inside.then(|| [slopes[low as usize], slopes[high as usize]])
}

/// 18 times the variance of Kendall's S in `n` values.
fn pairs(n: f64) -> f64 {
    n * (n - 1.0) * (2.0 * n + 5.0)
}
