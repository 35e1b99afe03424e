//! A made-up history: nights of several isolations, with what happens to them over the years.

use std::collections::BTreeMap;

use labrun_history::{
    Check, HISTORY_SCHEMA, Head, Night, Nights, Point, Rules, Subject, Values, Watching,
};
use labrun_record::{Metric, Outcome, Row, Start, Target, Tier, Unit};

use super::Noise;
use super::checked::{checks, epochs};

/// Isolations, with the level of their times.
const ISOLATIONS: [(&str, Target, Tier, f64); 10] = [
    ("native/static", Target::Native, Tier::Process, 0.6),
    ("native/dynamic", Target::Native, Tier::Process, 0.9),
    (
        "bubblewrap/unshare-all",
        Target::Native,
        Tier::Namespaces,
        3.2,
    ),
    ("docker/runc", Target::Image, Tier::Namespaces, 310.0),
    ("containerd/runc", Target::Image, Tier::Namespaces, 140.0),
    (
        "wasmtime/cranelift-aot",
        Target::Wasip1,
        Tier::WasmSandbox,
        1.7,
    ),
    (
        "wasmtime/cranelift-jit",
        Target::Wasip1,
        Tier::WasmSandbox,
        9.0,
    ),
    (
        "wasmtime/pooling-aot",
        Target::Wasip1,
        Tier::WasmSandbox,
        1.6,
    ),
    (
        "wasmer/cranelift-aot",
        Target::Wasip1,
        Tier::WasmSandbox,
        2.8,
    ),
    ("wasmi/interpreter", Target::Wasip1, Tier::WasmSandbox, 4.1),
];

/// What is asked of each isolation and workload.
const ASKED: [(Metric, Unit, Option<Start>); 5] = [
    (Metric::TimeToFirstResult, Unit::Ns, Some(Start::Process)),
    (Metric::Teardown, Unit::Ns, Some(Start::Process)),
    (Metric::OperationsPerSecond, Unit::PerSecond, None),
    (Metric::MemoryIdle, Unit::Bytes, None),
    (Metric::Size, Unit::Bytes, None),
];

/// How much of a history is made.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    pub nights: usize,
    pub workloads: usize,
    pub isolations: usize,
    pub asked: usize,
}

/// A few of everything.
pub const SMALL: Shape = Shape {
    nights: 80,
    workloads: 2,
    isolations: 7,
    asked: 5,
};

/// What a trend site is made from.
pub struct History {
    pub histories: Vec<Nights>,
    pub checks: Vec<Check>,
    pub watching: Watching,
    pub pages: BTreeMap<String, String>,
}

impl History {
    pub fn trend(&self) -> labrun_render::Trend<'_> {
        labrun_render::Trend {
            title: "Nights of the lab",
            histories: &self.histories,
            checks: &self.checks,
            watching: &self.watching,
            pages: &self.pages,
        }
    }
}

/// Nights before the last from which on wasmtime starts more slowly; and other things that happen.
pub const SLOWER: usize = 10;
pub const LARGER: usize = 30;
pub const WORSE_FOR_A_WHILE: [usize; 2] = [45, 20];
pub const OTHER_HOST: usize = 5;
pub const PAGES: usize = 60;

/// A history of one class of machines, and the fewest nights of another.
pub fn history(shape: Shape, seed: u64) -> History {
    let mut noise = Noise::new(seed);
    let mut nights = Nights::default();
    for place in 0..shape.nights {
        let night = night(shape, place, &mut noise);
        nights.push(&night.head.name(), &night);
    }
    let mut other = Nights::default();
    for place in shape.nights.saturating_sub(5)..shape.nights {
        let few = Shape {
            workloads: 1,
            isolations: 2,
            asked: 1,
            ..shape
        };
        let mut night = night(few, place, &mut noise);
        night.head.class = "aarch64-neoverse-n1-4c-16g-kvm".into();
        night.head.arch = "aarch64".into();
        night.head.started = night.head.started.replace("T03", "T04");
        other.push(&night.head.name(), &night);
    }
    let checks = checks(&nights);
    let names = nights.names.iter().rev().take(PAGES);
    let pages = names.map(|name| (name.clone(), format!("pages/{name}.html")));
    History {
        pages: pages.collect(),
        watching: Watching::new(Rules::default(), epochs(&nights), checks.iter()),
        checks,
        histories: vec![nights, other],
    }
}

fn night(shape: Shape, place: usize, noise: &mut Noise) -> Night {
    let head = head(shape, place);
    let mut points = vec![control(place + OTHER_HOST == shape.nights, noise)];
    let common = (0.003 * noise.normal()).exp();
    for workload in 0..shape.workloads {
        for isolation in 0..shape.isolations {
            for asked in 0..shape.asked {
                points.push(point(
                    shape,
                    place,
                    (workload, isolation, asked),
                    common,
                    noise,
                ));
            }
        }
    }
    Night { head, points }
}

