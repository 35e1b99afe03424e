//! What the files contain: bytes that follow from the seed and the place alone.

use crate::splitmix::next;

/// An endless stream of bytes (`SplitMix64`), the same on every target.
pub(crate) struct Content {
    state: u64,
}

impl Content {
    /// The content of the file that is `index`th in the config.
    pub(crate) fn new(seed: u64, index: usize) -> Self {
        // Mixed once, so that the files of one seed are no shifts of each other.
        let mut state = seed ^ (index as u64).wrapping_mul(0xD1B5_4A32_D192_ED03);
        Self {
            state: next(&mut state),
        }
    }

    /// Fills `buffer` with the bytes that come next. To go on where a call ended, its
    /// buffer has to have had a length that is a multiple of 8.
    pub(crate) fn fill(&mut self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(8) {
            let bytes = next(&mut self.state).to_le_bytes();
            chunk.copy_from_slice(&bytes[..chunk.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(seed: u64, index: usize, length: usize) -> Vec<u8> {
        let mut buffer = vec![0; length];
        Content::new(seed, index).fill(&mut buffer);
        buffer
    }

    #[test]
    fn it_follows_from_seed_and_index() {
        assert_eq!(bytes(1, 2, 100), bytes(1, 2, 100));
        assert_ne!(bytes(1, 2, 100), bytes(1, 3, 100));
        assert_ne!(bytes(1, 2, 100), bytes(2, 2, 100));
    }

    #[test]
    fn pieces_make_the_whole() {
        let mut content = Content::new(7, 0);
        let mut pieces = [vec![0; 64], vec![0; 8], vec![0; 29]];
        for piece in &mut pieces {
            content.fill(piece);
        }
        assert_eq!(pieces.concat(), bytes(7, 0, 101));
    }
}
