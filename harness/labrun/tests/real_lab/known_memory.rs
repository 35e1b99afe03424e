//! A workload that takes and touches 64 MiB reads as 64 MiB more than one that does nothing,
//! in every isolation. Proportional memory (PSS) divides what processes share by how many
//! they are: another lab that runs the same runtimes meanwhile changes what is read.

use std::collections::BTreeMap;

use crate::expected::{Isolation, isolations};
use crate::skip::skip;
use crate::{Ran, lab, scenario, text};

/// What `allocate` takes, in bytes.
const TAKEN: f64 = 67_108_864.0;

/// In front of labrun: every address is where it was in the launch before. With randomised
/// addresses, how much of a program's own code a page fault brings in beside the page that was
/// asked for depends on where the program lies: 20 launches of `wasmtime run` on `noop` took 15.3
/// to 17.6 MiB, all of the difference in mapped code, and 15.8 MiB each time without.
const SAME_ADDRESSES: [&str; 2] = ["setarch", "-R"];

/// What is compiled in, the runners, and the command lines of the same runtimes. JavaScript's
/// hosts have a heap of their own beside the guest's, since they compile while they run and
/// collect when they like: they differ by several MiB from one module to the next. And what is
/// there only as a command line may well be one of these.
fn looked_at() -> Vec<Isolation> {
    let (others, mut looked_at): (Vec<_>, Vec<_>) = isolations(&lab())
        .into_iter()
        .partition(|one| one.is_hosted);
    let of_a_runner = |one: &Isolation| {
        let runtime = one.technology().strip_suffix("-cli");
        looked_at
            .iter()
            .any(|own| runtime == Some(own.technology()))
    };
    let command_lines: Vec<_> = others.into_iter().filter(of_a_runner).collect();
    looked_at.extend(command_lines);
    looked_at.retain(|one| one.runs_programs() && !one.is_control());
    looked_at
}

fn measured(isolations: &[Isolation]) -> Ran {
    let mut what = vec!["memory", "-w", "noop", "-w", "allocate", "--samples", "1"];
    what.extend(isolations.iter().flat_map(|one| ["-i", &one.name]));
    scenario("real-lab-memory", &SAME_ADDRESSES, &what)
}

#[test]
fn memory_that_is_taken_reads_back() {
    let looked_at = looked_at();
    let (may_be_missing, always): (Vec<_>, Vec<_>) =
        looked_at.iter().partition(|one| one.may_be_missing);
    let ran = measured(&looked_at);
    let mut read: BTreeMap<(String, String), BTreeMap<String, f64>> = BTreeMap::new();
    let mut unavailable = BTreeMap::new();
    for row in ran.results() {
        let (metric, isolation) = (text(row, "metric"), text(row, "isolation"));
        // The others have what is not the workload's, such as the page cache.
        let asked =
            text(row, "scope") == "pss" && ["memory_idle", "memory_marginal"].contains(&&*metric);
        if !asked || row["outcome"] == "not-selected" {
            continue;
        }
        if row["outcome"] == "unavailable" && may_be_missing.iter().any(|one| one.name == isolation)
        {
            unavailable.insert(isolation, text(row, "reason"));
            continue;
        }
        let bytes = row["min"].as_f64().unwrap_or_else(|| panic!("{row:#}"));
        let kind = read.entry((isolation, metric)).or_default();
        kind.insert(text(row, "workload"), bytes);
    }
    for isolation in always.iter().map(|one| &one.name) {
        let read = read.keys().filter(|(of, _)| of == isolation).count();
        assert_eq!(read, 2, "{isolation} needs nothing but this repository");
    }
    for (kind, of) in read {
        let off = (of["allocate"] - of["noop"]) / TAKEN - 1.0;
        println!("{} {}: {:+.2} %", kind.0, kind.1, 100.0 * off);
        assert!(off.abs() <= 0.03, "{kind:?}: {of:?}");
    }
    if let Some(reason) = unavailable.get("docker/runc") {
        skip("real-lab-memory-docker", reason);
    }
}
