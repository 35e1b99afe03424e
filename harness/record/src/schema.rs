//! Which schemas are read: this one, and every older one. A newer one is refused.
//!
//! An older file is brought to this schema step by step before it is read. A newer one may
//! mean what this labrun cannot know, so it is left to the labrun that wrote it.

use serde_json::{Value, json};
use thiserror::Error;

/// Version of the shape of the files. A field, a metric or another word is added without a new
/// one: readers pass over what they do not know. What such a reader would get wrong raises it.
///
/// 2: readers pass over what they do not know; those of schema 1 refuse it.
/// 3: a plan has one half-width, and no finer one beside it.
pub const SCHEMA_VERSION: u32 = 3;

/// The n-th, from 1, brings `run.json` of schema n to schema n + 1. A line of `samples.jsonl`
/// has needed no change so far.
const MIGRATIONS: [fn(&mut Value); SCHEMA_VERSION as usize - 1] = [from_1, |_| ()];

/// Why a schema is not read.
#[derive(Debug, Error)]
pub enum SchemaError {
    /// It is newer than this labrun.
    #[error(
        "written by a newer labrun (schema {schema}; this one reads up to {SCHEMA_VERSION}): use {by}"
    )]
    Newer {
        /// The file's.
        schema: u64,
        /// What to read it with.
        by: String,
    },
    /// There is none, or it is no number from 1 on.
    #[error(
        "`schema_version` is missing or no number from 1 on: this is not what a labrun wrote; take the run from where it was measured"
    )]
    Missing,
}

/// The labruns that surely read a `run.json`.
pub(crate) fn reader(run: &Value) -> String {
    match run.get("lab_version").and_then(Value::as_str) {
        Some(version) => format!("labrun {version} or newer"),
        None => "the labrun that wrote it, or a newer one".to_owned(),
    }
}

/// Brings `run.json` of this or an older schema to this one. Its `schema_version` stays that
/// of its writer.
pub(crate) fn migrate(run: &mut Value) -> Result<(), SchemaError> {
    let schema = run.get("schema_version").and_then(Value::as_u64);
    let schema = schema.filter(|n| *n > 0).ok_or(SchemaError::Missing)?;
    if schema > u64::from(SCHEMA_VERSION) {
        let by = reader(run);
        return Err(SchemaError::Newer { schema, by });
    }
    for step in MIGRATIONS.iter().skip(schema as usize - 1) {
        step(run);
    }
    Ok(())
}

/// The first labruns wrote plans without the number of warm repeats, which was 1,000 in every
/// scenario.
fn from_1(run: &mut Value) {
    if let Some(plan) = run.get_mut("plan").and_then(Value::as_object_mut) {
        plan.entry("warm_repeats").or_insert(json!(1000));
    }
}
