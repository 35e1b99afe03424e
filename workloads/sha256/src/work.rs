//! The buffer, and hashing it.

use std::fmt::Write as _;
use std::hint::black_box;

use sha2::{Digest as _, Sha256};

use crate::splitmix;
use crate::steady::{Fault, Work};

/// What is hashed, and how often.
pub(crate) struct Hashing {
    kib: u64,
    rounds: u64,
    buffer: Vec<u8>,
}

impl Hashing {
    /// `rounds` times `kib` KiB in a batch.
    pub(crate) fn new(kib: u64, rounds: u64) -> Self {
        let mut state = 256;
        let words = (0..kib * 128).map(|_| splitmix::next(&mut state));
        Self {
            kib,
            rounds,
            buffer: words.flat_map(u64::to_le_bytes).collect(),
        }
    }
}

impl Work for Hashing {
    fn batch(&mut self) -> Result<String, Fault> {
        let mut found = None;
        for _ in 0..self.rounds {
            let hash = hash(black_box(&self.buffer));
            if *found.get_or_insert(hash) != hash {
                return Err(Fault::Failed("the same bytes have two hashes".to_owned()));
            }
        }
        let mut line = String::new();
        for byte in found.unwrap_or_default() {
            // Writing to a string cannot fail.
            let _ = write!(line, "{byte:02x}");
        }
        let _ = write!(line, " {} x {} KiB", self.rounds, self.kib);
        Ok(line)
    }
}

fn hash(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words of a hash as the standard prints them.
    fn words(bytes: &[u8]) -> String {
        let hash = hash(bytes);
        let words = hash.chunks(4).map(|word| {
            let word = u32::from_be_bytes(word.try_into().expect("four bytes"));
            format!("{word:08x}")
        });
        words.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_published_vectors_hold() {
        // FIPS 180-2 appendix B, to which FIPS 180-4 refers as examples; the empty one is
        // from the NIST validation suite.
        for (message, expected) in [
            (
                &b"abc"[..],
                "ba7816bf 8f01cfea 414140de 5dae2223 b00361a3 96177a9c b410ff61 f20015ad",
            ),
            (
                b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61 d20638b8 e5c02693 0c3e6039 a33ce459 64ff2167 f6ecedd4 19db06c1",
            ),
            (
                b"a".repeat(1_000_000).leak(),
                "cdc76e5c 9914fb92 81a1c7e2 84d73e67 f1809a48 a497200e 046d39cc c7112cd0",
            ),
            (
                b"",
                "e3b0c442 98fc1c14 9afbf4c8 996fb924 27ae41e4 649b934c a495991b 7852b855",
            ),
        ] {
            assert_eq!(words(message), expected);
        }
    }

    #[test]
    fn the_line_is_the_hash_of_the_buffer() {
        let mut work = Hashing::new(1, 2);
        assert_eq!(work.buffer.len(), 1024);
        let line = work.batch().expect("a line");
        let expected = words(&work.buffer).replace(' ', "") + " 2 x 1 KiB";
        assert_eq!(line, expected);
        assert_eq!(work.batch(), Ok(line));
        work.buffer[1023] ^= 1;
        assert_ne!(work.batch(), Ok(expected));
    }
}
