//! The numbers of a row for people: a counted one is exact, a measured one has an interval.

use labrun_analysis::{Interval, Ratio, RowSummary, Verdict};
use labrun_record::Better;

use crate::{units, words};

/// Whether its median is a count, and no estimate.
fn is_exact(row: &RowSummary) -> bool {
    row.row.metric.is_exact() && row.ci().is_some()
}

/// `1.69 ms [1.66, 1.72]`; `412 KiB` where it was counted.
pub(crate) fn median(row: &RowSummary) -> String {
    match row.median() {
        None => "not measured".to_owned(),
        Some(median) if is_exact(row) => units::value(median, row.unit),
        Some(median) => units::with_interval(median, row.ci(), row.unit),
    }
}

/// `[1.66, 1.72] ms`; `exact` where it was counted.
pub(crate) fn interval(row: &RowSummary) -> String {
    match row.median() {
        None => String::new(),
        Some(_) if is_exact(row) => "exact".to_owned(),
        Some(median) => units::interval(row.ci(), median, row.unit),
    }
}

/// The interval without its unit, which is that of the median beside it.
pub(crate) fn bare_interval(row: &RowSummary) -> String {
    match row.median() {
        Some(median) if !is_exact(row) => units::bare_interval(row.ci(), median, row.unit),
        _ => interval(row),
    }
}

/// `[10.9, 11.5]`; `exact` where both were counted; and whether it is of two programs.
pub(crate) fn ratio_interval(row: &RowSummary, ratio: &Ratio) -> String {
    let interval = if row.row.metric.is_exact() {
        "exact".to_owned()
    } else {
        units::ratio_interval(ratio.ci, ratio.value)
    };
    match &ratio.to_workload {
        Some(_) => format!("{interval} {}", words::DIFFERENT),
        None => interval,
    }
}

/// How many times better or worse the row is, at least 1 where the verdict is, with its
/// interval: a rate of half the reference's is 2 times slower.
pub(crate) fn times(row: &RowSummary, ratio: &Ratio) -> (f64, Option<Interval>) {
    let turned = match ratio.verdict {
        Verdict::Better => row.better == Better::Lower,
        Verdict::Worse => row.better == Better::Higher,
        _ => false,
    };
    if turned {
        let ends = ratio.ci.map(|[low, high]| [1.0 / high, 1.0 / low]);
        (1.0 / ratio.value, ends)
    } else {
        (ratio.value, ratio.ci)
    }
}

/// `11.2× slower`.
pub(crate) fn short(row: &RowSummary, ratio: &Ratio) -> String {
    let word = words::verdict(row.unit, ratio.verdict);
    let (times, ends) = times(row, ratio);
    let times = units::ratio(times);
    match ratio.verdict {
        Verdict::Inconclusive if ends.is_none() => word.to_owned(),
        Verdict::Better | Verdict::Worse => format!("{times}\u{d7} {word}"),
        _ => format!("\u{d7} {times}, {word}"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use labrun_analysis::{Numbers, Shape};
    use labrun_record::{Metric, Outcome, Row, Target, Tier};

    use super::*;

    /// A row of a metric with a ratio of `value` and its verdict.
    fn row(metric: Metric, value: f64, verdict: Verdict) -> RowSummary {
        RowSummary {
            emulated: false,
            row: Row {
                workload: "add".into(),
                target: Target::Wasip1,
                isolation: "wasmtime/cranelift-aot".into(),
                tier: Tier::WasmSandbox,
                arch: "x86_64".into(),
                metric,
                start: None,
                scope: None,
                params: BTreeMap::new(),
            },
            unit: metric.unit(),
            better: metric.better(),
            outcome: Outcome::Measured,
            reason: None,
            isolation_version: None,
            artifact_sha256: None,
            numbers: Some(Numbers {
                n: 30,
                median: 4096.0,
                ci: Some([4096.0, 4096.0]),
                min: 4096.0,
                max: 4096.0,
                p90: 4096.0,
                p95: None,
                p99: None,
                phases: indexmap::IndexMap::new(),
                ratio: Some(Ratio {
                    to: "native/static".into(),
                    to_workload: None,
                    to_start: None,
                    to_params: BTreeMap::new(),
                    value,
                    ci: Some([value * 0.8, value * 1.25]),
                    ci90: Some([value * 0.85, value * 1.2]),
                    verdict,
                    hodges_lehmann: None,
                    cliffs_delta: None,
                }),
                requests: None,
                rate: None,
                curve: Vec::new(),
                tail: Vec::new(),
                instances: Vec::new(),
                fit: None,
                shape: Shape {
                    lag1: None,
                    trend: None,
                },
            }),
        }
    }

    #[test]
    fn words_follow_the_metric_and_times_the_better_direction() {
        use Metric::{Latency, MemoryIdle, OperationsPerSecond, Size};
        use Verdict::{Better, Worse};
        for (metric, value, verdict, said) in [
            (OperationsPerSecond, 0.5, Worse, "2.00\u{d7} slower"),
            (OperationsPerSecond, 2.0, Better, "2.00\u{d7} faster"),
            (Latency, 2.0, Worse, "2.00\u{d7} slower"),
            (MemoryIdle, 0.5, Better, "2.00\u{d7} smaller"),
            (MemoryIdle, 2.0, Worse, "2.00\u{d7} larger"),
            (Size, 2.0, Worse, "2.00\u{d7} larger"),
        ] {
            let row = row(metric, value, verdict);
            let ratio = row.ratio().expect("a ratio");
            assert_eq!(short(&row, ratio), said);
            assert_eq!(times(&row, ratio), (2.0, Some([1.6, 2.5])));
        }
    }

    #[test]
    fn a_count_is_exact_and_a_measurement_has_its_interval() {
        let counted = row(Metric::Size, 1.0, Verdict::Equivalent);
        assert_eq!(median(&counted), "4.00 KiB");
        assert_eq!(bare_interval(&counted), "exact");
        let measured = row(Metric::MemoryIdle, 1.0, Verdict::Equivalent);
        assert_eq!(median(&measured), "4.00 KiB [4.00, 4.00]");
        assert_eq!(bare_interval(&measured), "[4.00, 4.00]");
    }
}
