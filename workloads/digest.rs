//! A digest of 64-bit words that costs little beside the work that it checks.
//!
//! No hash for cryptography: SHA-256 would take longer than most of what is checked,
//! and other instructions on each target. Every step can be undone, so that one word
//! that differs always gives another digest, and the order of the words counts.

use std::fmt;

/// Grows with each word. Prints as 16 hex digits.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Digest(u64);

impl Digest {
    /// Takes one more word in.
    pub(crate) fn word(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(23) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:016x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(words: &[u64]) -> Digest {
        let mut digest = Digest::default();
        for word in words {
            digest.word(*word);
        }
        digest
    }

    #[test]
    fn every_bit_and_the_order_count() {
        let words = [1, 2, 3];
        for at in 0..words.len() {
            for bit in 0..u64::BITS {
                let mut other = words;
                other[at] ^= 1 << bit;
                assert_ne!(of(&other), of(&words), "bit {bit} of word {at}");
            }
        }
        assert_ne!(of(&[2, 1, 3]), of(&words));
    }

    #[test]
    fn it_prints_leading_zeros() {
        assert_eq!(Digest(255).to_string(), "00000000000000ff");
    }
}
