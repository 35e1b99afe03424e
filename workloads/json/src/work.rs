//! Parsing the document, and printing what was parsed.

use std::hint::black_box;

use serde_json::Value;

use crate::digest::Digest;
use crate::steady::{Fault, Work};

/// What is parsed, and how often.
pub(crate) struct Printing {
    document: String,
    rounds: u64,
    expected: Digest,
    printed: Vec<u8>,
}

impl Printing {
    /// `rounds` times `document`, in a batch.
    pub(crate) fn new(document: String, rounds: u64) -> Self {
        Self {
            rounds,
            expected: digest(document.as_bytes()),
            printed: Vec::with_capacity(document.len()),
            document,
        }
    }

    /// Parses and prints once; the length and a digest of what was printed.
    fn round(&mut self) -> Result<Digest, serde_json::Error> {
        let tree: Value = serde_json::from_slice(black_box(self.document.as_bytes()))?;
        self.printed.clear();
        serde_json::to_writer(&mut self.printed, black_box(&tree))?;
        Ok(digest(&self.printed))
    }
}

impl Work for Printing {
    fn batch(&mut self) -> Result<String, Fault> {
        for _ in 0..self.rounds {
            let digest = self
                .round()
                .map_err(|error| Fault::Failed(error.to_string()))?;
            if digest != self.expected {
                let reason = "what is printed is not what was parsed";
                return Err(Fault::Failed(reason.to_owned()));
            }
        }
        Ok(format!(
            "{} {} x {} bytes",
            digest(&self.printed),
            self.rounds,
            self.printed.len()
        ))
    }
}

/// Of the length and all bytes.
fn digest(bytes: &[u8]) -> Digest {
    let mut digest = Digest::default();
    digest.word(bytes.len() as u64);
    let (words, rest) = bytes.as_chunks();
    for word in words {
        digest.word(u64::from_le_bytes(*word));
    }
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    digest.word(u64::from_le_bytes(last));
    digest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document;

    #[test]
    fn the_tree_prints_as_the_document() {
        let mut work = Printing::new(document::make(), 2);
        let line = work.batch().expect("a line");
        assert!(work.printed == work.document.as_bytes());
        assert!(line.ends_with(&format!(" 2 x {} bytes", work.document.len())));
        assert_eq!(work.batch(), Ok(line));
    }

    #[test]
    fn what_prints_otherwise_is_a_failure() {
        for document in ["[1.50]", "[1, 2]", r#"{"b":1,"a":2}"#, "[1", ""] {
            let failed = Printing::new(document.to_owned(), 1).batch();
            assert!(matches!(failed, Err(Fault::Failed(_))), "{document}");
        }
    }

    #[test]
    fn every_byte_and_the_length_count() {
        let text = b"0123456789";
        for at in 0..text.len() {
            let mut other = *text;
            other[at] ^= 1;
            assert_ne!(digest(&other), digest(text), "{at}");
        }
        assert_ne!(digest(b"0123456789\0"), digest(text));
    }
}
