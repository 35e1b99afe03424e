//! Bytes that tell which operation of which batch wrote them.
//!
//! All blocks that are written have the same bytes but for the first and the last word.
//! So a write that was left out, or came only in part, leaves a block that shows it.

use crate::content::Content;

const WORD: usize = size_of::<u64>();

/// The bytes, with the stamp that they had last.
pub(crate) struct Stamped {
    bytes: Vec<u8>,
    sum: u64,
}

impl Stamped {
    /// `length` bytes, a multiple of 8 and at least 16.
    pub(crate) fn new(length: usize) -> Self {
        let mut bytes = vec![0; length];
        Content::new(0, 1).fill(&mut bytes);
        mark(&mut bytes, 0);
        let sum = sum(&bytes);
        Self { bytes, sum }
    }

    /// The bytes that the operation `op` of `batch` writes.
    pub(crate) fn of(&mut self, batch: u64, op: u32) -> &[u8] {
        mark(&mut self.bytes, stamp(batch, op));
        &self.bytes
    }

    /// Whether `found` is what the operation `op` of `batch` wrote: both stamps, and the
    /// sum of all words.
    pub(crate) fn is(&self, found: &[u8], batch: u64, op: u32) -> bool {
        let stamp = stamp(batch, op);
        found.len() == self.bytes.len()
            && found.first_chunk() == Some(&stamp.to_le_bytes())
            && found.last_chunk() == Some(&(!stamp).to_le_bytes())
            && sum(found) == self.sum
    }

    /// The sum of all words, the same with every stamp.
    pub(crate) fn sum(&self) -> u64 {
        self.sum
    }
}

fn stamp(batch: u64, op: u32) -> u64 {
    batch << 32 | u64::from(op)
}

/// The last word is the first with all bits turned, so the sum is that of any stamp.
fn mark(bytes: &mut [u8], stamp: u64) {
    let last = bytes.len() - WORD;
    bytes[..WORD].copy_from_slice(&stamp.to_le_bytes());
    bytes[last..].copy_from_slice(&(!stamp).to_le_bytes());
}

/// The wrapping sum of all words of 8 bytes: a small part of what reading them costs.
pub(crate) fn sum(bytes: &[u8]) -> u64 {
    let (words, _) = bytes.as_chunks();
    let words = words.iter().map(|word| u64::from_le_bytes(*word));
    words.fold(0, u64::wrapping_add)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_written_is_it() {
        for length in [16, 24, 4096] {
            let mut content = Stamped::new(length);
            let written = content.of(7, 3).to_vec();
            assert!(content.is(&written, 7, 3));
            assert!(!content.is(&written, 7, 2));
            assert!(!content.is(&written, 6, 3));
            assert!(!content.is(&written[8..], 7, 3));
            for at in 0..length {
                let mut other = written.clone();
                other[at] ^= 0x40;
                assert!(!content.is(&other, 7, 3), "byte {at}");
            }
            // The first half of one operation, the second of another.
            let mut torn = content.of(7, 4).to_vec();
            torn[..length / 2].copy_from_slice(&written[..length / 2]);
            assert!(!content.is(&torn, 7, 3) && !content.is(&torn, 7, 4));
        }
    }

    #[test]
    fn the_sum_is_of_words() {
        let mut bytes = [0; 24];
        (bytes[0], bytes[9], bytes[23]) = (1, 2, 0xFF);
        assert_eq!(sum(&bytes), 1 + 512 + (0xFF << 56));
    }
}
