//! The program's files, and what it says where it is not understood.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use labrun_runner_kit::testing::skip;

mod node;

const PROGRAM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/program");

type Result = std::result::Result<(), Box<dyn Error>>;

fn files() -> std::io::Result<Vec<PathBuf>> {
    fs::read_dir(PROGRAM)?
        .map(|entry| Ok(entry?.path()))
        .collect()
}

#[test]
fn every_file_is_javascript() -> Result {
    if let Some(reason) = node::missing() {
        skip("every_file_is_javascript", &reason);
        return Ok(());
    }
    for file in files()? {
        let checked = Command::new("node").arg("--check").arg(&file).output()?;
        let said = String::from_utf8_lossy(&checked.stderr);
        assert!(checked.status.success(), "{}: {said}", file.display());
    }
    Ok(())
}

#[test]
fn every_file_opens_with_what_it_is_for() -> Result {
    for file in files()? {
        let text = fs::read_to_string(&file)?;
        let first = text.lines().find(|line| !line.starts_with("#!"));
        let opens = first.is_some_and(|line| line.starts_with("// "));
        assert!(opens, "{}", file.display());
    }
    Ok(())
}

#[test]
fn other_verbs_are_refused() -> Result {
    if let Some(reason) = node::missing() {
        skip("other_verbs_are_refused", &reason);
        return Ok(());
    }
    let program = Path::new(PROGRAM).join("main.cjs");
    for arguments in [&[][..], &["dance"], &["job", "twice"]] {
        let refused = Command::new(&program).args(arguments).output()?;
        assert_eq!(refused.status.code(), Some(2), "{arguments:?}");
        let said = String::from_utf8(refused.stderr)?;
        assert!(said.contains("describe, job"), "{said}");
    }
    Ok(())
}
