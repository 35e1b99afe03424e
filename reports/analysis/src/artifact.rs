//! Which artifact a row ran.

use labrun_record::{Artifact, Row, Run, Target};

/// The artifact that `row` ran, if the run's records leave no doubt.
///
/// A row that calls exports ran the one that is there for them, every other row the other.
/// An artifact that names the row's isolation comes first (precompiled files, images);
/// then the only one of its workload and target; then, of several, the one that the
/// configuration points at: a `static` binary is musl's and a `dynamic` one is not, and
/// an image's tag holds its configuration. `None` rather than a guess.
pub fn artifact_of<'a>(run: &'a Run, row: &Row) -> Option<&'a Artifact> {
    artifact_among(&run.artifacts, row)
}

/// The one of `artifacts` that `row` ran, by the same rules: those of a side of a replay.
pub fn artifact_among<'a>(artifacts: &'a [Artifact], row: &Row) -> Option<&'a Artifact> {
    let calls = row.params.contains_key("export");
    let of_row =
        |a: &&Artifact| a.workload == row.workload && a.target == row.target && a.exports == calls;
    let mut candidates: Vec<&Artifact> = artifacts.iter().filter(of_row).collect();
    if let Some(named) = candidates
        .iter()
        .find(|a| a.isolation.as_deref() == Some(row.isolation.as_str()))
    {
        return Some(named);
    }
    candidates.retain(|a| a.isolation.is_none());
    if candidates.len() > 1 {
        let configuration = row.isolation.split('/').nth(1).unwrap_or_default();
        let is_musl = |a: &&Artifact| a.triple.contains("musl");
        match (row.target, configuration) {
            (Target::Native, "dynamic") => candidates.retain(|a| !is_musl(a)),
            (Target::Native, _) => candidates.retain(is_musl),
            (_, tag) => candidates.retain(|a| a.triple.contains(tag)),
        }
    }
    match candidates[..] {
        [only] => Some(only),
        _ => None,
    }
}
