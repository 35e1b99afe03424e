//! One kind of launch, and the values that it gives.

use labrun_record::{Doubt, Histogram, Phases};

use crate::isolation::Isolation;
use crate::outcome::Failure;
use crate::site::Site;

/// A kind of launch of one way of measuring.
pub(super) trait Launch: std::fmt::Debug {
    /// Whether each launch that counts comes right after a discarded one of its kind.
    fn is_primed(&self) -> bool {
        false
    }

    /// Whether there are discarded launches before the first block.
    fn warms_up(&self) -> bool {
        true
    }

    /// Finds out what has to be known before the first launch and stays for all of them, in a
    /// launch that is discarded. A launch does so by itself; asked for before, it is no part of
    /// what the launch costs.
    fn settle(&self, _isolation: &dyn Isolation, _site: &Site) -> Result<(), Failure> {
        Ok(())
    }

    /// Launches once; gives a value for each row of its group, in their order.
    fn launch(&self, isolation: &dyn Isolation, site: &Site) -> Result<Vec<Value>, Failure>;
}

/// What a launch gave one of its rows.
#[derive(Debug, Clone)]
pub(super) struct Value {
    /// The value in the metric's unit, or why this row has none.
    pub(super) given: Result<f64, Failure>,
    /// Contiguous spans that sum to it; empty where there are none.
    pub(super) phases: Phases,
    /// What makes it doubtful.
    pub(super) doubt: Option<Doubt>,
    /// The points that a line was laid through to get it.
    pub(super) points: Vec<(f64, f64)>,
    /// Of a check that does not hold: what was seen.
    pub(super) seen: Option<String>,
    /// Of a latency: the rate that was offered, and the latencies of all requests.
    pub(super) offered: Option<(f64, Histogram)>,
    /// Under load, where several requests take turns: how many of each were answered rightly.
    pub(super) answered: Vec<u64>,
}

impl Value {
    /// A value without phases.
    pub(super) fn of(value: f64) -> Self {
        Self {
            given: Ok(value),
            phases: Phases::default(),
            doubt: None,
            points: Vec::new(),
            seen: None,
            offered: None,
            answered: Vec::new(),
        }
    }

    /// The same with the points that a line was laid through.
    pub(super) fn through(self, points: Vec<(f64, f64)>) -> Self {
        Self { points, ..self }
    }

    /// The same with a doubt.
    pub(super) fn doubted(self, doubt: Option<Doubt>) -> Self {
        Self { doubt, ..self }
    }

    /// No value, where the launch itself was fine.
    pub(super) fn none(reason: impl Into<String>) -> Self {
        Self::failed(Failure::failed(reason))
    }

    /// No value, for this reason.
    pub(super) fn failed(failure: Failure) -> Self {
        Self {
            given: Err(failure),
            ..Self::of(f64::NAN)
        }
    }
}
