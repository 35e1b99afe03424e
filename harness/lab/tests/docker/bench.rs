//! Figures for a person: medians of each configuration, beside `docker run`. Not a
//! check, so it runs only when asked:
//! `LABRUN_TEST_FIGURES=30 cargo test --release -p lab --test docker figures -- --nocapture`

use std::collections::BTreeMap;
use std::process::Command;
use std::time::Instant;

use crate::support::{configurations, job, launch, workload};

fn median(mut values: Vec<u64>) -> f64 {
    values.sort_unstable();
    values[values.len() / 2] as f64 / 1e6
}

#[test]
fn figures() {
    let Some(launches) = std::env::var("LABRUN_TEST_FIGURES")
        .ok()
        .and_then(|text| text.parse::<u32>().ok())
    else {
        return;
    };
    let found = configurations("docker-figures");
    for behaviour in ["print", "/"] {
        let workload = workload(
            &format!("docker-figures{}", behaviour.len()),
            behaviour == "/",
        );
        let mut spans: BTreeMap<(String, String), Vec<u64>> = BTreeMap::new();
        for _ in 0..launches {
            for (isolation, image) in &found {
                let taken = launch(isolation.as_ref(), &job(&workload, image, behaviour))
                    .expect("measures");
                let totals = [
                    ("total".to_owned(), taken.total_ns),
                    ("teardown".to_owned(), taken.teardown_ns),
                ];
                for (span, ns) in taken.phases.into_iter().chain(totals) {
                    spans
                        .entry((isolation.name().to_owned(), span))
                        .or_default()
                        .push(ns);
                }
            }
            if behaviour == "print" {
                let began = Instant::now();
                let output = Command::new("docker")
                    .args(["run", "--rm", &found[0].1, "print"])
                    .output();
                assert_eq!(output.expect("docker runs").stdout, b"42\n");
                let key = (
                    "docker run --rm (whole command)".to_owned(),
                    "total".to_owned(),
                );
                spans
                    .entry(key)
                    .or_default()
                    .push(began.elapsed().as_nanos() as u64);
            }
        }
        for ((name, span), values) in spans {
            println!(
                "{behaviour:6} {name:32} {span:9} {:8.2} ms  n={}",
                median(values.clone()),
                values.len()
            );
        }
    }
}
