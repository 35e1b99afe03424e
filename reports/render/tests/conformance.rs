//! The matrix of conformance: on a terminal, on the page, as Markdown.

mod support;

use std::collections::BTreeMap;

use labrun_analysis::{Summary, summarise};
use labrun_record::{Metric, Outcome, Phases, Row, Run, Sample, Target, Tier};
use labrun_render::{conformance_page, page, table};

/// Isolation, target, workload, check; and what came of it.
type Found = (
    &'static str,
    Target,
    &'static str,
    &'static str,
    Outcome,
    Option<f64>,
    &'static str,
);

const FOUND: [Found; 11] = [
    (
        "native/static",
        Target::Native,
        "conform",
        "random",
        Outcome::Measured,
        Some(1.0),
        "",
    ),
    (
        "native/static",
        Target::Native,
        "conform",
        "ungranted",
        Outcome::Unsupported,
        None,
        "there is no boundary",
    ),
    (
        "native/static",
        Target::Native,
        "http",
        "http",
        Outcome::Measured,
        Some(1.0),
        "",
    ),
    (
        "wasmtime/cranelift-aot",
        Target::Wasip1,
        "conform",
        "random",
        Outcome::Measured,
        Some(0.0),
        "two launches drew 4",
    ),
    (
        "wasmtime/cranelift-aot",
        Target::Wasip1,
        "conform",
        "ungranted",
        Outcome::Measured,
        Some(1.0),
        "",
    ),
    (
        "wasmtime/cranelift-aot",
        Target::Wasip2,
        "http",
        "http",
        Outcome::Measured,
        Some(1.0),
        "",
    ),
    (
        "spin/up-cached",
        Target::Wasip2,
        "http",
        "http",
        Outcome::Measured,
        Some(1.0),
        "",
    ),
    (
        "wizard/run",
        Target::Wasip1,
        "conform",
        "random",
        Outcome::Unavailable,
        None,
        "wizard is not on PATH",
    ),
    (
        "deno/run",
        Target::Wasip1,
        "conform",
        "random",
        Outcome::Measured,
        Some(1.0),
        "",
    ),
    (
        "deno/run",
        Target::Wasip1,
        "http",
        "http",
        Outcome::Unsupported,
        None,
        "it serves nothing",
    ),
    (
        "deno/run",
        Target::Wasip2,
        "http",
        "http",
        Outcome::Unsupported,
        None,
        "it has no components",
    ),
];

fn made() -> (Run, Vec<Sample>, Summary) {
    let row = |(isolation, target, workload, check, ..): &Found| Row {
        workload: (*workload).to_owned(),
        target: *target,
        isolation: (*isolation).to_owned(),
        tier: if *target == Target::Native {
            Tier::Process
        } else {
            Tier::WasmSandbox
        },
        arch: "x86_64".to_owned(),
        metric: Metric::Conformance,
        start: None,
        scope: None,
        params: BTreeMap::from([("check".to_owned(), (*check).to_owned())]),
    };
    let mut run = support::few().run;
    run.references.clear();
    run.calibration.clear();
    run.rows = FOUND.iter().map(row).collect();
    let sample = |(row, (.., outcome, value, reason)): (usize, &Found)| Sample {
        row,
        block: 0,
        seq: row as u32,
        at_ns: row as u64,
        outcome: *outcome,
        value: *value,
        phases: Phases::default(),
        doubt: None,
        side: None,
        points: Vec::new(),
        answered: Vec::new(),
        rate: None,
        histogram: None,
        reason: (!reason.is_empty()).then(|| (*reason).to_owned()),
    };
    let samples: Vec<Sample> = FOUND.iter().enumerate().map(sample).collect();
    let summary = summarise(&run, &samples);
    (run, samples, summary)
}

#[test]
fn as_markdown() {
    let page = conformance_page(&made().2);
    let rows: Vec<&str> = page
        .lines()
        .filter(|line| line.starts_with("| `"))
        .collect();
    assert_eq!(
        rows,
        [
            "| `native/static` | 1 | \u{2713} | \u{2713} |",
            "| `wasmtime/cranelift-aot` | \u{2713} | **fault 2** | \u{2713} |",
            "| `spin/up-cached` | 3 | 3 | \u{2713} |",
            "| `deno/run` | ? 4 | \u{2713} | 5 |",
        ]
    );
    for line in [
        "| isolation | ungranted | random | http |",
        "1. there is no boundary",
        "2. two launches drew 4",
        "3. it hosts servers, and runs no commands",
        "4. the run has no such row",
        // Of two targets the first one's.
        "5. it serves nothing",
        "- `wizard/run`: wizard is not on PATH",
        "- **random**: two launches draw different random numbers",
    ] {
        assert!(
            page.lines().any(|one| one == line),
            "no {line:?} in:\n{page}"
        );
    }
}

#[test]
fn on_a_terminal() {
    let shown = table(&made().2, Some(80), false);
    for line in [
        "native/static            2 of 3",
        "    excepted: ungranted: there is no boundary",
        "wasmtime/cranelift-aot   2 of 3",
        "    fault: random: two launches drew 4",
    ] {
        assert!(
            shown.lines().any(|one| one == line),
            "no {line:?} in:\n{shown}"
        );
    }
    assert!(
        shown.lines().all(|line| line.chars().count() <= 80),
        "{shown}"
    );
}

#[test]
fn on_the_page() {
    let (run, _, summary) = made();
    let html = page(&run, &summary).expect("a page");
    assert!(html.contains("title=\"two launches drew 4\">fault 2<"));
    assert!(html.contains("<li>there is no boundary</li>"));
    // What holds or does not is on no axis.
    assert!(!html.contains("<svg"), "{html}");
}

#[test]
fn what_the_lab_could_not_look_at_is_no_fault() {
    let (_, _, mut summary) = made();
    for row in summary.results.iter_mut().filter(|row| row.is_fault()) {
        row.outcome = Outcome::Failed;
        row.reason = Some("cannot make the granted directory".to_owned());
        row.numbers = None;
    }
    let page = conformance_page(&summary);
    let row = "| `wasmtime/cranelift-aot` | \u{2713} | ? 2 | \u{2713} |";
    assert!(page.contains(row) && !page.contains("fault"), "{page}");
}
