//! Simulated rows: what a machine does to all launches alike, and the launches in it.

use super::Noise;

/// What the machine does meanwhile, to all rows alike.
#[derive(Debug, Clone, Copy)]
pub enum Machine {
    /// Nothing.
    Quiet,
    /// It gets slower by this share from the first block to the last.
    Drifting(f64),
    /// Stretches of time, 15 % of it in all, in which everything is a quarter slower.
    Regimes,
    /// Noise of 10 % whose neighbours correlate by 0.9.
    Correlated,
}

impl Machine {
    pub const ALL: [(&'static str, Self); 5] = [
        ("quiet", Self::Quiet),
        ("5 % drift", Self::Drifting(0.05)),
        ("10 % drift", Self::Drifting(0.10)),
        ("regimes", Self::Regimes),
        ("AR(1) 0.9", Self::Correlated),
    ];

    /// The log of what it does to each of so many blocks.
    pub fn blocks(self, count: usize, noise: &mut Noise) -> Vec<f64> {
        match self {
            Self::Quiet => vec![0.0; count],
            Self::Drifting(share) => {
                let each = (1.0 + share).ln() / count as f64;
                (0..count).map(|block| each * block as f64).collect()
            }
            Self::Regimes => {
                let mut slow = noise.uniform() < 0.15;
                (0..count)
                    .map(|_| {
                        // 30 blocks slow at a time, and 170 not.
                        let ends = if slow { 1.0 / 30.0 } else { 1.0 / 170.0 };
                        slow ^= noise.uniform() < ends;
                        if slow { 1.25_f64.ln() } else { 0.0 }
                    })
                    .collect()
            }
            Self::Correlated => {
                let mut now = 0.1 * noise.normal();
                let fresh = 0.1 * (1.0 - 0.9_f64 * 0.9).sqrt();
                (0..count)
                    .map(|_| {
                        now = 0.9 * now + fresh * noise.normal();
                        now
                    })
                    .collect()
            }
        }
    }
}

/// The places of `n` launches that are spread evenly over so many blocks.
pub fn spread(n: usize, blocks: usize) -> impl Iterator<Item = usize> {
    (0..n).map(move |launch| (2 * launch + 1) * blocks / (2 * n))
}
