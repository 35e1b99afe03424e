//! What of a damaged run cannot be read: borne and named, or refused at once.

use crate::text;

/// What is found while a run is read.
#[derive(Debug, Default)]
pub(crate) struct Damage {
    /// Whether a line that cannot be read is passed over.
    is_borne: bool,
    no_samples: bool,
    /// Lines of `samples.jsonl`, and the first of them with what is wrong with it.
    samples: usize,
    first: Option<(usize, String)>,
    /// Lines of `blocks.jsonl`.
    blocks: usize,
}

impl Damage {
    /// The first line that cannot be read is an error.
    pub(crate) fn refused() -> Self {
        Self::default()
    }

    /// Lines that cannot be read are counted.
    pub(crate) fn borne() -> Self {
        Self {
            is_borne: true,
            ..Self::default()
        }
    }

    /// A line of `samples.jsonl` cannot be read for this reason, which is given back where that is
    /// an error.
    pub(crate) fn of_sample(&mut self, line: usize, reason: String) -> Result<(), String> {
        if !self.is_borne {
            return Err(reason);
        }
        self.samples += 1;
        self.first.get_or_insert((line, reason));
        Ok(())
    }

    /// A line of `blocks.jsonl` cannot be read.
    pub(crate) fn of_blocks(&mut self) {
        self.blocks += 1;
    }

    /// There is no `samples.jsonl`.
    pub(crate) fn no_samples(&mut self) {
        self.no_samples = true;
    }

    /// What cannot be read, in a sentence each without its full stop; it can be shown anywhere.
    pub(crate) fn said(self) -> Vec<String> {
        let mut said = Vec::new();
        if self.no_samples {
            said.push("samples.jsonl is not there, so nothing is known to be measured".to_owned());
        }
        if let Some((line, mut reason)) = self.first {
            // It can quote the line.
            text::make_plain(&mut reason);
            said.push(format!(
                "{} of samples.jsonl cannot be read and {} left out, the first is line {line}: {reason}",
                lines(self.samples),
                if self.samples == 1 { "is" } else { "are" },
            ));
        }
        if self.blocks > 0 {
            said.push(format!(
                "{} of blocks.jsonl cannot be read: what else used the processors then is not known",
                lines(self.blocks)
            ));
        }
        said
    }
}

fn lines(count: usize) -> String {
    match count {
        1 => "1 line".to_owned(),
        many => format!("{many} lines"),
    }
}
