//! What the processors did while a run was taken: a line of `blocks.jsonl`.

use serde::{Deserialize, Serialize};

use crate::Probes;

/// What the processors did during one block of launches, or several short ones. Shares are of the
/// time of all processors that the lab may use, from 0 to 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BlockLoad {
    /// Place in the run of its first launch: [`Sample::seq`](crate::Sample::seq).
    pub first: u32,
    /// The place after that of its last launch.
    pub end: u32,
    /// Seconds that it took.
    pub seconds: f64,
    /// Share that the processes of others took; null where they cannot be told from those that a daemon
    /// ran for the lab.
    pub others: Option<f64>,
    /// Name of the process that took most of that, with what it had started; null where none is seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most_by: Option<String>,
    /// Share that the hypervisor gave to other machines.
    pub steal: f64,
    /// What fixed work took before the launches of one of the blocks; absent where none was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probes: Option<Probes>,
}

impl BlockLoad {
    /// Whether its numbers can be what they say: a file may have been altered.
    pub(crate) fn is_sound(&self) -> bool {
        let is_share = |share: &f64| (0.0..=1.0).contains(share);
        self.seconds > 0.0
            && self.seconds < 1e9
            && is_share(&self.steal)
            && self.others.as_ref().is_none_or(is_share)
            && self.probes.as_ref().is_none_or(Probes::is_sound)
    }
}
