//! Changes of known size in side B of a replay: a workload of the lab's own that is told by its
//! arguments how long to work and how much to hold.

use labrun_record::Change;

use crate::define::Workload;

/// The workload that can be changed: `delay NS MIB` works and holds so much before its output.
pub const CHANGED: &str = "delay";

/// The workloads with a change in the one that can be changed.
pub(super) fn injected(workloads: &[Workload], change: Option<Change>) -> Vec<Workload> {
    let mut all = workloads.to_vec();
    let changed = all.iter_mut().find(|workload| workload.name == CHANGED);
    if let (Some(run), Some(change)) = (changed.and_then(|it| it.run.as_mut()), change) {
        let (ns, bytes) = match change {
            Change::DelayNs(ns) | Change::StallNs(ns) => (ns, 0.0),
            Change::AllocationBytes(bytes) => (0.0, bytes),
        };
        let mebibytes = bytes / f64::from(1 << 20);
        run.args = vec![format!("{ns:.0}"), format!("{mebibytes:.0}")];
    }
    all
}
