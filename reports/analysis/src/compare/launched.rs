//! What a run, or a side of a replay, has launched.

use labrun_record::{Artifact, IsolationRecord, ReplaySide, Row, Run};

use crate::artifact::artifact_among;

/// What a run, or a side of a replay, has launched.
pub(super) struct Launched<'a> {
    artifacts: &'a [Artifact],
    isolations: &'a [IsolationRecord],
}

impl<'a> Launched<'a> {
    /// By a run.
    pub(super) fn of(run: &'a Run) -> Self {
        Self {
            artifacts: &run.artifacts,
            isolations: &run.isolations,
        }
    }

    /// By a side of a replay.
    pub(super) fn of_side(side: &'a ReplaySide) -> Self {
        Self {
            artifacts: &side.artifacts,
            isolations: &side.isolations,
        }
    }

    /// Whether both launched the same for a row: the artifact, and the version of the isolation.
    pub(super) fn is_as(&self, other: &Launched<'_>, row: &Row) -> bool {
        self.has_artifact_of(other, row) && self.version(row) == other.version(row)
    }

    /// Whether both launched the same artifact for a row.
    pub(super) fn has_artifact_of(&self, other: &Launched<'_>, row: &Row) -> bool {
        self.artifact(row) == other.artifact(row)
    }

    fn artifact(&self, row: &Row) -> Option<&str> {
        artifact_among(self.artifacts, row).map(|artifact| artifact.sha256.as_str())
    }

    fn version(&self, row: &Row) -> Option<&str> {
        let mut isolations = self.isolations.iter();
        let isolation = isolations.find(|isolation| isolation.name == row.isolation)?;
        isolation.version.as_deref()
    }
}
