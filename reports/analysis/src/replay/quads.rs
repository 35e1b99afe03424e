//! The quads of a row: what is whole counts, and what is not is counted.

use labrun_record::{Outcome, QUADS, Sample, Side};

use crate::stats::Quad;

/// The quads of one row.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Quads {
    /// Two launches of each side with a value each: those of A first and last.
    pub(super) whole: Vec<Quad>,
    /// Quads that are not whole, although nothing went wrong: the run ended meanwhile.
    pub(super) unfinished: usize,
    /// Quads of which a launch went wrong.
    pub(super) failed: usize,
}

impl Quads {
    /// Of the lines of one row, in the order taken.
    pub(super) fn of(lines: &[&Sample]) -> Self {
        let mut quads = Self::default();
        let launched: Vec<&Sample> = lines.iter().copied().filter(|l| l.side.is_some()).collect();
        for quad in launched.chunk_by(|one, next| one.block == next.block) {
            if let Some(values) = whole(quad) {
                quads.whole.push(values);
            } else if quad.iter().any(|line| went_wrong(line)) {
                quads.failed += 1;
            } else if quad.iter().any(|line| value(line).is_some()) {
                quads.unfinished += 1;
            }
        }
        quads
    }

    /// The log ratios of the quads that A began and of those that B began, in the order taken.
    pub(super) fn by_order(&self) -> [Vec<f64>; 2] {
        [false, true].map(|turned| {
            let own = self.whole.iter().filter(|quad| quad.turned == turned);
            let logs = own.map(Quad::log_ratio);
            logs.filter(|log| log.is_finite()).collect()
        })
    }

    /// The values of A and of B, in the order taken.
    pub(super) fn by_side(&self) -> [Vec<f64>; 2] {
        let of = |side: Side| {
            let own = |quad: &Quad| {
                let places = QUADS[0].into_iter().zip(quad.values);
                places.filter(move |(of, _)| *of == side).map(|(_, v)| v)
            };
            self.whole.iter().flat_map(own).collect()
        };
        [of(Side::A), of(Side::B)]
    }
}

/// The values of A and of B of a row that is counted: no quad is needed for that.
pub(super) fn values(lines: &[&Sample]) -> [Vec<f64>; 2] {
    let of = |side: Side| {
        let own = lines.iter().filter(|line| line.side == Some(side));
        own.filter_map(|line| value(line)).collect()
    };
    [of(Side::A), of(Side::B)]
}

/// The value that all of them are.
pub(super) fn alike(values: &[f64]) -> Option<f64> {
    let [first, rest @ ..] = values else {
        return None;
    };
    let same = |value: &f64| value.total_cmp(first).is_eq();
    rest.iter().all(same).then_some(*first)
}

fn whole(quad: &[&Sample]) -> Option<Quad> {
    let of = |side: Side| -> Vec<f64> {
        let own = quad.iter().filter(|line| line.side == Some(side));
        own.filter_map(|line| value(line)).collect()
    };
    let ([a, d], [b, c]) = (&of(Side::A)[..], &of(Side::B)[..]) else {
        return None;
    };
    (quad.len() == 4).then(|| Quad {
        values: [*a, *b, *c, *d],
        turned: quad[0].side == Some(Side::B),
    })
}

/// What could not be launched at all did not go wrong.
fn went_wrong(line: &Sample) -> bool {
    match line.outcome {
        Outcome::Measured => value(line).is_none(),
        outcome => matches!(
            outcome,
            Outcome::Failed | Outcome::Timeout | Outcome::Mismatch
        ),
    }
}

fn value(line: &Sample) -> Option<f64> {
    let value = line.value.filter(|value| value.is_finite());
    value.filter(|_| line.outcome == Outcome::Measured)
}
