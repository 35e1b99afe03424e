//! The launches of a run, each with the rows that it gives samples to.

use indexmap::IndexMap;
pub(super) use labrun_record::Doubt;
use labrun_record::{Artifact, Row};

use super::ground::Made;
use crate::isolation::{Isolation, Job};
use crate::outcome::Failure;
use crate::site::Site;

/// The rows of a scenario, and the launches that give them samples.
#[derive(Debug, Default)]
pub(super) struct Planned {
    /// Every row, measured or not.
    pub(super) rows: Vec<Row>,
    /// Every kind of launch.
    pub(super) groups: Vec<Group>,
}

impl Planned {
    /// Adds rows; gives their numbers.
    pub(super) fn rows(&mut self, rows: impl IntoIterator<Item = Row>) -> Vec<usize> {
        let first = self.rows.len();
        self.rows.extend(rows);
        (first..self.rows.len()).collect()
    }
}

/// One kind of launch. All rows of a group get one sample from each launch.
#[derive(Debug)]
pub(super) struct Group {
    /// Number of the isolation.
    pub(super) isolation: usize,
    /// Numbers of its rows. The first one's values decide when there are enough launches,
    /// the others' where launches cost little.
    pub(super) rows: Vec<usize>,
    /// What is launched, or why nothing is.
    pub(super) launch: Result<Box<dyn Launch>, Failure>,
    /// What the launch runs, for `run.json`.
    pub(super) artifacts: Vec<Artifact>,
}

impl Group {
    /// The group of a job, if there is one.
    pub(super) fn of<L: Launch + 'static>(
        isolation: usize,
        rows: Vec<usize>,
        made: Result<Made, Failure>,
        launch: impl FnOnce(Job) -> L,
    ) -> Self {
        match made {
            Ok((job, artifacts)) => Self {
                isolation,
                rows,
                launch: Ok(Box::new(launch(job))),
                artifacts,
            },
            Err(blocked) => Self::blocked(isolation, rows, blocked),
        }
    }

    /// The group of rows that nothing is launched for.
    pub(super) fn blocked(isolation: usize, rows: Vec<usize>, blocked: Failure) -> Self {
        Self {
            isolation,
            rows,
            launch: Err(blocked),
            artifacts: Vec::new(),
        }
    }
}

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

    /// Launches once; gives a value for each row of its group, in their order.
    fn launch(&self, isolation: &dyn Isolation, site: &Site) -> Result<Vec<Value>, Failure>;
}

/// What a launch gave one of its rows.
#[derive(Debug, Clone)]
pub(super) struct Value {
    /// The value in the metric's unit, or why this row has none.
    pub(super) given: Result<f64, Failure>,
    /// Contiguous spans that sum to it; empty where there are none.
    pub(super) phases: IndexMap<String, f64>,
    /// What makes it doubtful.
    pub(super) doubt: Option<Doubt>,
    /// The points that a line was laid through to get it.
    pub(super) points: Vec<(f64, f64)>,
}

impl Value {
    /// A value without phases.
    pub(super) fn of(value: f64) -> Self {
        Self {
            given: Ok(value),
            phases: IndexMap::new(),
            doubt: None,
            points: Vec::new(),
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
            phases: IndexMap::new(),
            doubt: None,
            points: Vec::new(),
        }
    }
}
