//! Order statistics: sorting, median and quantiles.

/// The values in ascending order (total order, so that no input can panic).
pub fn sorted(values: &[f64]) -> Vec<f64> {
    let mut ordered = values.to_vec();
    ordered.sort_unstable_by(f64::total_cmp);
    ordered
}

/// The quantile at `p` (0 to 1) of values in ascending order; `None` of no values.
///
/// Definition 7 of Hyndman & Fan, "Sample Quantiles in Statistical Packages", The
/// American Statistician 50 (1996): linear interpolation at rank `(n - 1) p`. It is
/// the default of R and of `NumPy`.
pub fn quantile(ordered: &[f64], p: f64) -> Option<f64> {
    let last = ordered.len().checked_sub(1)?;
    let rank = last as f64 * p.clamp(0.0, 1.0);
    let below = rank.floor() as usize;
    let (low, high) = (ordered[below], ordered[(below + 1).min(last)]);
    Some(low + (high - low) * (rank - below as f64))
}

/// The rank of each value, from 1; equal ones share the mean of theirs.
pub(crate) fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut before = 0;
    for equal in order.chunk_by(|&a, &b| values[a].total_cmp(&values[b]).is_eq()) {
        for &place in equal {
            ranks[place] = before as f64 + f64::midpoint(1.0, equal.len() as f64);
        }
        before += equal.len();
    }
    ranks
}

/// The median of values in any order; `None` of no values.
pub fn median(values: &[f64]) -> Option<f64> {
    middle(&mut values.to_vec())
}

/// The median, reordering `values`; linear time.
pub(crate) fn middle(values: &mut [f64]) -> Option<f64> {
    let n = values.len();
    if n == 0 {
        return None;
    }
    let (below, upper, _) = values.select_nth_unstable_by(n / 2, f64::total_cmp);
    let upper = *upper;
    if n % 2 == 1 {
        return Some(upper);
    }
    let lower = below.iter().copied().max_by(f64::total_cmp)?;
    Some(f64::midpoint(lower, upper))
}
