//! What a workload has already: it is run where it is, and has to be what the plan was made with.

use std::path::Path;

use labrun_record::{Artifact, Target};

use super::Builder;
use crate::define::{Given, Workload};
use crate::digest::sha256;
use crate::outcome::Failure;

/// What stands for the compiler of what was given.
const GIVEN: &str = "given";

impl Builder<'_> {
    /// The file of a workload for a target, which had the digest `planned`.
    pub(super) fn given(
        &self,
        workload: &str,
        target: Target,
        planned: &str,
    ) -> Result<Artifact, Failure> {
        let workload = self.workload(workload)?;
        let given = workload.artifacts.get(&target).ok_or_else(|| {
            let name = &workload.name;
            Failure::unavailable(format!("the workload {name} is given nothing for {target}"))
        })?;
        artifact(workload, target, given, planned).map_err(|why| {
            let path = given.path.display();
            Failure::unavailable(format!("{path} {why}"))
        })
    }
}

fn artifact(
    workload: &Workload,
    target: Target,
    given: &Given,
    planned: &str,
) -> Result<Artifact, String> {
    let gone = |error: std::io::Error| format!("cannot be read any more: {error}");
    let found = sha256(&given.path).map_err(gone)?;
    if found != planned {
        return Err(
            "is another file than the one that the plan was made with: plan again".to_owned(),
        );
    }
    Ok(Artifact {
        workload: workload.name.clone(),
        target,
        triple: triple(target, given),
        path: given.path.clone(),
        bytes: bytes(&given.path).map_err(gone)?,
        sha256: found,
        toolchain: GIVEN.to_owned(),
        isolation: None,
        exports: false,
    })
}

fn bytes(path: &Path) -> std::io::Result<u64> {
    Ok(std::fs::metadata(path)?.len())
}

/// As much of a triple as the file itself says.
fn triple(target: Target, given: &Given) -> String {
    match &given.native {
        None => format!("wasm32-{target}"),
        Some(native) => {
            let linking = native.interpreter.as_ref().map_or("static", |_| "dynamic");
            format!("{}-linux-{linking}", native.arch)
        }
    }
}
