//! Names that stand in addresses: they have to be the same in every run that has the same thing.

use labrun_record::{Row, Target};

/// What marks the line of a component.
pub(super) const COMPONENT: &str = "@wasip2";

/// Params that follow from the isolation, and are no part of a question.
const OF_ISOLATION: [&str; 1] = ["network"];

/// Whether a param follows from the isolation.
pub(crate) fn is_of_isolation(param: &str) -> bool {
    OF_ISOLATION.contains(&param)
}

/// The key of a row's isolation.
pub(crate) fn line(row: &Row) -> String {
    let component = if row.target == Target::Wasip2 {
        COMPONENT
    } else {
        ""
    };
    format!("{}{component}", row.isolation)
}

/// The key of a row's question: its metric, its workload, its start, and its params in their order.
pub(crate) fn column(row: &Row) -> String {
    let start = row.start.map(|start| start.name().to_owned());
    let params = row.params.iter();
    let params = params.filter(|(name, _)| !is_of_isolation(name));
    let params = params.map(|(name, value)| format!("{name}={value}"));
    let own = [row.metric.name().to_owned(), row.workload.clone()];
    let parts: Vec<String> = own.into_iter().chain(start).chain(params).collect();
    parts.join("/")
}