fn head(shape: Shape, place: usize) -> Head {
    let left = shape.nights - place;
    let date = date(20_785 - i64::try_from(left).expect("a few years"));
    let commit = (place as u64 / 2 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let wasmtime = if left <= SLOWER { "48.0.8" } else { "48.0.7" };
    let older = left > shape.nights / 2;
    let version = |name: &str| {
        let version = match name.split('/').next() {
            Some("wasmtime") => wasmtime,
            Some("docker") if older => "27.1",
            Some("docker") => "28.0",
            _ => "1.2",
        };
        (name.to_owned(), version.to_owned())
    };
    let isolations = ISOLATIONS.iter().take(shape.isolations);
    Head {
        schema_version: HISTORY_SCHEMA,
        run: format!("{date}-nightly"),
        scenario: "nightly".into(),
        started: format!("{date}T03:00:00Z"),
        commit: Some(format!("{commit:016x}e59fdd39db84e59fdd39db84")),
        lab_version: "0.1.0".into(),
        class: "x86_64-amd-epyc-7763-4c-16g-kvm".into(),
        arch: "x86_64".into(),
        emulated: false,
        method_version: 9,
        indicative: false,
        interrupted: None,
        kernel: if older { "6.8.0-31" } else { "6.11.0-8" }.into(),
        os: "Ubuntu 24.04".into(),
        toolchain: Some(
            if left > shape.nights / 3 {
                "rustc 1.91.0"
            } else {
                "rustc 1.92.0"
            }
            .into(),
        ),
        versions: isolations.map(|(name, ..)| version(name)).collect(),
        others: Some(0.01),
    }
}

/// A day since 1970 as a date (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
fn date(day: i64) -> String {
    let day = day + 719_468;
    let era = day.div_euclid(146_097);
    let of_era = day.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = year + era * 400 + i64::from(month <= 2);
    format!(
        "{year:04}-{month:02}-{:02}",
        of_year - (153 * shifted + 2) / 5 + 1
    )
}

fn control(is_other: bool, noise: &mut Noise) -> Point {
    let level = if is_other { 1.3e6 } else { 1e6 };
    Point {
        subject: Subject::Probe("cpu".into()),
        unit: Unit::Ns,
        inputs: None,
        emulated: false,
        outcome: Outcome::Measured,
        reason: None,
        artifact: None,
        values: Some(values(level * (0.002 * noise.normal()).exp(), 0.002)),
    }
}

fn point(
    shape: Shape,
    place: usize,
    (workload, isolation, asked): (usize, usize, usize),
    common: f64,
    noise: &mut Noise,
) -> Point {
    let (name, target, tier, level) = ISOLATIONS[isolation];
    let (metric, unit, start) = ASKED[asked];
    let left = shape.nights - place;
    let mut value = match metric {
        Metric::OperationsPerSecond => 5e6 / (1.0 + level.ln().max(0.0)),
        Metric::MemoryIdle => 3e6 + 1e5 * level,
        Metric::Size => 400_000.0 + 1e4 * level.round(),
        _ => level * 1e6,
    } * (1.0 + 0.3 * workload as f64);
    let scale = if metric == Metric::Size { 0.0 } else { 0.01 };
    value *= (scale * noise.normal()).exp();
    if unit == Unit::Ns {
        value *= common;
    }
    let [from, until] = WORSE_FOR_A_WHILE;
    match (name, metric) {
        ("wasmtime/cranelift-aot" | "wasmtime/cranelift-jit", Metric::TimeToFirstResult)
            if workload == 0 && left <= SLOWER =>
        {
            value *= 1.071;
        }
        ("native/static", Metric::Size) if workload == 0 && left <= LARGER => value += 820.0,
        ("docker/runc", Metric::Teardown) if workload == 0 && left <= from && left > until => {
            value *= 1.2;
        }
        ("bubblewrap/unshare-all", Metric::MemoryIdle) if workload == 0 && left <= SLOWER => {
            value *= 0.9;
        }
        _ => {}
    }
    let is_lost = name == "docker/runc" && place % 17 == 5;
    let workloads = [
        "add", "file-io", "http", "json", "sha256", "matmul", "noop", "allocate", "sort", "regex",
    ];
    Point {
        subject: Subject::Row(Box::new(Row {
            workload: workloads[workload].into(),
            target,
            isolation: name.into(),
            tier,
            arch: "x86_64".into(),
            metric,
            start,
            scope: (metric == Metric::MemoryIdle).then(|| "pss".into()),
            params: BTreeMap::new(),
        })),
        unit,
        inputs: None,
        emulated: false,
        outcome: if is_lost {
            Outcome::Timeout
        } else {
            Outcome::Measured
        },
        reason: is_lost.then(|| "it did not answer".into()),
        artifact: Some(if left <= LARGER { "b" } else { "a" }.repeat(64)),
        values: (!is_lost).then(|| values(value, scale)),
    }
}

fn values(median: f64, scale: f64) -> Values {
    Values {
        n: 30,
        median,
        evened: None,
        ci: Some([median * (1.0 - scale), median * (1.0 + scale)]),
        min: median,
        max: median,
        p90: median,
        p95: None,
        p99: None,
        curve: Vec::new(),
        histogram: None,
    }
}
