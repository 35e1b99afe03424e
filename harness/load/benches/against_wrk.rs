//! The generator's closed loop beside `wrk`: the same server, connections and threads, in
//! turn, in pairs whose order alternates.
//!
//! `LABRUN_BENCH_SERVER` names the native server (`cargo build --release -p labrun-http`
//! makes `http`), `LABRUN_BENCH_PAIRS` the number of pairs (12), `LABRUN_BENCH_SECONDS` the
//! length of each load (3), `LABRUN_BENCH_THREADS` the threads of either tool and of the null
//! server (1). Both tools warm up for as long as they connect and no longer.

#[path = "support/native.rs"]
mod native;
mod support;

use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use labrun_load::{NullServer, Plan, Target, response, run};

use native::Native;
use support::{CONNECTIONS, compare, setting};

/// Bytes of the native server's greeting.
const BODY: usize = 31;

fn threads() -> u32 {
    setting("LABRUN_BENCH_THREADS", 1)
}

fn wrk(address: SocketAddr, seconds: u32) -> f64 {
    let output = Command::new("wrk")
        .args(["-t", &threads().to_string()])
        .args(["-c", &CONNECTIONS.to_string()])
        .args(["-d", &format!("{seconds}s"), &format!("http://{address}/")])
        .output()
        .expect("wrk runs: apt-get install wrk");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        !text.contains("Socket errors") && !text.contains("Non-2xx"),
        "{text}"
    );
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("Requests/sec:"));
    line.and_then(|rate| rate.trim().parse().ok())
        .unwrap_or_else(|| panic!("no rate: {text}"))
}

fn labrun(address: SocketAddr, seconds: u32) -> f64 {
    let mut plan = Plan::new(Target::new(address, "/"));
    plan.connections = CONNECTIONS;
    plan.threads = threads() as usize;
    plan.duration = Duration::from_secs(seconds.into());
    plan.warmup = Duration::ZERO;
    let report = run(&plan, &|| false).expect("it runs");
    assert_eq!(report.failed(), 0, "{:?}", report.errors);
    report.achieved()
}

/// One load by each, ours first in every other block.
fn pair(block: u32, address: SocketAddr, seconds: u32) -> (f64, f64) {
    if block.is_multiple_of(2) {
        let ours = labrun(address, seconds);
        (ours, wrk(address, seconds))
    } else {
        let theirs = wrk(address, seconds);
        (labrun(address, seconds), theirs)
    }
}

fn main() {
    let null = NullServer::start(&response(BODY), threads() as usize).expect("it starts");
    let Some(native) = Native::start() else {
        println!("skipped: LABRUN_BENCH_SERVER names no server");
        return;
    };
    let (pairs, seconds) = (
        setting("LABRUN_BENCH_PAIRS", 12),
        setting("LABRUN_BENCH_SECONDS", 3),
    );
    let (mut of_null, mut of_native) = (Vec::new(), Vec::new());
    // The first block does not count.
    for block in 0..=pairs {
        let null = pair(block, null.address(), seconds);
        let native = pair(block, native.address(), seconds);
        println!(
            "{block}: null server: labrun {:.0}/s, wrk {:.0}/s; native server: labrun {:.0}/s, wrk {:.0}/s",
            null.0, null.1, native.0, native.1
        );
        if block > 0 {
            of_null.push(null);
            of_native.push(native);
        }
    }
    let unit = "requests/s";
    compare("null server", unit, ["labrun", "wrk"], &of_null);
    compare("native server", unit, ["labrun", "wrk"], &of_native);
    let servers: Vec<(f64, f64)> = of_null
        .iter()
        .zip(&of_native)
        .map(|(null, native)| (null.0, native.0))
        .collect();
    compare("both servers by labrun", unit, ["null", "native"], &servers);
}
