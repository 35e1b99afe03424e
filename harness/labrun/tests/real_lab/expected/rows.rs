//! Which rows each way of measuring has.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Kind, Right, list, text, word};
use crate::Identity;

const SCOPES: [(&str, &[&str]); 4] = [
    (
        "memory_idle",
        &[
            "pss",
            "cgroup",
            "private",
            "cgroup-anon",
            "cgroup-file",
            "cgroup-kernel",
        ],
    ),
    ("memory_peak", &["hwm", "cgroup"]),
    ("memory_marginal", &["pss", "cgroup", "private"]),
    ("memory_fixed", &["pss", "cgroup", "private"]),
];

type Rows = BTreeMap<Identity, Right>;

/// Adds the rows of a kind.
pub(super) fn add(rows: &mut Rows, kind: Kind) {
    let runs_programs = kind.isolation.runs_programs();
    match text(kind.scenario, "model").as_str() {
        "steady-state" => {
            if kind.isolation.calls {
                calls(rows, kind);
            }
            if runs_programs {
                steady(rows, kind);
                load(rows, kind);
            }
        }
        _ if !runs_programs => {}
        "cold-start" => cold_start(rows, kind),
        "footprint" => footprint(rows, kind),
        "size" => size(rows, kind),
        model => panic!("no rule for {model}"),
    }
}

/// A row; `what` is its start, its scope or its parameters.
fn row(rows: &mut Rows, kind: Kind, metric: &str, what: &str, right: Right) {
    let named = text(kind.planned, "name");
    let identity = [&*named, &kind.isolation.name, kind.target, metric, what].map(str::to_owned);
    assert!(
        rows.insert(identity.clone(), right).is_none(),
        "the test expects it twice: {identity:?}"
    );
}

fn cold_start(rows: &mut Rows, kind: Kind) {
    let right = kind.right(&kind.workload["needs"]);
    for start in kind.isolation.starts.iter().map(word) {
        row(rows, kind, "time_to_first_result", &start, right);
        if !kind.isolation.is_control() {
            row(rows, kind, "teardown", &start, right);
        }
        if start == "loaded" {
            row(rows, kind, "instantiate_warm", &start, right);
        }
    }
}

fn footprint(rows: &mut Rows, kind: Kind) {
    let right = kind.right(&kind.workload["needs"]);
    for (metric, scopes) in SCOPES {
        for scope in scopes {
            row(rows, kind, metric, scope, right);
        }
    }
}

fn size(rows: &mut Rows, kind: Kind) {
    // Nothing is launched: what a launch would need is not asked for.
    let right = kind.right(&Value::Null);
    let needs = |what: &str| kind.isolation.needed.iter().any(|needed| needed == what);
    let mut forms = vec!["form=shipped", "form=gzip"];
    if kind.target == "image" || needs("daemon") {
        forms.push("form=layer layer=2 own");
    } else {
        forms.extend(["form=built", "form=stripped", "form=zstd"]);
    }
    if needs("base") {
        forms.push("form=layer layer=1 base");
    }
    for form in forms {
        row(rows, kind, "size", form, right);
    }
    for needed in &kind.isolation.needed {
        let what = format!("what={needed}");
        row(rows, kind, "size_needed", &what, right);
    }
}

/// Calls across the boundary, which need no program.
fn calls(rows: &mut Rows, kind: Kind) {
    for calls in named(kind, "calls") {
        // A component has none that are called.
        if kind.target == "wasip2" {
            continue;
        }
        let metric = match calls.get("operations") {
            Some(_) => "operations_per_second",
            None => "calls_per_second",
        };
        let what = params(&calls["params"], &[]);
        row(rows, kind, metric, &what, kind.right(&Value::Null));
    }
}

fn steady(rows: &mut Rows, kind: Kind) {
    for way in named(kind, "steady") {
        let right = kind.right(&way["needs"]);
        let mut metrics = vec!["operations_per_second"];
        metrics.extend(way.get("bytes").map(|_| "bytes_per_second"));
        let file_systems = list(&kind.planned["file_systems"]).iter().map(word);
        let mut file_systems: Vec<Option<String>> = file_systems.map(Some).collect();
        if file_systems.is_empty() {
            file_systems.push(None);
        }
        for file_system in file_systems {
            let own = file_system.map(|name| ("fs", name));
            let what = params(&way["params"], own.as_slice());
            for metric in &metrics {
                row(rows, kind, metric, &what, right);
            }
        }
    }
}

fn load(rows: &mut Rows, kind: Kind) {
    let Some(load) = kind.planned.get("load") else {
        return;
    };
    let policies: &[&str] = match kind.target {
        "wasip1" | "wasip2" => &["fresh", "reused"],
        _ => &["reused"],
    };
    for network in &kind.isolation.networks {
        for policy in policies {
            let refused = kind
                .isolation
                .policy
                .as_ref()
                .is_some_and(|own| own != policy);
            let right = match kind.right(&kind.workload["needs"]) {
                Right::Measured(..) if refused => Right::Unsupported,
                right => right,
            };
            let of = format!("connections={} network={network}", load["connections"]);
            let closed = format!("{of} pace=closed policy={policy}");
            row(rows, kind, "requests_per_second", &closed, right);
            for rate in list(&load["quick_rates"]).iter().map(word) {
                for percentile in ["p50", "p99"] {
                    let what = format!("{of} percentile={percentile} policy={policy} rate={rate}");
                    row(rows, kind, "latency", &what, right);
                }
            }
        }
    }
}

/// What the scenario takes of the ways of working, or of the calls, that the workload has.
fn named<'a>(kind: Kind<'a>, key: &str) -> impl Iterator<Item = &'a Value> {
    let all = list(&kind.workload[key]);
    list(&kind.planned[key]).iter().map(move |name| {
        let found = all.iter().find(|one| one["name"] == *name);
        found.unwrap_or_else(|| panic!("the workload has no {name}"))
    })
}

/// Parameters as they stand in an identity: sorted by name.
fn params(defined: &Value, own: &[(&str, String)]) -> String {
    let defined = defined.as_object().into_iter().flatten();
    let defined = defined.map(|(name, value)| (name.as_str(), word(value)));
    let all: BTreeMap<&str, String> = defined.chain(own.iter().cloned()).collect();
    let all: Vec<String> = all
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    all.join(" ")
}
