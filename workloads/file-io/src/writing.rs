//! Writing blocks of a file, in order or at random, with a sync after each or without.

use std::path::Path;

use crate::block_file::BlockFile;
use crate::files::FileError;
use crate::plan::{Order, left, plan};
use crate::stamped::Stamped;
use crate::steady::{Fault, Work};
use crate::steady_state::Size;
use crate::word_digest::Digest;

/// Of the blocks that a batch leaves, every 64th is read back at its end. The last batch
/// is read back whole, after its line.
const SAMPLE: usize = 64;

/// The file, and what is written to it.
pub(crate) struct Writing {
    file: BlockFile,
    sync: bool,
    plan: Vec<u32>,
    left: Vec<(u32, u32)>,
    content: Stamped,
    buffer: Vec<u8>,
    batch: u64,
    line: String,
}

impl Writing {
    /// Makes the file in `grant`.
    pub(crate) fn make(
        grant: &Path,
        order: Order,
        sync: bool,
        size: Size,
    ) -> Result<Self, FileError> {
        let (file, sums) = BlockFile::make(grant, size)?;
        let plan = plan(order, sums.len() as u64, size.ops);
        let what = if sync { "synced writes" } else { "writes" };
        Ok(Self {
            file,
            sync,
            left: left(&plan),
            plan,
            content: Stamped::new(size.block_bytes),
            buffer: vec![0; size.block_bytes],
            batch: 0,
            line: format!("{} {what} of {} bytes", size.ops, size.block_bytes),
        })
    }

    /// Reads back every `step`th block that the batch left.
    fn check(&mut self, step: usize) -> Result<Digest, FileError> {
        let mut digest = Digest::default();
        for &(block, op) in self.left.iter().step_by(step) {
            self.file.read(block, &mut self.buffer)?;
            if !self.content.is(&self.buffer, self.batch, op) {
                return Err(self.file.different(block));
            }
            for word in [block.into(), op.into(), self.content.sum()] {
                digest.word(word);
            }
        }
        Ok(digest)
    }
}

impl Work for Writing {
    fn batch(&mut self) -> Result<String, Fault> {
        self.batch += 1;
        for (op, &block) in (0..).zip(&self.plan) {
            self.file.write(block, self.content.of(self.batch, op))?;
            if self.sync {
                self.file.sync()?;
            }
        }
        let digest = self.check(SAMPLE)?;
        Ok(format!("{digest} {}", self.line))
    }

    fn end(&mut self) -> Result<(), Fault> {
        if self.batch > 0 {
            self.check(1)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::block_file::tests::SIZE;

    fn make(folder: &tempfile::TempDir, order: Order, sync: bool) -> Writing {
        Writing::make(folder.path(), order, sync, SIZE).unwrap()
    }

    #[test]
    fn each_batch_has_the_same_line() {
        for (order, sync) in [
            (Order::Sequential, false),
            (Order::Random, false),
            (Order::Sequential, true),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let mut work = make(&folder, order, sync);
            let line = work.batch().unwrap();
            let before = std::fs::read(folder.path().join("steady.bin")).unwrap();
            assert_eq!(work.batch(), Ok(line));
            let after = std::fs::read(folder.path().join("steady.bin")).unwrap();
            assert_ne!(before, after, "a batch that wrote nothing would pass");
            assert_eq!(work.end(), Ok(()));
        }
    }

    #[test]
    fn a_block_of_the_batch_before_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let mut work = make(&folder, Order::Random, false);
        let (sampled, op) = work.left[0];
        let (other, other_op) = work.left[1];
        work.batch().unwrap();
        // As if the second batch had left these two out.
        work.batch().unwrap();
        work.file
            .write(other, work.content.of(1, other_op))
            .unwrap();
        assert!(work.check(SAMPLE).is_ok(), "it is none of the sample");
        let at = format!("from byte {}", other * 32);
        assert!(matches!(work.end(), Err(Fault::Failed(reason)) if reason.contains(&at)));
        work.file.write(sampled, work.content.of(1, op)).unwrap();
        assert!(work.check(SAMPLE).is_err());
    }
}
