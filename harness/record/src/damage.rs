//! What of a damaged run is left out: borne and named, or refused at once.

use std::collections::BTreeMap;

use crate::text;

/// What can be wrong with an entry that is left out for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    /// Nothing can be read of it.
    Unread,
    /// It says again what another one has said.
    Twice,
    /// It has a number that cannot be: a time below nothing, more bytes than there are.
    Impossible,
    /// It says that something was measured, and has no value.
    Valueless,
}

/// What is found while a run is read.
#[derive(Debug, Default)]
pub(crate) struct Damage {
    /// Whether an entry with a fault is passed over.
    is_borne: bool,
    /// Entries by file or list and fault: how many, and the first of them.
    entries: BTreeMap<(&'static str, Fault), (usize, String)>,
    /// What else there is, in words.
    others: Vec<String>,
    /// Whether something that was measured is lost, and not only what stood beside it.
    pub(crate) has_lost: bool,
}

impl Damage {
    /// The first fault is an error.
    pub(crate) fn refused() -> Self {
        Self::default()
    }

    /// Faults are counted.
    pub(crate) fn borne() -> Self {
        Self {
            is_borne: true,
            ..Self::default()
        }
    }

    /// Whether faults are counted.
    pub(crate) fn is_borne(&self) -> bool {
        self.is_borne
    }

    /// An entry has this fault: `first` says which one it is, and `reason` what is wrong, which is
    /// given back where that is an error.
    pub(crate) fn of(
        &mut self,
        list: &'static str,
        fault: Fault,
        first: &str,
        reason: String,
    ) -> Result<(), String> {
        if !self.is_borne {
            return Err(reason);
        }
        let first = || (0, format!("{first}: {reason}"));
        let (count, _) = self.entries.entry((list, fault)).or_insert_with(first);
        *count += 1;
        self.has_lost = true;
        Ok(())
    }

    /// How many lines of `samples.jsonl` have this fault.
    pub(crate) fn lines(&self, fault: Fault) -> usize {
        let of = self.entries.get(&(SAMPLES, fault));
        of.map_or(0, |(count, _)| *count)
    }

    /// Something that was measured is gone.
    pub(crate) fn lost(&mut self, said: String) {
        self.has_lost = true;
        self.others.push(said);
    }

    /// There is no line of a run that was carried out.
    pub(crate) fn none_read(&mut self) {
        // Else it is said why.
        if !self.has_lost {
            let empty = "samples.jsonl is empty, so nothing is known to be measured";
            self.lost(empty.to_owned());
        }
    }

    /// Something is not known that no number depends on.
    pub(crate) fn unknown(&mut self, said: String) {
        self.others.push(said);
    }

    /// What was found, in a sentence each without its full stop; it can be shown anywhere.
    pub(crate) fn said(&self) -> Vec<String> {
        let entry = |((list, fault), (count, first)): (&(&str, Fault), &(usize, String))| {
            let (noun, (is, are)) = (
                if *list == SAMPLES { "line" } else { "entry" },
                fault.words(),
            );
            let (many, left) = match *count {
                1 => (format!("1 {noun} of {list} {is}"), "is left out"),
                n => {
                    let plural = if *list == SAMPLES { "lines" } else { "entries" };
                    (format!("{n} {plural} of {list} {are}"), "are left out")
                }
            };
            // It can quote the file.
            let mut said = format!("{many} and {left}, the first is {first}");
            text::make_plain(&mut said);
            said
        };
        let entries = self.entries.iter().map(entry);
        entries.chain(self.others.iter().cloned()).collect()
    }
}

/// Where lines are from.
pub(crate) const SAMPLES: &str = "samples.jsonl";

impl Fault {
    /// What one entry does, and what several do.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Unread => ("cannot be read", "cannot be read"),
            Self::Twice => (
                "says again what was said before",
                "say again what was said before",
            ),
            Self::Impossible => ("has a number that cannot be", "have numbers that cannot be"),
            Self::Valueless => (
                "says \u{201c}measured\u{201d}, has no value",
                "say \u{201c}measured\u{201d}, have no value",
            ),
        }
    }
}
