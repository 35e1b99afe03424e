//! The matrix of conformance: no isolation of this lab does otherwise than its definition
//! says, and the page of the docs is what was found.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::{alone, text};

/// The rows of the matrix in a page, each with the reasons that its numbers stand for.
fn rows(page: &str) -> BTreeMap<String, Vec<String>> {
    let notes: BTreeMap<&str, &str> = page
        .lines()
        .filter_map(|line| line.split_once(". "))
        .filter(|(number, _)| number.parse::<u32>().is_ok())
        .collect();
    let cell = |cell: &str| {
        let cell = cell.trim();
        notes.get(cell).map_or(cell, |note| note).to_owned()
    };
    page.lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| {
            let mut cells = line.trim_matches('|').split('|').map(cell);
            (cells.next().unwrap_or_default(), cells.collect())
        })
        .collect()
}

#[test]
fn every_isolation_here_does_what_its_definition_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let page = folder.path().join("CONFORMANCE.md");
    let _one = alone();
    let lab = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let ran = Command::new(env!("CARGO_BIN_EXE_labrun"))
        .arg("--lab")
        .arg(lab)
        .args(["conform", "--json", "--out"])
        .arg(&page)
        .current_dir(folder.path())
        .output()
        .expect("starts");
    let said = String::from_utf8_lossy(&ran.stderr);
    let found: Value = serde_json::from_slice(&ran.stdout).unwrap_or_else(|_| panic!("{said}"));
    let results = found["results"].as_array().expect("results");
    let right = |row: &&Value| {
        let (outcome, held) = (text(row, "outcome"), &row["median"]);
        outcome == "measured" && held == 1.0 || outcome == "unsupported" || outcome == "unavailable"
    };
    let faults: Vec<String> = results
        .iter()
        .filter(|row| !right(row))
        .map(|row| {
            let (isolation, reason) = (text(row, "isolation"), text(row, "reason"));
            format!("{isolation}: {}: {reason}", row["params"]["check"])
        })
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert_eq!(ran.status.code(), Some(0), "{said}");

    // What is not here cannot be compared; what is here has to be in the docs.
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/CONFORMANCE.md");
    let docs = rows(&std::fs::read_to_string(docs).expect("reads the page of the docs"));
    let here = rows(&std::fs::read_to_string(page).expect("reads the page"));
    assert!(!here.is_empty(), "{said}");
    for (isolation, cells) in &here {
        let looked = |cell: &String| !cell.starts_with("? ");
        if cells.iter().all(looked) {
            assert_eq!(
                docs.get(isolation),
                Some(cells),
                "{isolation}: renew the page: labrun conform --out docs/CONFORMANCE.md"
            );
        }
    }
}
