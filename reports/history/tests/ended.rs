//! A series that ends because it has become another one: its unit, its method or what its workload is given
//! changed. Values of before and after are never compared.

use std::path::Path;

use labrun_history::{Check, Night, Nights, Watched, Watching};
use labrun_record::{Metric, RunFolder, Unit};

/// A real run as the night of a day.
fn night(day: u32) -> Night {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../harness/record/tests/runs");
    let folder = RunFolder::open(&folder.join("3-cold-start"));
    let mut read = folder.read().expect("a run");
    read.run.started = format!("2026-11-{day:02}T02:00:00Z");
    Night::of(&read.run, &read.samples, None)
}

/// The check of the tenth night, whose times to the first result are changed.
fn check(change: impl Fn(&mut labrun_history::Point), method: u32) -> Check {
    let mut nights: Vec<Night> = (1..=10).map(night).collect();
    let last = &mut nights[9];
    last.head.method_version += method;
    for point in &mut last.points {
        let labrun_history::Subject::Row(row) = &point.subject else {
            continue;
        };
        if row.metric == Metric::TimeToFirstResult {
            change(point);
        }
    }
    let mut all = Nights::default();
    for night in &nights {
        all.push(&night.head.name(), night);
    }
    Watched::new(&all, 9, &Watching::default(), None).conclude(&[])
}

#[test]
fn what_has_become_another_series_says_so_and_is_compared_with_nothing() {
    let usual = check(|_| {}, 0);
    assert!(usual.judged > 3 && usual.no_baseline == 0, "{usual:?}");
    assert_eq!(usual.ended, Vec::<String>::new());
    // A million times as much, and still no suspect: it is no time any more.
    let in_bytes = check(
        |point| {
            point.unit = Unit::Bytes;
            if let Some(values) = &mut point.values {
                values.median *= 1e6;
                values.evened = None;
            }
        },
        0,
    );
    assert!(in_bytes.no_baseline > 0, "{in_bytes:?}");
    assert_eq!(in_bytes.ended.len(), in_bytes.no_baseline);
    let told = |check: &Check, what: &str| {
        let all = check.ended.iter();
        all.filter(|one| one.ends_with(what)).count()
    };
    let all = in_bytes.ended.len();
    assert_eq!(
        told(
            &in_bytes,
            ": it is another series now (ns before, bytes now)"
        ),
        all,
        "{in_bytes:?}"
    );
    assert!(in_bytes.suspected.is_empty() && in_bytes.confirmed.is_empty());
    let other_input = check(|point| point.inputs = Some("abc".to_owned()), 0);
    assert_eq!(
        told(&other_input, "(another input or expected output)"),
        all,
        "{other_input:?}"
    );
    let other_method = check(|_| {}, 1);
    assert!(
        other_method
            .ended
            .iter()
            .any(|one| one.contains("(method ")),
        "{other_method:?}"
    );
    assert_eq!(other_method.judged, 0, "{other_method:?}");
}
