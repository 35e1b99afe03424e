//! Which block each operation of a batch is about. Every batch has the same plan.

use std::collections::BTreeMap;

/// How blocks follow each other.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Order {
    /// From the first on, and again from the first after the last.
    Sequential,
    /// Wherever a fixed generator says.
    Random,
}

/// The block of each of `ops` operations on a file of `blocks` blocks.
pub(crate) fn plan(order: Order, blocks: u64, ops: u64) -> Vec<u32> {
    let mut state = 0x2545_F491_4F6C_DD1D;
    let block = |op| match order {
        Order::Sequential => (op % blocks) as u32,
        Order::Random => (xorshift(&mut state) % blocks) as u32,
    };
    (0..ops).map(block).collect()
}

/// What is left of a batch that wrote: each block with the last operation on it.
pub(crate) fn left(plan: &[u32]) -> Vec<(u32, u32)> {
    let last: BTreeMap<_, _> = plan.iter().copied().zip(0..).collect();
    last.into_iter().collect()
}

/// Marsaglia's generator of 64 bits with the shifts 13, 7 and 17.
fn xorshift(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequential_wraps_around() {
        assert_eq!(plan(Order::Sequential, 3, 7), [0, 1, 2, 0, 1, 2, 0]);
    }

    #[test]
    fn random_is_always_the_same_and_goes_everywhere() {
        let blocks = plan(Order::Random, 16, 1000);
        assert_eq!(blocks, plan(Order::Random, 16, 1000));
        for block in 0..16 {
            let times = blocks.iter().filter(|found| **found == block).count();
            assert!((30..=100).contains(&times), "{block}: {times} times");
        }
        let follows = blocks.windows(2).filter(|pair| pair[1] == pair[0] + 1);
        assert!(follows.count() < 120);
    }

    #[test]
    fn the_last_operation_on_a_block_is_left() {
        assert_eq!(left(&[2, 0, 2, 1, 0]), [(0, 4), (1, 3), (2, 2)]);
    }
}
