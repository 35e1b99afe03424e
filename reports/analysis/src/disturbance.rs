//! What else used the processors while a run was taken.

use labrun_record::{BlockLoad, Run};
use serde::{Deserialize, Serialize};

/// Share of the processors' time from which on it is worth a word who took it.
const NOTABLE: f64 = 0.05;

/// Processes that are named at most.
const NAMED: usize = 3;

/// What others, and the hypervisor, took of the time of all processors that the lab may use: from 0
/// to 1, over all blocks of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Disturbance {
    /// What the processes of others took; null where that is not known of any block.
    pub others: Option<f64>,
    /// The same in the block in which it was most.
    pub others_most: Option<f64>,
    /// Names of the processes that took most of it in a block, as they first appear.
    pub most_by: Vec<String>,
    /// What the hypervisor gave to other machines.
    pub steal: f64,
}

impl Disturbance {
    /// That of a run; `None` where nobody looked.
    pub fn of(run: &Run) -> Option<Self> {
        let disturbed = run.blocks.iter();
        let disturbed = disturbed.filter(|block| block.others.is_some_and(|s| s >= NOTABLE));
        let mut most_by: Vec<String> = Vec::new();
        for name in disturbed.filter_map(|block| block.most_by.as_ref()) {
            if most_by.len() < NAMED && !most_by.contains(name) {
                most_by.push(name.clone());
            }
        }
        let each = run.blocks.iter().filter_map(|block| block.others);
        Some(Self {
            others: mean(&run.blocks, |block| block.others),
            others_most: each.reduce(f64::max),
            most_by,
            steal: mean(&run.blocks, |block| Some(block.steal))?,
        })
    }

    /// What others took, in words, if it is worth a word.
    pub fn of_others(&self) -> Option<String> {
        let share = self.others.filter(|share| *share >= NOTABLE)?;
        let most = self.others_most.unwrap_or(share);
        let by = match &self.most_by[..] {
            [] => String::new(),
            names => format!("; most of it {}", names.join(", ")),
        };
        Some(format!(
            "other processes took {:.0}% of the processors' time, at most {:.0}%{by}",
            share * 100.0,
            most * 100.0
        ))
    }

    /// What the hypervisor took, in words, if it is worth a word.
    pub fn of_hypervisor(&self) -> Option<String> {
        let share = Some(self.steal).filter(|share| *share >= NOTABLE)?;
        Some(format!(
            "the hypervisor gave {:.0}% of the processors' time to other machines",
            share * 100.0
        ))
    }

    /// All that is worth a word.
    pub fn said(&self) -> Option<String> {
        let said: Vec<String> = [self.of_others(), self.of_hypervisor()]
            .into_iter()
            .flatten()
            .collect();
        (!said.is_empty()).then(|| said.join("; "))
    }
}

/// A share over the time of all blocks of which it is known.
fn mean(blocks: &[BlockLoad], share: impl Fn(&BlockLoad) -> Option<f64>) -> Option<f64> {
    let known = blocks.iter();
    let known = known.filter_map(|block| Some((block.seconds, share(block)?)));
    let (seconds, taken) = known.fold((0.0, 0.0), |(seconds, taken), (of, share)| {
        (seconds + of, taken + of * share)
    });
    (seconds > 0.0).then(|| taken / seconds)
}
