//! Where randomness comes from: the run's seed and the row's identity, never a clock.

use labrun_record::Row;
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

/// The seed of a row's bootstraps: FNV-1a (64 bit) over the run's seed and every
/// field of the identity. It depends on nothing else, so that the order of the rows
/// and the presence of other rows move no number.
pub fn row_seed(run_seed: u64, row: &Row) -> u64 {
    let mut hash = Fnv::new();
    hash.eat(&run_seed.to_le_bytes());
    let text = format!("{row} {} {}", row.tier, row.arch);
    hash.eat(text.as_bytes());
    hash.0
}

struct Fnv(u64);

impl Fnv {
    fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    fn eat(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

/// Draws ranks for a bootstrap: xoshiro256++, which its crate keeps value-stable.
pub(crate) struct Draw(Xoshiro256PlusPlus);

impl Draw {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    /// Calls `take` with `count` uniform indexes below `n`.
    ///
    /// Two indexes from each 64-bit word, each by a 32-bit multiply and shift (Lemire,
    /// "Fast Random Integer Generation in an Interval", 2019); without its rejection
    /// step the bias is below n / 2^32, which no statistic here can notice.
    pub(crate) fn indexes(&mut self, count: usize, n: usize, mut take: impl FnMut(usize)) {
        let n = n as u64;
        let scale = |half: u64| ((half * n) >> 32) as usize;
        for _ in 0..count / 2 {
            let word = self.0.next_u64();
            take(scale(word >> 32));
            take(scale(word & 0xffff_ffff));
        }
        if count % 2 == 1 {
            take(scale(self.0.next_u64() >> 32));
        }
    }
}
