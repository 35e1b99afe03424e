//! What is claimed of isolations, judged on the page of a made-up run.

mod support;

use support::Made;
use support::reader::{of, read};

/// The lines of the claims, `words`, by case.
fn judged(made: &Made, words: &str) -> Vec<(String, String)> {
    let text = read(&of(made));
    let lines = text
        .lines()
        .filter(|l| l.contains(words) && l.contains(" | "));
    lines
        .map(|line| {
            let cells: Vec<&str> = line.split(" | ").collect();
            (cells[1].to_owned(), cells[2].to_owned())
        })
        .collect()
}

#[test]
fn claims_are_judged_by_the_rows_of_their_tier() {
    let said = |case: &str, verdict: &str| (case.to_owned(), verdict.to_owned());
    let mut made = support::one_of("size");
    let (wasm, image) = (
        "A wasm binary is under 5 MB",
        "A container image is 50 to 200 MB",
    );
    let both = vec![said("built", "holds"), said("shipped", "holds")];
    assert_eq!(judged(&made, wasm), both);
    assert_eq!(judged(&made, image), both);
    for sample in &mut made.samples {
        let row = &made.run.rows[sample.row];
        let factor = if row.isolation.starts_with("wasmtime") {
            100.0
        } else {
            0.1
        };
        sample.value = sample.value.map(|v| v * factor);
    }
    made.summary = labrun_analysis::summarise(&made.run, &made.samples);
    let some = vec![
        said("built", "holds for some"),
        said("shipped", "holds for some"),
    ];
    assert_eq!(judged(&made, wasm), some);
    let none = vec![
        said("built", "does not hold"),
        said("shipped", "does not hold"),
    ];
    assert_eq!(judged(&made, image), none);
}

#[test]
fn near_native_is_a_matter_of_the_margin() {
    let mut made = support::one_of("throughput");
    let words = "near-native";
    let of_kernel = |made: &Made, kernel: &str| {
        let all = judged(made, words);
        let found = all.into_iter().find(|(case, _)| case == kernel);
        found.expect("a verdict").1
    };
    assert_eq!(of_kernel(&made, "add"), "does not hold");
    assert!(
        judged(&made, words)
            .iter()
            .all(|(case, _)| case != "http" && case != "file-io")
    );
    made.run.plan.margin = 0.5;
    made.summary = labrun_analysis::summarise(&made.run, &made.samples);
    assert_eq!(of_kernel(&made, "add"), "holds");
    assert_eq!(of_kernel(&made, "json"), "holds");
}
