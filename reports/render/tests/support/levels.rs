//! Around what the made-up values of memory, size and throughput lie.

use labrun_record::{Histogram, Metric, Outcome, Row, Target, Tier};

/// Why such a row has no number.
pub fn not_measured(row: &Row) -> Option<(Outcome, &'static str)> {
    let op = row.params.get("op").map(String::as_str);
    match (row.isolation.as_str(), row.metric, op) {
        (i, _, Some("write-fsync")) if i.starts_with("wasmer") => Some((
            Outcome::Unsupported,
            "wasmer issues no fsync for fd_sync (proven by strace), so nothing is on the disk",
        )),
        ("docker/runc-nonet", ..) if row.workload == "http" => Some((
            Outcome::Unsupported,
            "without a network there is nothing to serve http on",
        )),
        ("wasmtime/pulley-aot", Metric::OperationsPerSecond, None)
            if row.workload == "matmul-simd" =>
        {
            Some((
                Outcome::Failed,
                "launch 2 of 10: the guest trapped: SIMD is off",
            ))
        }
        _ => None,
    }
}

/// Median and sigma of the logarithm.
pub fn around(row: &Row) -> (f64, f64) {
    let workload = match row.workload.as_str() {
        "http" => 1.9,
        "add" => 1.1,
        _ => 1.0,
    };
    let component = if row.target == Target::Wasip2 {
        1.3
    } else {
        1.0
    };
    match row.metric {
        Metric::Size | Metric::SizeNeeded => (size(row) * workload * component, 0.0),
        m if m.name().starts_with("memory") => (memory(row) * workload * component, 0.02),
        Metric::Latency => (latency(row) * component, 0.08),
        _ => (rate(row) / component, 0.03),
    }
}

const KIB: f64 = 1024.0;

fn memory(row: &Row) -> f64 {
    let whole = match (row.tier, row.metric) {
        (Tier::Process, Metric::MemoryMarginal) => 96.0 * KIB,
        (Tier::Process, Metric::MemoryFixed) => 210.0 * KIB,
        (Tier::Process, _) => 320.0 * KIB,
        (Tier::Namespaces, Metric::MemoryMarginal) => 9_100.0 * KIB,
        (Tier::Namespaces, Metric::MemoryFixed) => 2_300.0 * KIB,
        (Tier::Namespaces, _) => 11_800.0 * KIB,
        // A pool that is there already: one more costs next to nothing.
        (_, Metric::MemoryMarginal) if row.isolation.contains("pooling") => 0.0,
        (_, Metric::MemoryMarginal) => 71.0 * KIB,
        _ => 6_900.0 * KIB,
    };
    let share = match row.scope.as_deref() {
        Some("private") => 0.8,
        Some("cgroup-anon") => 0.55,
        Some("cgroup-file") => 0.3,
        Some("cgroup-kernel") => 0.12,
        Some("cgroup") => 1.4,
        Some("hwm") => 1.6,
        _ => 1.0,
    };
    let jit = if row.isolation.ends_with("jit") {
        2.4
    } else {
        1.0
    };
    whole * share * jit
}

fn size(row: &Row) -> f64 {
    let built = match (row.isolation.as_str(), row.tier) {
        ("native/dynamic", _) => 340_112.0,
        (_, Tier::Process) => 442_368.0,
        ("docker/runc-debian", _) => 118_912_000.0,
        (_, Tier::Namespaces) => 74_800_000.0,
        (name, _) if name.ends_with("aot") => 121_004.0,
        _ => 61_233.0,
    };
    let share = match row.params.get("form").map(String::as_str) {
        Some("shipped") if row.tier == Tier::Process => 0.74,
        Some("gzip") => 0.41,
        Some("zstd") => 0.36,
        Some("layer") => 0.5,
        _ => 1.0,
    };
    let needed = match row.params.get("what").map(String::as_str) {
        Some("runtime") => 21_400_000.0,
        Some("libraries") if row.isolation == "native/static" => 0.0,
        Some("libraries") => 2_100_000.0,
        Some("daemon") => 198_000_000.0,
        Some("base") => 74_000_000.0,
        _ => built * share,
    };
    f64::floor(needed)
}

/// Requests per second at which a latency was taken.
pub fn offered(row: &Row) -> Option<f64> {
    let share = row.params.get("rate")?.strip_suffix('%')?;
    Some(610.0 * share.parse::<f64>().expect("a number"))
}

/// Latencies of 5,000 requests of which `value` is the row's percentile, right in the middle of
/// those that are slow.
pub fn histogram(row: &Row, value: f64) -> Option<Histogram> {
    let slow = match row.params.get("percentile")?.as_str() {
        "p50" => 5_000,
        "p99" => 100,
        _ => 10,
    };
    let mut latencies = hdrhistogram::Histogram::new(3).expect("three digits");
    let (value, fast) = (value as u64, value as u64 / 4);
    latencies.record_n(fast, 5_000 - slow).expect("fits");
    latencies.record_n(value, slow).expect("fits");
    Some(Histogram::of(&latencies))
}

fn latency(row: &Row) -> f64 {
    let at = |name: &str| row.params.get(name).map_or("", String::as_str);
    let percentile = match at("percentile") {
        "p50" => 1.0,
        "p99" => 3.1,
        _ => 7.4,
    };
    let load = match at("rate") {
        "25%" => 1.0,
        "50%" => 1.2,
        _ => 2.2,
    };
    let published = if at("network") == "published" {
        1.9
    } else {
        1.0
    };
    let fresh = if at("policy") == "fresh" { 1.7 } else { 1.0 };
    71e3 * percentile * load * published * fresh
}

fn rate(row: &Row) -> f64 {
    let base = match (row.metric, row.workload.as_str()) {
        (Metric::CallsPerSecond, _) if row.tier == Tier::Process => 1.1e9,
        (Metric::CallsPerSecond, _) => 4.3e7,
        (Metric::RequestsPerSecond, _) => 61e3,
        (Metric::BytesPerSecond, "sha256") => 2.9e8,
        (Metric::BytesPerSecond, _) => 9.1e8,
        (_, "add") => 2.2e9,
        (_, "sha256") => 71e3,
        (_, "json") => 4.1e3,
        (_, "file-io") => 210e3,
        _ => 812.0,
    };
    let disk = if row.params.get("fs").is_some_and(|fs| fs == "disk") {
        0.11
    } else {
        1.0
    };
    let fresh = if row.params.get("policy").is_some_and(|p| p == "fresh") {
        0.4
    } else {
        1.0
    };
    let compiler = match row.isolation.as_str() {
        i if i.contains("pulley") => 0.06,
        i if i.contains("winch") || i.contains("singlepass") => 0.41,
        i if i.contains("cranelift") || i.contains("pooling") => {
            if row.workload == "json" {
                0.99
            } else {
                0.78
            }
        }
        _ => 1.0,
    };
    base * disk * fresh * compiler
}
