//! Reading blocks of a file, in order or at random.

use std::path::Path;

use crate::block_file::BlockFile;
use crate::files::FileError;
use crate::plan::{Order, plan};
use crate::stamped::sum;
use crate::steady::{Fault, Work};
use crate::steady_state::Size;
use crate::word_digest::Digest;

/// The file, what each of its blocks has, and which are read.
pub(crate) struct Reading {
    file: BlockFile,
    sums: Vec<u64>,
    plan: Vec<u32>,
    buffer: Vec<u8>,
    line: String,
}

impl Reading {
    /// Makes the file in `grant`.
    pub(crate) fn make(grant: &Path, order: Order, size: Size) -> Result<Self, FileError> {
        let (file, sums) = BlockFile::make(grant, size)?;
        Ok(Self {
            file,
            plan: plan(order, sums.len() as u64, size.ops),
            sums,
            buffer: vec![0; size.block_bytes],
            line: format!("{} reads of {} bytes", size.ops, size.block_bytes),
        })
    }
}

impl Work for Reading {
    fn batch(&mut self) -> Result<String, Fault> {
        let mut digest = Digest::default();
        for &block in &self.plan {
            self.file.read(block, &mut self.buffer)?;
            let sum = sum(&self.buffer);
            if sum != self.sums[block as usize] {
                return Err(self.file.different(block).into());
            }
            digest.word(sum);
        }
        Ok(format!("{digest} {}", self.line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::block_file::tests::SIZE;

    #[test]
    fn each_order_has_a_line_of_its_own() {
        let line = |order| {
            let folder = tempfile::tempdir().unwrap();
            let mut work = Reading::make(folder.path(), order, SIZE).unwrap();
            let line = work.batch().unwrap();
            assert_eq!(work.batch(), Ok(line.clone()));
            assert!(line.ends_with(" 200 reads of 32 bytes"), "{line}");
            line
        };
        assert_ne!(line(Order::Sequential), line(Order::Random));
    }

    #[test]
    fn another_content_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let mut work = Reading::make(folder.path(), Order::Random, SIZE).unwrap();
        work.batch().unwrap();
        let block = work.plan[100];
        work.file.write(block, &[1; 32]).unwrap();
        let Err(Fault::Failed(reason)) = work.batch() else {
            panic!("nothing was found");
        };
        let wanted = format!(
            "does not contain what was written, from byte {}",
            block * 32
        );
        assert!(reason.contains(&wanted), "{reason}");
    }
}
