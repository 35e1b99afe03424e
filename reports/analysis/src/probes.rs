//! What the machine took for the same fixed work in all of a run.

use labrun_record::{Probes, Run};

use crate::stats::median;

/// Medians over the readings of a run, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ProbeMedians {
    /// How many readings there are.
    pub readings: usize,
    /// Each probe by its name (`cpu`, `memory`, `spawn`, `fsync`); none for one that no reading has.
    pub each: [(&'static str, Option<f64>); 4],
}

impl ProbeMedians {
    /// Those of a run; `None` where there is no reading.
    pub fn of(run: &Run) -> Option<Self> {
        let read = run.blocks.iter().filter_map(|block| block.probes);
        let read: Vec<Probes> = read.collect();
        let mut each = read.first()?.each().map(|(name, _)| (name, None));
        for (place, (_, found)) in each.iter_mut().enumerate() {
            let taken = read.iter().filter_map(|probes| probes.each()[place].1);
            *found = median(&taken.map(|ns| ns as f64).collect::<Vec<f64>>());
        }
        Some(Self {
            readings: read.len(),
            each,
        })
    }
}
