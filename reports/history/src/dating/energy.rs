//! Where a stretch of values divides best: energy statistics.

/// The best division of a stretch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Division {
    /// The first place of the right part.
    pub(super) at: usize,
    /// How much better than none it is.
    pub(super) gain: f64,
}

/// The best division of `values[start..end]` into a left part and the values right after it, which
/// need not reach the end: another change may follow. `None` of fewer than two.
///
/// The gain of parts of n and m values is their sample divergence, n m / (n + m) times twice the mean
/// distance between them less the mean distances inside of each (Matteson & James, equations 5 and 8).
/// All of them take time and memory by the square of the length, by running sums of distances.
pub(super) fn best(values: &[f64], start: usize, end: usize) -> Option<Division> {
    let own = values.get(start..end)?;
    let count = own.len();
    if count < 2 {
        return None;
    }
    // below[k][t]: the distances of value k from the first t.
    let mut below = vec![0.0; count * (count + 1)];
    for (k, value) in own.iter().enumerate() {
        let row = &mut below[k * (count + 1)..];
        let mut sum = 0.0;
        for (t, other) in own.iter().enumerate() {
            row[t] = sum;
            sum += (value - other).abs();
        }
        row[count] = sum;
    }
    let below = |k: usize, t: usize| below[k * (count + 1) + t];
    let mut best: Option<Division> = None;
    let mut inside_left = 0.0;
    for left in 1..count {
        inside_left += below(left - 1, left - 1);
        let (mut between, mut inside_right) = (0.0, 0.0);
        for last in left..count {
            between += below(last, left);
            inside_right += below(last, last) - below(last, left);
            let (n, m) = (left as f64, (last + 1 - left) as f64);
            let inside = |sum: f64, own: f64, other: f64| {
                if own > 1.0 {
                    2.0 * other / (n + m) / (own - 1.0) * sum
                } else {
                    0.0
                }
            };
            let gain =
                2.0 / (n + m) * between - inside(inside_left, n, m) - inside(inside_right, m, n);
            if best.is_none_or(|best| gain > best.gain) {
                best = Some(Division {
                    at: start + left,
                    gain,
                });
            }
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same by its definition.
    fn slowly(values: &[f64]) -> Division {
        let mut best = Division {
            at: 0,
            gain: f64::NEG_INFINITY,
        };
        let pairs = |of: &[f64]| -> f64 {
            (0..of.len())
                .flat_map(|i| (0..i).map(move |k| (i, k)))
                .map(|(i, k)| (of[i] - of[k]).abs())
                .sum()
        };
        for at in 1..values.len() {
            for end in at + 1..=values.len() {
                let (x, y) = (&values[..at], &values[at..end]);
                let (n, m) = (x.len() as f64, y.len() as f64);
                let between: f64 = x
                    .iter()
                    .flat_map(|a| y.iter().map(move |b| (a - b).abs()))
                    .sum();
                let mean = |sum: f64, of: f64| {
                    if of > 1.0 {
                        sum / (of * (of - 1.0) / 2.0)
                    } else {
                        0.0
                    }
                };
                let apart = 2.0 * between / (n * m) - mean(pairs(x), n) - mean(pairs(y), m);
                let gain = n * m / (n + m) * apart;
                if gain > best.gain + 1e-12 {
                    best = Division { at, gain };
                }
            }
        }
        best
    }

    #[test]
    fn it_is_what_the_definition_says() {
        let values = [
            0.3, 2.4, 1.5, -0.9, -0.5, 99.7, 98.3, 99.1, 149.0, 149.7, 149.5, 149.1, 148.8, 150.0,
        ];
        for end in 2..=values.len() {
            let (got, meant) = (best(&values, 0, end).expect("one"), slowly(&values[..end]));
            assert_eq!(got.at, meant.at, "{end}");
            assert!(
                (got.gain - meant.gain).abs() < 1e-9,
                "{end}: {got:?} {meant:?}"
            );
        }
        assert_eq!(best(&values, 0, values.len()).expect("one").at, 5);
        assert_eq!(best(&values, 5, values.len()).expect("one").at, 8);
    }

    #[test]
    fn fewer_than_two_do_not_divide() {
        assert_eq!(best(&[1.0], 0, 1), None);
        assert_eq!(best(&[], 0, 0), None);
        assert_eq!(best(&[1.0], 0, 2), None);
    }
}
