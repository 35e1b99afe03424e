//! What is left out of a run since it has a word that this labrun does not know (the metric, the
//! tier, the outcome of a later labrun), or since it is damaged.

use std::collections::{BTreeMap, HashSet};

use serde::de::DeserializeOwned;
use serde_json::{Error, Value};

use crate::damage::{Damage, Fault};
use crate::{Artifact, IsolationRecord, Reference, Row, Run};

/// The entries of a list that are left out: number, and the word that is not known; none of an entry
/// that is damaged.
#[derive(Debug, Clone, Default)]
pub(crate) struct LeftOut(BTreeMap<usize, Option<String>>);

impl LeftOut {
    /// The rows of `run.json` that have such a word, or are damaged. In a replay a row is there once
    /// for each change of its side B, and of several parts each can have it.
    pub(crate) fn rows(run: &Value, damage: &mut Damage) -> Result<Self, String> {
        let mut left_out = Self::of::<Row>(run, "rows", "rows in run.json", damage)?;
        if run.get("replay").is_some_and(|replay| !replay.is_null()) {
            return Ok(left_out);
        }
        let parts = run.get("parts").and_then(Value::as_array);
        let first = |part: &Value| part.get("first_row")?.as_u64();
        let firsts: Vec<u64> = parts.into_iter().flatten().filter_map(first).collect();
        let rows = run.get("rows").and_then(Value::as_array);
        let mut seen = HashSet::new();
        for (number, entry) in rows.into_iter().flatten().enumerate() {
            let Ok(row) = serde::Deserialize::deserialize(entry) else {
                continue;
            };
            let part = firsts.iter().filter(|first| **first <= number as u64);
            let row: Row = row;
            let said = row.to_string();
            if !seen.insert((part.count(), row)) {
                damage.of("rows in run.json", Fault::Twice, &at(number), said)?;
                left_out.0.insert(number, None);
            }
        }
        Ok(left_out)
    }

    fn of<T: DeserializeOwned>(
        run: &Value,
        list: &str,
        told: &'static str,
        damage: &mut Damage,
    ) -> Result<Self, String> {
        let entries = run.get(list).and_then(Value::as_array);
        let mut left_out = Self::default();
        for (number, entry) in entries.into_iter().flatten().enumerate() {
            let Err(error) = T::deserialize(entry) else {
                continue;
            };
            match unknown_word(&error) {
                Some(word) => left_out.add(number, word),
                // Where no damage is borne, it is refused with all the others that cannot be read.
                None if damage.is_borne() => {
                    damage.of(told, Fault::Unread, &at(number), error.to_string())?;
                    left_out.0.insert(number, None);
                }
                None => {}
            }
        }
        Ok(left_out)
    }

    /// An entry has this word.
    pub(crate) fn add(&mut self, number: usize, word: String) {
        self.0.entry(number).or_insert(Some(word));
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
            let gone = number.next().and_then(|number| self.0.get(&number));
            if let Some(Some(word)) = gone {
                let name = name(entry);
                said.push(format!("`{word}` in {list}: {name}"));
            }
            gone.is_none()
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

/// Takes these rows, and whatever else has a word that is not known or is damaged, out of `run.json`,
/// and says which words.
pub(crate) fn take_out(
    run: &mut Value,
    rows: &LeftOut,
    damage: &mut Damage,
) -> Result<Vec<String>, String> {
    let mut said = Vec::new();
    let told = "references in run.json";
    let references = LeftOut::of::<Reference>(run, "references", told, damage)?;
    let artifacts = LeftOut::of::<Artifact>(run, "artifacts", "artifacts in run.json", damage)?;
    let told = "isolations in run.json";
    let isolations = LeftOut::of::<IsolationRecord>(run, "isolations", told, damage)?;
    rows.take_out(run, "rows", &mut said);
    if let Some(replay) = run.get_mut("replay") {
        rows.take_out(replay, "pairs", &mut Vec::new());
    }
    references.take_out(run, "references", &mut said);
    artifacts.take_out(run, "artifacts", &mut said);
    isolations.take_out(run, "isolations", &mut said);
    Ok(said)
}

/// Which entry it is, as it is told.
fn at(number: usize) -> String {
    format!("number {number}")
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
