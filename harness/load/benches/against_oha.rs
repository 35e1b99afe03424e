//! The generator's open loop beside `oha -q RATE --latency-correction`: the same server,
//! connections and rate, in turn. The rate is half of what the server gives in the
//! generator's closed loop.
//!
//! oha paces with tokio's timers, which tick in milliseconds, and its corrected latency counts
//! from the tick at which a request was released (`work_until_with_qps_latency_correction`,
//! oha 1.16), not from the instant at which it was due. Above 1,000 requests/s it so offers
//! bursts, of as many requests as are due in a millisecond. The generator is therefore held
//! against it twice: evenly, as it is, and with the same bursts (`Plan::gather`).
//!
//! `LABRUN_BENCH_SERVER` names the native server and `LABRUN_BENCH_OHA` the binary of oha
//! (`oha`; `cargo install oha --locked` makes it); `LABRUN_BENCH_PAIRS` is the number of pairs (12),
//! `LABRUN_BENCH_SECONDS` the length of each load (3), `LABRUN_BENCH_RATE` another rate.

#[path = "support/native.rs"]
mod native;
mod support;

use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use labrun_load::{Pace, Plan, Target, run};

use native::Native;
use support::{CONNECTIONS, compare, setting};

/// The tick of tokio's timers.
const TICK: Duration = Duration::from_millis(1);

/// p50 and p99 in us, and requests per second.
type Seen = [f64; 3];

fn oha(address: SocketAddr, rate: f64, seconds: u32) -> Seen {
    let binary = std::env::var("LABRUN_BENCH_OHA").unwrap_or_else(|_| "oha".to_owned());
    let output = Command::new(binary)
        .args([
            "--no-tui",
            "--output-format",
            "json",
            "--latency-correction",
        ])
        .args(["--worker-threads", "1"])
        .args(["-q", &format!("{rate:.0}"), "-z", &format!("{seconds}s")])
        .args([
            "-c",
            &CONNECTIONS.to_string(),
            &format!("http://{address}/"),
        ])
        .output()
        .expect("oha runs: cargo install oha --locked");
    let text = String::from_utf8_lossy(&output.stdout);
    let json: serde_json::Value = serde_json::from_str(&text).expect("oha prints JSON");
    let number = |pointer: &str| json.pointer(pointer).and_then(serde_json::Value::as_f64);
    let found = |pointer| number(pointer).unwrap_or_else(|| panic!("no {pointer} in {text}"));
    [
        found("/latencyPercentiles/p50") * 1e6,
        found("/latencyPercentiles/p99") * 1e6,
        found("/summary/requestsPerSec"),
    ]
}

fn labrun(address: SocketAddr, pace: Pace, gather: Duration, seconds: u32) -> Seen {
    let mut plan = Plan::new(Target::new(address, "/"));
    plan.connections = CONNECTIONS;
    plan.duration = Duration::from_secs(seconds.into());
    plan.warmup = Duration::ZERO;
    (plan.pace, plan.gather) = (pace, gather);
    let report = run(&plan, &|| false).expect("it runs");
    assert_eq!(report.failed(), 0, "{:?}", report.errors);
    let us = |share| report.latency.value_at_quantile(share) as f64 / 1e3;
    [us(0.5), us(0.99), report.achieved()]
}

fn main() {
    let Some(server) = Native::start() else {
        println!("skipped: LABRUN_BENCH_SERVER names no server");
        return;
    };
    let rounds = setting("LABRUN_BENCH_PAIRS", 12);
    let seconds = setting("LABRUN_BENCH_SECONDS", 3);
    let address = server.address();
    let most = labrun(address, Pace::Closed, Duration::ZERO, seconds)[2];
    let rate = f64::from(setting("LABRUN_BENCH_RATE", (most / 2.0) as u32));
    println!("closed loop {most:.0}/s; all are asked for {rate:.0}/s");
    let names = ["labrun, even", "labrun, 1 ms bursts", "oha"];
    let mut seen = Vec::new();
    for round in 0..rounds {
        let mut one = [[0.0; 3]; 3];
        for turn in 0..3 {
            let which = (round + turn) as usize % 3;
            one[which] = match which {
                0 => labrun(address, Pace::Rate(rate), Duration::ZERO, seconds),
                1 => labrun(address, Pace::Rate(rate), TICK, seconds),
                _ => oha(address, rate, seconds),
            };
        }
        for (name, [p50, p99, rate]) in names.iter().zip(one) {
            println!("{round} {name}: p50 {p50:.0} us, p99 {p99:.0} us, {rate:.0}/s");
        }
        seen.push(one);
    }
    for (index, name, unit) in [
        (0, "p50", "us"),
        (1, "p99", "us"),
        (2, "rate", "requests/s"),
    ] {
        for which in [0, 1] {
            let pairs: Vec<(f64, f64)> = seen
                .iter()
                .map(|one| (one[which][index], one[2][index]))
                .collect();
            compare(name, unit, [names[which], names[2]], &pairs);
        }
    }
}
