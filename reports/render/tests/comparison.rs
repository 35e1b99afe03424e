//! Two runs set side by side, on a terminal. Renew the golden files with `INSTA_UPDATE=always`.

mod support;

use std::sync::LazyLock;

use labrun_analysis::{Comparison, Measurements, compare};
use labrun_record::{Outcome, Sample};
use labrun_render::comparison;
use support::{Made, few};

/// Two runs of a few rows: the machine was a little slower in the second, one row much, one failed.
static COMPARED: LazyLock<Comparison> = LazyLock::new(|| {
    let [mut base, mut candidate] = [few(), few()];
    for made in [&mut base, &mut candidate] {
        made.samples.retain(|sample| sample.block < LAUNCHES);
    }
    "the-next-night".clone_into(&mut candidate.run.id);
    let slow = |isolation: &str| {
        if isolation == "wasmtime/cranelift-aot" {
            1.5
        } else {
            1.02
        }
    };
    for sample in &mut candidate.samples {
        let row = &candidate.run.rows[sample.row];
        sample.value = sample.value.map(|value| value * slow(&row.isolation));
    }
    let measured = |sample: &&mut Sample| sample.outcome == Outcome::Measured;
    if let Some(last) = candidate.samples.iter_mut().rfind(measured) {
        (last.outcome, last.value) = (Outcome::Failed, None);
        last.reason = Some("exit code 1".into());
    }
    let [base, candidate] =
        [&base, &candidate].map(|Made { run, samples, .. }| Measurements { run, samples });
    compare(base, candidate, false)
});

/// Enough for an interval.
const LAUNCHES: u32 = 20;

fn shown(width: usize) -> String {
    comparison(&COMPARED, Some(width), false)
}

#[test]
fn at_60_columns() {
    insta::assert_snapshot!(shown(60));
}

#[test]
fn at_120_columns() {
    insta::assert_snapshot!(shown(120));
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for width in [60, 80, 100, 120, 160] {
        for line in shown(width).lines() {
            assert!(line.chars().count() <= width, "{width}: {line}");
        }
    }
}

#[test]
fn verdicts_have_colours_where_the_stream_has() {
    let coloured = comparison(&COMPARED, Some(80), true);
    assert!(coloured.contains("\x1b[31m") && coloured.contains("slower\x1b[0m"));
    assert!(!shown(80).contains('\x1b'));
}
