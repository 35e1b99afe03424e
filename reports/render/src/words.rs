//! The words of a report: one place, so that page and table say the same.

use labrun_analysis::{RowSummary, Verdict};
use labrun_record::{Metric, Row, Start, Target, Tier, Unit};

/// A verdict as a reader says it: faster or slower, smaller or larger.
pub(crate) fn verdict(unit: Unit, verdict: Verdict) -> &'static str {
    match (unit, verdict) {
        (Unit::Bytes, Verdict::Better) => "smaller",
        (Unit::Bytes, Verdict::Worse) => "larger",
        (_, Verdict::Better) => "faster",
        (_, Verdict::Worse) => "slower",
        (_, Verdict::Equivalent) => "equivalent",
        (_, Verdict::Inconclusive) => "inconclusive",
    }
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
    }
}

/// What the best of several is, as a reader says it.
pub(crate) fn best(unit: Unit) -> &'static str {
    match unit {
        Unit::Bytes => "smallest",
        _ => "fastest",
    }
}

/// What the worst of several is.
pub(crate) fn worst(unit: Unit) -> &'static str {
    match unit {
        Unit::Bytes => "largest",
        _ => "slowest",
    }
}

/// What an isolation does with so much of a metric.
pub(crate) fn verb(metric: Metric) -> &'static str {
    match metric {
        Metric::TimeToFirstResult
        | Metric::Teardown
        | Metric::InstantiateWarm
        | Metric::Latency
        | Metric::SizeNeeded => "needs",
        Metric::MemoryIdle | Metric::MemoryPeak | Metric::MemoryMarginal | Metric::MemoryFixed => {
            "takes"
        }
        Metric::Size => "ships",
        Metric::CallsPerSecond
        | Metric::OperationsPerSecond
        | Metric::BytesPerSecond
        | Metric::RequestsPerSecond => "reaches",
    }
}

/// A start within a sentence.
pub(crate) fn start(start: Start) -> &'static str {
    match start {
        Start::Process => "from a fresh process",
        Start::Resident => "in a resident runner",
        Start::Loaded => "in a loaded runner",
    }
}

/// How a start begins a sentence.
pub(crate) fn start_first(start: Start) -> &'static str {
    match start {
        Start::Process => "From a fresh process",
        Start::Resident => "In a resident runner",
        Start::Loaded => "In a loaded runner",
    }
}

/// What stands before the clock, and at what it starts.
pub(crate) fn start_definition(start: Start) -> &'static str {
    match start {
        Start::Process => {
            "the kernel stands; for containers the daemon and the image too, for *-aot the precompiled file. Right before it the same launch was made once and discarded. The clock starts at the lab\u{2019}s spawn, or the first API call."
        }
        Start::Resident => {
            "a fresh runner process is up and has served one discarded isolate of another module. The clock starts at the command to load this module, so a pipe\u{2019}s round trip is inside it."
        }
        Start::Loaded => {
            "a fresh runner process is up, has loaded this module and served one discarded isolate of it. The clock starts at the command to run it (for http: right before the lab connects)."
        }
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

/// The starts in their order.
pub(crate) const STARTS: [Start; 3] = [Start::Process, Start::Resident, Start::Loaded];

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
