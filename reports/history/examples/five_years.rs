//! Writes a history of five years of nights with 500 series each, to be checked and shown:
//!
//!     cargo run --release -p labrun-history --example five_years -- DIR
//!     labrun track check --no-replay --history DIR
//!     labrun track site --history DIR --out SITE

use std::collections::BTreeMap;
use std::path::Path;

use labrun_history::files::HistoryFolder;
use labrun_history::{HISTORY_SCHEMA, Head, Night, Point, Subject, Values};
use labrun_record::{Metric, Outcome, Row, Start, Target, Tier, Unit};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng as _, SeedableRng as _};

const NIGHTS: u32 = 1825;
const SERIES: usize = 500;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("name a folder")?;
    let history = HistoryFolder::open(Path::new(&folder));
    let mut random = Xoshiro256PlusPlus::seed_from_u64(15);
    // The sum of twelve even numbers is near enough to a normal one.
    let mut noise = move || {
        let even = (0..12).map(|_| (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64);
        even.sum::<f64>() - 6.0
    };
    for night in 0..NIGHTS {
        let (year, day) = (2022 + night / 365, night % 365);
        let (month, day) = (1 + day * 12 / 365, 1 + day % 28);
        let shift = 1.0 + 0.005 * noise();
        // A runtime that gets 6 % slower in the fourth year.
        let slower = |group: usize| {
            if night > 1300 && group == 2 {
                1.06
            } else {
                1.0
            }
        };
        let points = (0..SERIES).map(|series| {
            let usual = 1e5 * (1.0 + series as f64);
            point(
                series,
                usual * shift * slower(series % 10) * (1.0 + 0.01 * noise()),
            )
        });
        let points: Vec<Point> = points.collect();
        let head = Head {
            schema_version: HISTORY_SCHEMA,
            run: format!("run-{night}"),
            scenario: "cold-start".into(),
            started: format!(
                "{year}-{month:02}-{day:02}T{:02}:00:00Z",
                night * 12 / 365 % 24
            ),
            commit: Some(format!("{night:07x}abcde")),
            lab_version: "0.1.0".into(),
            class: "x86_64-made-up-2c-32g-bare".into(),
            arch: "x86_64".into(),
            emulated: false,
            method_version: 3,
            indicative: false,
            interrupted: None,
            kernel: format!("6.{}", night / 90),
            os: "Debian".into(),
            toolchain: Some(format!("rustc 1.{}", 60 + night / 42)),
            versions: BTreeMap::from([("r2/aot".to_owned(), format!("{}.0", night / 30))]),
            others: None,
        };
        history.record(&Night { head, points })?;
    }
    Ok(())
}

fn point(series: usize, median: f64) -> Point {
    let row = Row {
        workload: format!("workload-{}", series / 50),
        target: Target::Wasip1,
        isolation: format!("r{}/aot", series % 10),
        tier: Tier::WasmSandbox,
        arch: "x86_64".into(),
        metric: Metric::TimeToFirstResult,
        start: Some(Start::Process),
        scope: None,
        params: BTreeMap::from([("size".to_owned(), (series / 10 % 5).to_string())]),
    };
    let around = |times: f64| median * times;
    Point {
        subject: Subject::Row(Box::new(row)),
        unit: Unit::Ns,
        inputs: Some("0".repeat(64)),
        emulated: false,
        outcome: Outcome::Measured,
        reason: None,
        artifact: Some("1".repeat(64)),
        values: Some(Values {
            n: 30,
            median,
            evened: Some(median),
            ci: Some([around(0.99), around(1.01)]),
            min: around(0.97),
            max: around(1.1),
            p90: around(1.05),
            p95: None,
            p99: None,
            curve: (0..30)
                .map(|at| around(0.97 + 0.004 * f64::from(at)))
                .collect(),
            histogram: None,
        }),
    }
}
