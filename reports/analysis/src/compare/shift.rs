//! What moved all rows from one run to another, and whether that was the machine.
//!
//! Two runs one after another differ by what the machine did between them, to all rows and to each. The
//! first is the median of the rows' log ratios; the second is how far rows lie from it beyond what
//! their own launches explain. Control rows run a program that no candidate changes: where they did
//! not move as the others did, the others were moved by the candidate.

use labrun_record::{Better, Unit};
use serde::{Deserialize, Serialize};

use super::Pair;
use super::judge::Estimate;
use crate::Interval;
use crate::stats::{Common, LogRatio, RatioEstimate};

/// Rows without which nothing can be told from what is common to them.
pub(super) const LEAST: usize = 10;

/// A kind of quantity that a machine moves as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// Times, and what is done in a time.
    Speed,
    /// Memory.
    Memory,
}

/// The shift that rows of one quantity have in common.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CommonShift {
    /// Of which quantity.
    pub of: Quantity,
    /// How many times as slow, or as large, the median row of the candidate is.
    pub factor: f64,
    /// 95% interval of it, over the rows.
    pub ci: Interval,
    /// Of how many rows; controls are none of them.
    pub rows: usize,
    /// How far each row moved by itself beyond what its launches explain: the standard deviation of
    /// the logs, so that 0.03 is 3 %.
    pub spread: f64,
    /// What the control rows say; null where there are none.
    pub control: Option<ControlShift>,
    /// What moved the rows.
    pub cause: Cause,
}

/// How far the control rows moved.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ControlShift {
    /// How many times as slow the median of them is.
    pub factor: f64,
    /// 95% interval, with what any row moves by itself in it. Several rows count as one, since they
    /// are of one kind.
    pub ci: Interval,
    /// Of how many rows.
    pub rows: usize,
}

/// What moved all rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The machine, as far as can be told: the controls moved alike, or the shift is within the
    /// margin. It is taken out.
    Machine,
    /// The candidate: the controls did not move alike, by more than the margin. Their shift is taken
    /// out instead.
    Candidate,
    /// Beyond the margin, and no control tells one from the other: there is none, or it did not move
    /// alike, by less than the margin or not beyond doubt. It is taken out.
    Unknown,
}

impl Quantity {
    const ALL: [Self; 2] = [Self::Speed, Self::Memory];

    /// That of a row; what is counted exactly has none.
    pub(super) fn of(pair: &Pair) -> Option<Self> {
        match pair.unit {
            _ if pair.row.metric.is_exact() => None,
            Unit::Ns | Unit::PerSecond | Unit::BytesPerSecond => Some(Self::Speed),
            Unit::Bytes => Some(Self::Memory),
            Unit::Count => None,
        }
    }
}

impl CommonShift {
    /// The shifts of some pairs. None of fewer than [`LEAST`] rows: there the shift would be what one
    /// row did. `is_alike` says of a pair whether both runs launched the same for it; a control of which
    /// they did not says nothing.
    pub(super) fn all(
        pairs: &[Pair],
        estimates: &[Option<(Estimate, f64)>],
        is_alike: impl Fn(&Pair) -> bool,
    ) -> Vec<Self> {
        let of = |of: Quantity| {
            let (mut rows, mut controls, mut margin) = (Vec::new(), Vec::new(), 0.0_f64);
            for (pair, estimate) in pairs.iter().zip(estimates) {
                let Some((Estimate::Ratio(ratio), own)) = estimate else {
                    continue;
                };
                if Quantity::of(pair) != Some(of) {
                    continue;
                }
                let moved = moved(ratio, pair.better);
                if !pair.row.is_control() {
                    rows.push(moved);
                    margin = margin.max(*own);
                } else if ratio.intervals.is_some() && is_alike(pair) {
                    controls.push(moved);
                }
            }
            (rows.len() >= LEAST).then(|| Self::new(of, &rows, &controls, margin))?
        };
        Quantity::ALL.into_iter().filter_map(of).collect()
    }

    fn new(of: Quantity, rows: &[LogRatio], controls: &[LogRatio], margin: f64) -> Option<Self> {
        let common = Common::of(rows)?;
        let control = common.beside(controls);
        let control = control.map(|(factor, ci)| ControlShift {
            factor,
            ci,
            rows: controls.len(),
        });
        let differs = |factor, ci, margin| common.differs_from(factor, ci, margin);
        let is_beyond = differs(1.0, [1.0; 2], margin);
        let cause = match control {
            Some(control) if differs(control.factor, control.ci, margin) => Cause::Candidate,
            Some(control) if is_beyond && differs(control.factor, control.ci, 0.0) => {
                Cause::Unknown
            }
            None if is_beyond => Cause::Unknown,
            _ => Cause::Machine,
        };
        Some(Self {
            of,
            factor: common.factor,
            ci: common.ci,
            rows: common.ratios,
            spread: common.spread,
            control,
            cause,
        })
    }

    /// What a row is freed of, with its interval: the shift, or that of the controls where the candidate
    /// moved the rows.
    fn taken_out(&self) -> (f64, Interval) {
        match (self.cause, self.control) {
            (Cause::Candidate, Some(control)) => (control.factor, control.ci),
            _ => (self.factor, self.ci),
        }
    }

    /// Whether it is a suspect itself: the candidate is slower, or larger, as a whole, and it was
    /// not the machine, or nothing says that it was.
    pub fn is_suspect(&self) -> bool {
        let control = self.control.map_or(1.0, |control| control.factor);
        match self.cause {
            Cause::Machine => false,
            Cause::Candidate => self.factor > control,
            Cause::Unknown => self.factor > control.max(1.0),
        }
    }

    /// The shift that a pair has in it.
    pub(super) fn on<'a>(shifts: &'a [Self], pair: &Pair) -> Option<&'a Self> {
        let own = Quantity::of(pair)?;
        shifts.iter().find(|shift| shift.of == own)
    }

    /// A ratio without the shift, and with what is not known of it and of what rows do by themselves in
    /// its intervals.
    pub(super) fn freed(&self, ratio: &RatioEstimate, better: Better) -> RatioEstimate {
        let (factor, ci) = self.taken_out();
        let factor = match better {
            Better::Lower => factor,
            Better::Higher => 1.0 / factor,
        };
        let common = Common {
            factor: self.factor,
            ci: self.ci,
            spread: self.spread,
            ratios: self.rows,
        };
        common.freed(ratio, factor, ci)
    }
}

/// How a row moved: rates are turned around.
fn moved(ratio: &RatioEstimate, better: Better) -> LogRatio {
    let own = LogRatio::of(ratio);
    match better {
        Better::Lower => own,
        Better::Higher => LogRatio {
            log: -own.log,
            ..own
        },
    }
}
