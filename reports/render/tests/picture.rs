//! The one picture of the first screen: which lanes it has, and that it holds whatever there is.

mod support;

use labrun_record::Metric;
use support::Made;
use support::reader::{of, read};
use support::screen::{between, lanes, picture, well_formed};

/// A run with so many more technologies than it had.
fn crowded(more: usize) -> Made {
    let mut made = support::few();
    let model = made.summary.results.iter().position(|row| {
        row.row.isolation == "docker/runc"
            && row.row.workload == "add"
            && row.row.metric == Metric::TimeToFirstResult
    });
    let model = made.summary.results[model.expect("a row")].clone();
    for place in 0..more {
        let mut row = model.clone();
        row.row.isolation = format!("t{place}/own");
        if let Some(numbers) = &mut row.numbers {
            numbers.median /= 1000.0 + place as f64;
        }
        made.run.rows.push(row.row.clone());
        made.summary.results.push(row);
    }
    made
}

#[test]
fn the_picture_has_the_best_of_each_technology_and_start_and_at_most_24_lanes() {
    // native and docker at process, wasmtime and wasmer at three starts.
    assert_eq!(lanes(&of(&support::few())), 8);
    assert_eq!(lanes(&of(&crowded(16))), 24);
    let html = of(&crowded(1000));
    well_formed(&html);
    assert_eq!(lanes(&html), 24);
    let picture = read(picture(&html));
    assert!(picture.contains("984 more in the matrix"), "{picture}");
    let table: Vec<&str> = picture
        .lines()
        .filter(|line| line.contains(" | "))
        .collect();
    let is_reference =
        |line: &&&str| line.starts_with("native/static") && line.ends_with("reference |");
    assert_eq!(table.iter().filter(is_reference).count(), 1, "{picture}");
}

#[test]
fn the_picture_is_of_the_first_key_question() {
    let html = of(&support::one_of("memory"));
    let title = read(between(
        &html,
        "<figure class=\"best\"><figcaption>",
        "</figcaption>",
    ));
    assert!(title.contains("memory, ready and idle"), "{title}");
    // One of each technology: native, docker, wasmtime, wasmer.
    assert_eq!(lanes(&html), 4);
}

#[test]
fn numbers_beyond_reason_are_drawn_within_the_picture() {
    let mut made = support::few();
    for (place, row) in made.summary.results.iter_mut().enumerate() {
        if let Some(numbers) = &mut row.numbers {
            numbers.median = [0.0, -5.0, f64::MAX, 5e-324][place % 4];
            numbers.ci = Some([numbers.median; 2]);
        }
    }
    let html = of(&made);
    well_formed(&html);
    for wrong in ["NaN", "inf"] {
        assert!(!picture(&html).contains(wrong), "{wrong}");
    }
}
