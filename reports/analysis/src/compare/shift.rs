//! What moved all rows alike from one run to another: the machine, and not what was compared.

use labrun_record::{Better, Unit};
use serde::{Deserialize, Serialize};

use super::Pair;
use super::judge::Estimate;
use crate::stats;

/// Rows without which nothing can be told from what is common to them.
pub(super) const LEAST: usize = 10;

/// A kind of quantity that a machine moves as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// Times, and what is done in a time.
    Speed,
    /// Memory.
    Memory,
}

/// The shift that rows of one quantity have in common.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CommonShift {
    /// Of which quantity.
    pub of: Quantity,
    /// How many times as slow, or as large, the median row of the candidate is.
    pub factor: f64,
    /// Of how many rows.
    pub rows: usize,
}

impl Quantity {
    const ALL: [Self; 2] = [Self::Speed, Self::Memory];

    /// That of a row; what is counted exactly has none.
    fn of(pair: &Pair) -> Option<Self> {
        match pair.unit {
            _ if pair.row.metric.is_exact() => None,
            Unit::Ns | Unit::PerSecond | Unit::BytesPerSecond => Some(Self::Speed),
            Unit::Bytes => Some(Self::Memory),
            Unit::Count => None,
        }
    }
}

impl CommonShift {
    /// The shifts of some pairs: the median of the logs of their ratios, rates turned around. None
    /// of fewer than [`LEAST`] rows: there the shift would be what one row did.
    pub(super) fn all(pairs: &[Pair], estimates: &[Option<(Estimate, f64)>]) -> Vec<Self> {
        let of = |of: Quantity| {
            let own = pairs.iter().zip(estimates);
            let own = own.filter(|(pair, _)| Quantity::of(pair) == Some(of));
            let logs: Vec<f64> = own
                .filter_map(|(pair, estimate)| {
                    let ratio = estimate.as_ref()?.0.value()?;
                    Some(match pair.better {
                        Better::Lower => ratio.ln(),
                        Better::Higher => -ratio.ln(),
                    })
                })
                .collect();
            let median = stats::median(&logs).filter(|_| logs.len() >= LEAST)?;
            Some(Self {
                of,
                factor: median.exp(),
                rows: logs.len(),
            })
        };
        Quantity::ALL.into_iter().filter_map(of).collect()
    }

    /// What a ratio has to be divided by to be free of the shift.
    pub(super) fn on(shifts: &[Self], pair: &Pair) -> Option<f64> {
        let own = Quantity::of(pair)?;
        let shift = shifts.iter().find(|shift| shift.of == own)?;
        Some(match pair.better {
            Better::Lower => shift.factor,
            Better::Higher => 1.0 / shift.factor,
        })
    }
}
