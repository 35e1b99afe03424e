//! Replays of made-up builds: quads with noise of their own, decided by the function that decides
//! real ones.

use labrun_analysis::stats::{Quad, quad_ratio};
use labrun_analysis::{Verdict, verdict_beyond};
use labrun_history::judge::Replay;
use labrun_record::Better;

use super::Noise;

/// How a replay measures.
#[derive(Debug, Clone, Copy)]
pub struct Replaying {
    /// Quads.
    pub quads: usize,
    /// The standard deviation of the log ratio of one quad.
    pub spread: f64,
}

impl Replaying {
    /// One that is five times as wide: what is rightly called the same is within its interval alone.
    pub fn wide() -> Self {
        Self {
            spread: 0.12,
            ..Self::default()
        }
    }
}

impl Default for Replaying {
    /// Half of its 95% interval is about 1 %.
    fn default() -> Self {
        Self {
            quads: 36,
            spread: 0.024,
        }
    }
}

impl Replaying {
    /// The replay of a build that takes `times` as long as the old one.
    pub fn of(&self, times: f64, noise: &mut Noise) -> Replay {
        let quads: Vec<Quad> = (0..self.quads)
            .map(|quad| {
                // The log ratio of a quad is the mean of its two.
                let mut ratio = || (self.spread * 2.0_f64.sqrt() * noise.normal()).exp();
                let turned = quad % 2 == 1;
                let values = [1.0, times * ratio(), times * ratio(), 1.0];
                Quad { values, turned }
            })
            .collect();
        let Some(ratio) = quad_ratio(&quads, 1) else {
            return Replay::NotReplayed;
        };
        match verdict_beyond(&ratio, Better::Lower, 0.02, 0.05) {
            Verdict::Better | Verdict::Worse => Replay::Confirmed {
                ratio: ratio.value,
                interval: ratio.intervals.expect("a verdict has one").ci,
            },
            Verdict::Equivalent => Replay::Equivalent,
            Verdict::Inconclusive => Replay::Inconclusive,
        }
    }
}
