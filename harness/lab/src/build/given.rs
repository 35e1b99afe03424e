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
            "was changed since the run was planned: leave it alone meanwhile, and measure again (where the plan is a file, plan again)".to_owned(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_file_in_its_place_is_not_run() {
        let folder = tempfile::tempdir().expect("a folder");
        let app = folder.path().join("app");
        std::fs::copy("/bin/true", &app).expect("copied");
        let workload = Workload::default();
        let given = Given::from(app.clone());
        let planned = sha256(&app).expect("is there");
        let made = || artifact(&workload, Target::Wasip1, &given, &planned);
        let built = made().expect("is what it was");
        assert_eq!((built.sha256, built.path), (planned.clone(), app.clone()));
        std::fs::copy("/bin/false", &app).expect("copied");
        let why = made().expect_err("is another one");
        assert!(
            why.starts_with("was changed since the run was planned"),
            "{why}"
        );
        std::fs::remove_file(&app).expect("removed");
        let why = made().expect_err("is gone");
        assert!(why.starts_with("cannot be read any more"), "{why}");
    }
}
