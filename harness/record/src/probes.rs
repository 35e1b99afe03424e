//! Probes of the machine: what fixed work took, a part of a line of `blocks.jsonl`.

use serde::{Deserialize, Serialize};

/// A reading: how long work took that is the same in every run, in nanoseconds of `CLOCK_MONOTONIC`.
/// One that could not be taken is left out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Probes {
    /// A chain of integer operations that depend on each other, in registers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_ns: Option<u64>,
    /// Copying a buffer that is larger than the caches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_ns: Option<u64>,
    /// From before a tiny program is asked for to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spawn_ns: Option<u64>,
    /// Writing 4 KiB to a file in the run's folder and bringing it to the disk; the median of three.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fsync_ns: Option<u64>,
}

impl Probes {
    /// Each by its name, in the order of the fields.
    pub fn each(&self) -> [(&'static str, Option<u64>); 4] {
        [
            ("cpu", self.cpu_ns),
            ("memory", self.memory_ns),
            ("spawn", self.spawn_ns),
            ("fsync", self.fsync_ns),
        ]
    }

    /// Whether its numbers can be what they say: nothing takes no time, or a month.
    pub(crate) fn is_sound(&self) -> bool {
        let is_span = |ns: u64| ns > 0 && ns < 1 << 51;
        let mut taken = self.each().into_iter().filter_map(|(_, ns)| ns);
        taken.all(is_span)
    }
}
