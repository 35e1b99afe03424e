//! Runs that are nothing like most: they open, nothing in them fails, and nothing sticks out.

use labrun_analysis::summarise;
use labrun_record::{Outcome, Phases, Run};

use crate::Test;
use crate::case::Case;
use crate::layout::assert_fits;
use crate::page::{Page, is_measured};
use crate::support::{self, Made};

pub(crate) const TESTS: [Test; 5] = [
    ("a_thousand_isolations_open", |case| {
        opens(case, &thousand());
    }),
    ("a_run_of_one_row_opens", |case| {
        opens(case, &first(1, true));
    }),
    ("a_run_without_a_measured_row_opens", |case| {
        opens(case, &first(20, false));
    }),
    ("a_run_without_a_row_opens", |case| {
        opens(case, &first(0, true));
    }),
    ("each_measure_alone_opens", |case| {
        for scenario in ["cold-start", "memory", "size", "throughput"] {
            opens(case, &support::one_of(scenario));
        }
    }),
];

fn opens(case: &Case<'_>, made: &Made) {
    let page = Page::of(made);
    let tab = case.tab();
    tab.errors();
    for width in [360, 1280] {
        tab.wide(width, 900);
        tab.open(&page.address);
        assert_fits(&tab, width);
        assert_eq!(tab.errors(), Vec::<String>::new(), "at {width}");
    }
    let rows: usize = tab.run(
        "return document.querySelectorAll('#rows [id^=row-]').length;",
        &[],
    );
    let measured = page.rows().iter().filter(|row| is_measured(row)).count();
    assert_eq!(rows, measured, "{}", made.run.scenario);
    let words: usize = tab.run(
        "return document.querySelector('#answer').innerText.trim().length;",
        &[],
    );
    assert!(words > 20, "the first screen says something");
}

/// The first rows of a made-up cold start, measured or not.
fn first(rows: usize, measured: bool) -> Made {
    let made = support::made(12);
    let wanted = made.run.rows.into_iter().take(rows).collect();
    let run = Run {
        rows: wanted,
        ..made.run
    };
    let mut samples = made.samples;
    samples.retain(|sample| sample.row < rows);
    if !measured {
        for sample in &mut samples {
            sample.outcome = Outcome::Failed;
            sample.value = None;
            sample.phases = Phases::default();
            sample.reason = Some("exit code 1: no such file".into());
        }
    }
    of(run, samples)
}

/// A row of each of a thousand isolations: forty configurations of each of 25 technologies.
fn thousand() -> Made {
    let Made {
        mut run, samples, ..
    } = first(1, true);
    let (row, record) = (run.rows[0].clone(), run.isolations[0].clone());
    let names: Vec<String> = (0..1000)
        .map(|i| format!("technology-{}/configuration-{}", i / 40, i % 40))
        .collect();
    let mut all = Vec::new();
    for place in 0..names.len() {
        for sample in samples.iter().cloned() {
            let value = sample
                .value
                .map(|value| (value * (1.0 + place as f64 / 100.0)).round());
            all.push(labrun_record::Sample {
                row: place,
                value,
                phases: Phases::default(),
                ..sample
            });
        }
    }
    let renamed = |isolation: String| labrun_record::Row {
        isolation,
        ..row.clone()
    };
    run.rows = names.iter().cloned().map(renamed).collect();
    let record = |name: String| labrun_record::IsolationRecord {
        name,
        ..record.clone()
    };
    run.isolations = names.into_iter().map(record).collect();
    for reference in &mut run.references {
        reference.isolation = "technology-0/configuration-0".into();
    }
    of(run, all)
}

fn of(run: Run, samples: Vec<labrun_record::Sample>) -> Made {
    let summary = summarise(&run, &samples);
    Made {
        run,
        samples,
        summary,
    }
}
