//! The words of a report: one place, so that page and table say the same.

use std::cmp::Ordering;

use labrun_analysis::{Ratio, RowSummary, Verdict, Warning, WarningKind};
use labrun_record::{Better, Metric, Outcome, Row, Run, Start, Target, Tier, Unit};

/// What stands above all else of a run that was ended before its plan was: why, and what to do.
pub(crate) fn incomplete(why: &str) -> String {
    format!("incomplete: {why}; {}", WarningKind::Interrupted.advice())
}

/// The processor of a run's machine, and what it stood for where it was another one: all that tells two runs of one
/// machine apart.
pub(crate) fn processor(run: &Run) -> String {
    let machine = &run.machine;
    let own = format!("{}, {}", machine.cpu, machine.arch);
    match run.emulated_arch() {
        None => own,
        Some(arch) if arch == machine.arch => format!("{own}, emulated"),
        Some(arch) => format!("{own}, emulating {arch}"),
    }
}

/// Whether a warning has been told by that, and is not told again below.
pub(crate) fn is_told_above(warning: &Warning) -> bool {
    warning.name == WarningKind::Interrupted
}

/// Better, worse, the best and the worst of a unit's values, as a reader says it.
fn degrees(unit: Unit) -> [&'static str; 4] {
    match unit {
        Unit::Bytes => ["smaller", "larger", "smallest", "largest"],
        Unit::Count => ["better", "worse", "best", "worst"],
        Unit::Ns | Unit::PerSecond | Unit::BytesPerSecond => {
            ["faster", "slower", "fastest", "slowest"]
        }
    }
}

/// A verdict as a reader says it: faster or slower, smaller or larger.
pub(crate) fn verdict(unit: Unit, verdict: Verdict) -> &'static str {
    let [better, worse, ..] = degrees(unit);
    match verdict {
        Verdict::Better => better,
        Verdict::Worse => worse,
        Verdict::Equivalent | Verdict::Inconclusive => verdict.name(),
    }
}

/// What the best and the worst of several are.
pub(crate) fn best_and_worst(unit: Unit) -> [&'static str; 2] {
    let [.., best, worst] = degrees(unit);
    [best, worst]
}

/// A metric's heading.
pub(crate) fn metric(metric: Metric) -> &'static str {
    match metric {
        Metric::TimeToFirstResult => "Time to first result",
        Metric::Teardown => "Teardown",
        Metric::InstantiateWarm => "Warm instantiation",
        Metric::MemoryIdle => "Memory, ready and idle",
        Metric::MemoryPeak => "Memory, peak",
        Metric::MemoryMarginal => "Memory of one more instance",
        Metric::MemoryFixed => "Memory whatever the number of instances",
        Metric::Size => "Size, what is shipped",
        Metric::SizeNeeded => "Size, what has to be there already",
        Metric::CallsPerSecond => "Calls in a second",
        Metric::OperationsPerSecond => "Operations in a second",
        Metric::BytesPerSecond => "Bytes in a second",
        Metric::RequestsPerSecond => "Requests in a second",
        Metric::Latency => "Latency",
        Metric::Instructions => "Instructions",
        Metric::Conformance => "Conformance",
    }
}

/// What has to be known beside a metric's numbers.
pub(crate) fn caveat(metric: Metric) -> Option<&'static str> {
    let said =
        "those of user space alone: no kernel and no caches are in them, and they are no time";
    (metric == Metric::Instructions).then_some(said)
}

/// What stands for a row: the middle of its launches, or what it says of all their requests.
pub(crate) fn middle(metric: Metric) -> &'static str {
    match metric {
        Metric::Latency => "quantile",
        _ => "median",
    }
}

/// The isolation, and the target where the workload has several for one technology.
pub(crate) fn isolation(row: &RowSummary) -> String {
    if row.row.target == Target::Wasip2 {
        format!("{} \u{b7} wasip2", row.row.isolation)
    } else {
        row.row.isolation.clone()
    }
}

/// Whether a row is of what its tier is called in a sentence: namespaces around a bare
/// program, with no image, are no container.
pub(crate) fn is_of_kind(row: &Row) -> bool {
    row.tier != Tier::Namespaces || row.target == Target::Image
}

/// A reference by name, with its start and those of its params that are `apart` from the
/// row's: `native/static (process)`.
pub(crate) fn reference<'a>(
    isolation: &str,
    start: Option<Start>,
    apart: impl Iterator<Item = (&'a String, &'a String)>,
) -> String {
    let params = apart.map(|(name, value)| format!("{name} {value}"));
    let marks: Vec<String> = start.iter().map(Start::to_string).chain(params).collect();
    match marks[..] {
        [] => isolation.to_owned(),
        _ => format!("{isolation} ({})", marks.join(", ")),
    }
}

/// What the ratio of a row is to, by name: `native/static (process)`; of another program with the words
/// that say so.
pub(crate) fn ratio_to(row: &RowSummary, ratio: &Ratio) -> String {
    let name = match &ratio.to_workload {
        Some(_) if ratio.to == row.row.isolation => "the same isolation".to_owned(),
        _ => reference(&ratio.to, ratio.to_start, ratio.to_params.iter()),
    };
    match &ratio.to_workload {
        Some(workload) => format!("{workload} on {name} ({DIFFERENT})"),
        None => name,
    }
}

/// What is said of a ratio between two workloads, wherever it is shown.
pub(crate) const DIFFERENT: &str = "different programs";

/// Whether a row was not launched, and says nothing but why. One that went wrong says it by itself.
pub(crate) fn is_left(row: &RowSummary) -> bool {
    matches!(
        row.outcome,
        Outcome::Unavailable | Outcome::Unsupported | Outcome::NotSelected
    )
}

/// The better of two measured rows of a metric first.
pub(crate) fn better_first(a: &RowSummary, b: &RowSummary) -> Ordering {
    let median = |row: &RowSummary| row.median().unwrap_or(f64::NAN);
    let order = median(a).total_cmp(&median(b));
    match a.better {
        Better::Lower => order,
        Better::Higher => order.reverse(),
    }
}

/// The values in the order in which they first appear.
pub(crate) fn distinct<T: PartialEq>(values: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut seen = Vec::new();
    for value in values {
        if !seen.contains(&value) {
            seen.push(value);
        }
    }
    seen
}

/// A line with a capital and a full stop.
pub(crate) fn sentence(line: &str) -> String {
    format!("{}.", capital(line))
}

/// Words with a capital.
pub(crate) fn capital(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string());
    format!("{}{}", first.unwrap_or_default(), letters.as_str())
}

/// An instant to the second, which is as much of it as anybody reads.
pub(crate) fn instant(told: &str) -> String {
    let fraction = |rest: &str| rest.strip_suffix('Z').map(str::len);
    match told.split_once('.') {
        Some((seconds, rest)) if fraction(rest).is_some() => format!("{seconds}Z"),
        _ => told.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_told_to_the_second() {
        for (told, said) in [
            ("2026-11-27T21:30:41.684991385Z", "2026-11-27T21:30:41Z"),
            ("2026-11-27T21:30:41Z", "2026-11-27T21:30:41Z"),
            ("v1.2", "v1.2"),
            ("", ""),
        ] {
            assert_eq!(instant(told), said);
        }
    }
}
