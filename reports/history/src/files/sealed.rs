//! Lines of JSON with a seal: the last one counts the others, and has their digest. A file that was cut
//! or altered by hand shows it.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::night::{HISTORY_SCHEMA, Head, Night, Point};

/// The last line.
#[derive(Debug, Serialize, Deserialize)]
struct Seal {
    /// How many lines are before it.
    lines: usize,
    /// SHA-256 of these, with their ends.
    sha256: String,
}

/// Why a file says nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum SealError {
    /// Its end is missing.
    #[error("it is cut: its last line, which seals it, is not there")]
    Cut,
    /// What it holds is not what was written.
    #[error("it was altered after it was written")]
    Altered,
    /// It is of a schema that this labrun does not know.
    #[error("it is of schema {0}; this labrun reads up to {HISTORY_SCHEMA}: use a newer labrun")]
    Newer(u64),
    /// It has another shape.
    #[error("line {0}: {1}")]
    Shape(usize, String),
}

/// A night as the text of its file.
pub(super) fn written(night: &Night) -> serde_json::Result<String> {
    let mut text = line(&night.head)?;
    for point in &night.points {
        text.push_str(&line(point)?);
    }
    let seal = Seal {
        lines: night.points.len() + 1,
        sha256: format!("{:x}", Sha256::digest(&text)),
    };
    text.push_str(&line(&seal)?);
    Ok(text)
}

fn line(value: &impl Serialize) -> serde_json::Result<String> {
    serde_json::to_string(value).map(|text| text + "\n")
}

/// Reads it back.
pub(super) fn read(text: &[u8]) -> Result<Night, SealError> {
    let first = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    // Asked first: what a newer one has further down is its own.
    let schema = serde_json::from_slice::<Value>(first).ok();
    let schema = schema
        .as_ref()
        .and_then(|head| head["schema_version"].as_u64());
    if let Some(newer) = schema.filter(|schema| *schema > u64::from(HISTORY_SCHEMA)) {
        return Err(SealError::Newer(newer));
    }
    let body = text.strip_suffix(b"\n").ok_or(SealError::Cut)?;
    let before = body.iter().rposition(|byte| *byte == b'\n');
    let before = before.ok_or(SealError::Cut)? + 1;
    let seal: Seal = serde_json::from_slice(&body[before..]).map_err(|_| SealError::Cut)?;
    if format!("{:x}", Sha256::digest(&text[..before])) != seal.sha256 {
        return Err(SealError::Altered);
    }
    let mut lines = text[..before - 1].split(|byte| *byte == b'\n');
    let head: Head = parsed(1, lines.next().unwrap_or_default())?;
    let points = lines.enumerate();
    let points: Result<Vec<Point>, SealError> = points
        .map(|(number, text)| parsed(number + 2, text))
        .collect();
    let points = points?;
    if points.len() + 1 != seal.lines {
        return Err(SealError::Altered);
    }
    Ok(Night { head, points })
}

fn parsed<T: DeserializeOwned>(number: usize, text: &[u8]) -> Result<T, SealError> {
    serde_json::from_slice(text).map_err(|error| SealError::Shape(number, error.to_string()))
}
