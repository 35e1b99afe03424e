//! Every isolation, workload and metric has its rows, and none of them failed.

use std::collections::BTreeMap;

use crate::expected::{Right, expected, may_be_missing};
use crate::skip::skip;
use crate::{identity, lab, measured, text};

#[test]
fn every_row_is_there_and_none_failed() {
    let expected = expected(&lab());
    let may_be_missing = may_be_missing(&lab());
    let mut unavailable = BTreeMap::new();
    for row in measured().results() {
        let identity = identity(row);
        let right = *expected
            .get(&identity)
            .unwrap_or_else(|| panic!("a row that nobody expects: {identity:?}"));
        let outcome = text(row, "outcome");
        if outcome == "unavailable" && may_be_missing.contains(&identity[1]) {
            let technology = identity[1].split('/').next().unwrap_or_default();
            unavailable.insert(technology.to_owned(), text(row, "reason"));
            continue;
        }
        match right {
            Right::Measured(least, most) => {
                assert_eq!(outcome, "measured", "{row:#}");
                let n = row["n"].as_u64().expect("a number");
                assert!((least..=most).contains(&n), "{row:#}");
                assert!(row["median"].is_number(), "{row:#}");
                assert!(!row["artifact_sha256"].is_null(), "{row:#}");
            }
            Right::Unsupported => assert_eq!(outcome, "unsupported", "{row:#}"),
            Right::NotSelected => assert_eq!(outcome, "not-selected", "{row:#}"),
        }
        if outcome != "measured" {
            assert_ne!(text(row, "reason"), "", "{row:#}");
        }
    }
    assert_eq!(
        measured().results().count(),
        expected.len(),
        "every row, once"
    );
    for (technology, reason) in unavailable {
        skip(&format!("real-lab-{technology}"), &reason);
    }
}

#[test]
fn the_run_is_marked_as_an_indication() {
    assert_eq!(measured().summary["indicative"], true);
    assert_eq!(measured().summary["scenario"], "all");
    assert!(measured().summary["interrupted"].is_null());
}
