//! The statistics, on plain slices of values: nothing here knows what a row is.

mod bootstrap;
mod common;
mod dip;
mod effect;
mod few;
mod order;
mod paired;
mod pooled;
mod quads;
mod seed;
mod select;
mod series;
mod signs;
mod spread;
mod stretch;
mod student;
mod tail;
mod theil_sen;

pub use bootstrap::{Interval, MIN_LAUNCHES, RESAMPLES, half_width, median_interval};
pub use common::{Common, LogRatio};
pub use dip::{MIN_FOR_MODES, Modes, dip, dip_critical, two_modes};
pub use effect::{cliffs_delta, hodges_lehmann};
pub use few::{few_interval, few_ratio};
pub use order::{median, quantile, sorted};
pub use paired::{
    Observation, RatioEstimate, RatioIntervals, pooled_ratio_apart, ratio_apart,
    shared_pooled_ratio, shared_ratio,
};
pub use pooled::{Counts, Pool};
pub use quads::{Quad, quad_ratio};
pub use seed::row_seed;
pub use series::{Drift, MIN_FOR_SERIES, autocorrelated, drift, kendall_p, lag1, mann_kendall};
pub use signs::order_interval;
pub use spread::excess_spread;
pub use stretch::stretch;
pub use student::student;
pub use theil_sen::{Line, theil_sen, theil_sen_line};
