//! What is left out of a run since it has a word that this labrun does not know: the metric, the
//! tier, the outcome of a later labrun.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::{Error, Value};

use crate::{Artifact, IsolationRecord, Reference, Row, Run};

/// The entries of a list that are left out: number, and the word that is not known.
#[derive(Debug, Clone, Default)]
pub(crate) struct LeftOut(BTreeMap<usize, String>);

impl LeftOut {
    /// The rows of `run.json` that have such a word.
    pub(crate) fn rows(run: &Value) -> Self {
        Self::of::<Row>(run, "rows")
    }

    fn of<T: DeserializeOwned>(run: &Value, list: &str) -> Self {
        let entries = run.get(list).and_then(Value::as_array);
        let mut left_out = Self::default();
        for (number, entry) in entries.into_iter().flatten().enumerate() {
            if let Some(word) = T::deserialize(entry).err().as_ref().and_then(unknown_word) {
                left_out.add(number, word);
            }
        }
        left_out
    }

    /// An entry has this word.
    pub(crate) fn add(&mut self, number: usize, word: String) {
        self.0.entry(number).or_insert(word);
    }

    /// The number of an entry among those that stay; `None` if it does not.
    pub(crate) fn place(&self, number: usize) -> Option<usize> {
        (!self.0.contains_key(&number)).then(|| self.before(number))
    }

    /// How many of the entries before this one stay.
    fn before(&self, number: usize) -> usize {
        number - self.0.range(..number).count()
    }

    /// Takes the entries out of a list of `run.json`, and says of each which word it has.
    fn take_out(&self, run: &mut Value, list: &str, said: &mut Vec<String>) {
        let Some(entries) = run.get_mut(list).and_then(Value::as_array_mut) else {
            return;
        };
        let mut number = 0..;
        entries.retain(|entry| {
            let word = number.next().and_then(|number| self.0.get(&number));
            if let Some(word) = word {
                let name = name(entry);
                said.push(format!("`{word}` in {list}: {name}"));
            }
            word.is_none()
        });
    }
}

/// What an entry is about, in its own words.
fn name(entry: &Value) -> String {
    let keys = [
        "name",
        "workload",
        "target",
        "isolation",
        "start",
        "metric",
        "scope",
    ];
    let words = keys.iter().filter_map(|key| entry.get(key)?.as_str());
    let params = entry.get("params").and_then(Value::as_object);
    let param = |(name, value): (&String, &Value)| Some(format!("{name}={}", value.as_str()?));
    words
        .map(str::to_owned)
        .chain(params.into_iter().flatten().filter_map(param))
        .collect::<Vec<_>>()
        .join(" ")
}

/// Takes these rows, and whatever else has a word that is not known, out of `run.json`, and
/// says which words.
pub(crate) fn take_out(run: &mut Value, rows: &LeftOut) -> Vec<String> {
    let mut said = Vec::new();
    let references = LeftOut::of::<Reference>(run, "references");
    let artifacts = LeftOut::of::<Artifact>(run, "artifacts");
    let isolations = LeftOut::of::<IsolationRecord>(run, "isolations");
    rows.take_out(run, "rows", &mut said);
    if let Some(replay) = run.get_mut("replay") {
        rows.take_out(replay, "pairs", &mut Vec::new());
    }
    references.take_out(run, "references", &mut said);
    artifacts.take_out(run, "artifacts", &mut said);
    isolations.take_out(run, "isolations", &mut said);
    said
}

/// The parts of a run without the rows that were taken out of it.
pub(crate) fn renumber_parts(run: &mut Run, rows: &LeftOut) {
    for part in &mut run.parts {
        let end = rows.before(part.first_row.saturating_add(part.rows));
        part.first_row = rows.before(part.first_row);
        part.rows = end - part.first_row;
    }
}

/// The word that a value could not be read for, if that is why.
pub(crate) fn unknown_word(error: &Error) -> Option<String> {
    let said = error.to_string();
    let (word, _) = said.strip_prefix("unknown variant `")?.split_once('`')?;
    Some(word.to_owned())
}
