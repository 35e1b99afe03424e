//! A series of nights as it is judged, and by which settings.

use labrun_record::Better;
use serde::{Deserialize, Serialize};

/// The median of one row in each night.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// What it is called.
    pub name: String,
    /// Of what it is a measure. The spread of a series is pooled over those of its metric.
    pub metric: String,
    /// With which others it changes when a program does: its runtime.
    pub group: String,
    /// How it is judged.
    pub kind: Kind,
    /// With which others a machine moves it.
    pub quantity: Quantity,
    /// Which direction is better.
    pub better: Better,
    /// The least change that matters: 0.02 is 2 %.
    pub least_effect: f64,
    /// The median of each night, oldest first; `None` where it was not measured.
    pub values: Vec<Option<f64>>,
    /// The nights from which on another level is normal, in their order: what was accepted, and what was
    /// confirmed before.
    pub levels: Vec<usize>,
}

/// How a series is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// By its departure from the last nights.
    Measured,
    /// Counted exactly: any change is suspect.
    Exact,
    /// A program of the lab's that never changes: it says what the machine does.
    Control,
}

/// A kind of quantity that a machine moves as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// Times, and what is done in a time.
    Speed,
    /// Memory, and sizes.
    Amount,
    /// What is executed, however long that takes. No machine moves it.
    Work,
    /// A share of the machine. It is looked at by itself.
    Share,
}

/// Which way a series went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Against what is better.
    Worse,
    /// Towards it.
    Better,
}

impl Direction {
    /// The word for people.
    pub fn word(self, quantity: Quantity, better: Better) -> &'static str {
        match (quantity, self, better) {
            (Quantity::Speed, Self::Worse, _) => "slower",
            (Quantity::Speed, Self::Better, _) => "faster",
            (Quantity::Work, Self::Worse, _) => "more",
            (Quantity::Work, Self::Better, _) => "less",
            (_, Self::Worse, Better::Lower) | (_, Self::Better, Better::Higher) => "larger",
            _ => "smaller",
        }
    }
}

/// By what a night is judged.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The nights before it that count, at most.
    pub window: usize,
    /// The nights with a value that a measured series needs.
    pub least_nights: usize,
    /// How many standard deviations from its baseline a series may lie.
    pub sigmas: f64,
    /// How many it may lie on the same side in two nights in a row.
    pub again_sigmas: f64,
    /// How many a single control may lie from its own. The controls together may lie `sigmas`.
    pub control_sigmas: f64,
    /// The least standard deviation of any series, in logs: 0.001 is 0.1 %.
    pub floor: f64,
    /// The least common shift that says anything by itself: 0.02 is 2 %.
    pub least_shift: f64,
    /// The series below which there is no shift that is common to them.
    pub least_series: usize,
    /// The suspects of one group and direction that are one grouped regression; and how many replays
    /// have to come out equivalent for an environment shift.
    pub many: usize,
    /// The share of nights in which chance alone may leave anything after Benjamini and Hochberg.
    pub false_nights: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            window: 60,
            least_nights: 8,
            sigmas: 3.0,
            again_sigmas: 2.2,
            control_sigmas: 4.0,
            floor: 0.001,
            least_shift: 0.02,
            least_series: 10,
            many: 5,
            false_nights: 0.001,
        }
    }
}

/// The least standard deviation of what no machine moves, in logs.
const FLOOR_OF_WORK: f64 = 0.000_2;

impl Settings {
    /// The same as they are for a quantity: what no machine moves has no shift, and varies less.
    pub(super) fn of(&self, quantity: Quantity) -> Self {
        match quantity {
            Quantity::Work => Self {
                least_series: usize::MAX,
                floor: self.floor.min(FLOOR_OF_WORK),
                ..*self
            },
            Quantity::Speed | Quantity::Amount | Quantity::Share => *self,
        }
    }
}

impl Series {
    /// The log of a night's value, turned so that more is worse. `None` where there is none: it was
    /// not measured, or no log is to be had of it.
    pub(super) fn log(&self, night: usize) -> Option<f64> {
        let value = self.values.get(night).copied().flatten()?;
        let log = value.ln();
        let turned = match self.better {
            Better::Lower => log,
            Better::Higher => -log,
        };
        (value > 0.0 && log.is_finite()).then_some(turned)
    }

    /// The value of a night that is counted.
    pub(super) fn count(&self, night: usize) -> Option<f64> {
        let value = self.values.get(night).copied().flatten()?;
        // Minus zero is zero.
        (value.is_finite() && value >= 0.0).then_some(value + 0.0)
    }

    /// Whether a night has a value, whatever it is.
    pub(super) fn has(&self, night: usize) -> bool {
        self.values.get(night).is_some_and(Option::is_some)
    }

    /// The first night of the level that a night has.
    pub(crate) fn level_of(&self, night: usize) -> usize {
        let begun = self.levels.iter().copied().filter(|&level| level <= night);
        begun.max().unwrap_or(0)
    }
}
