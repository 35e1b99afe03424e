//! Memory of an exact size, every page of which is really there.

use std::hint::black_box;

use crate::digest::Digest;
use crate::splitmix;

const WORDS_PER_MIB: u64 = (1 << 20) / size_of::<u64>() as u64;

/// One allocation, filled once with words no page of which is like another: so no page
/// is the kernel's zero page, and none can be merged with another.
pub(crate) struct Memory(Vec<u64>);

impl Memory {
    /// `mebibytes` MiB, or none where so much cannot be had.
    pub(crate) fn of(mebibytes: u64) -> Option<Self> {
        let count = usize::try_from(mebibytes.checked_mul(WORDS_PER_MIB)?).ok()?;
        let mut words = Vec::new();
        words.try_reserve_exact(count).ok()?;
        let mut state = 0;
        words.extend((0..count).map(|_| splitmix::next(&mut state)));
        Some(Self(words))
    }

    /// Of every word, read back.
    pub(crate) fn digest(&self) -> Digest {
        let mut digest = Digest::default();
        for word in black_box(&self.0) {
            digest.word(*word);
        }
        digest
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn it_is_as_large_as_asked_and_not_larger() {
        for mebibytes in [0, 1, 3] {
            let memory = Memory::of(mebibytes).expect("so little can be had");
            let bytes = mebibytes << 20;
            assert_eq!(size_of_val(memory.0.as_slice()) as u64, bytes);
            assert_eq!(memory.0.capacity() as u64 * 8, bytes);
        }
    }

    #[test]
    fn no_page_is_like_another() {
        let memory = Memory::of(2).expect("so little can be had");
        let mut pages: BTreeSet<_> = memory.0.chunks(512).collect();
        assert_eq!(pages.len(), 512);
        assert!(pages.insert(&[0; 512]), "one is all zero");
    }

    #[test]
    fn what_cannot_be_had_is_none() {
        for mebibytes in [1 << 43, u64::MAX / WORDS_PER_MIB + 1, u64::MAX] {
            assert!(Memory::of(mebibytes).is_none(), "{mebibytes}");
        }
    }
}
