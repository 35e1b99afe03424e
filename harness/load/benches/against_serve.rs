//! The runner's component row beside `wasmtime serve`: the same component, a fresh instance
//! for each request, the same load, in turn, in pairs whose order alternates.
//!
//! `LABRUN_BENCH_RUNNER` names the wasmtime runner, `LABRUN_BENCH_COMPONENT` the component,
//! `LABRUN_BENCH_PRECOMPILED` what the runner's `pooling-aot` made of it (`labrun build` says
//! where all of them are), `LABRUN_BENCH_WASMTIME` the `wasmtime` command. `_PAIRS` (12) and
//! `_SECONDS` (3) as for `against_wrk`.

mod support;

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use labrun_load::{Plan, Target, run};

use support::{CONNECTIONS, compare, setting};

/// A server; killed when dropped.
struct Server {
    child: Child,
    address: SocketAddr,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("its address")
}

/// What must be set.
fn path(name: &str) -> Option<String> {
    let found = std::env::var(format!("LABRUN_BENCH_{name}")).ok();
    if found.is_none() {
        println!("skipped: LABRUN_BENCH_{name} is not set");
    }
    found
}

fn runner(program: &str, component: &str, precompiled: &str, threads: u32) -> Server {
    let address = free_address();
    let mut child = Command::new(program)
        .arg("job")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the runner starts");
    let load = format!(
        r#"{{"do":"load","configuration":"pooling-aot","target":"wasip2","artifact":"{component}","precompiled":"{precompiled}"}}"#
    );
    let listen = format!(
        r#"{{"do":"listen","address":"{address}","trace":0,"grants":{{}},"policy":"fresh","threads":{threads}}}"#
    );
    let stdin = child.stdin.as_mut().expect("a pipe");
    writeln!(stdin, "{load}\n{listen}").expect("it reads");
    let mut answers = BufReader::new(child.stdout.as_mut().expect("a pipe"));
    for _ in 0..2 {
        let mut line = String::new();
        answers.read_line(&mut line).expect("it answers");
        assert!(line.contains(r#""event":"done""#), "{line}");
    }
    Server { child, address }
}

fn serve(program: &str, component: &str, threads: u32) -> Server {
    let address = free_address();
    let child = Command::new(program)
        .args(["serve", "-S", "cli", "--addr", &address.to_string()])
        .arg(component)
        .env("TOKIO_WORKER_THREADS", threads.to_string())
        .stdout(Stdio::null())
        .spawn()
        .expect("wasmtime starts");
    let mut server = Server { child, address };
    let began = Instant::now();
    while std::net::TcpStream::connect(address).is_err() {
        let ended = server.child.try_wait().expect("it is a child");
        assert!(ended.is_none(), "wasmtime serve ended: {ended:?}");
        assert!(began.elapsed() < Duration::from_mins(1), "it listens");
        std::thread::sleep(Duration::from_millis(5));
    }
    server
}

fn rate(server: &Server, seconds: u32) -> f64 {
    let mut plan = Plan::new(Target::new(server.address, "/"));
    plan.connections = CONNECTIONS;
    plan.duration = Duration::from_secs(seconds.into());
    plan.warmup = Duration::from_millis(500);
    let report = run(&plan, &|| false).expect("it runs");
    assert_eq!(report.failed(), 0, "{:?}", report.errors);
    report.achieved()
}

fn main() {
    let (Some(program), Some(component), Some(precompiled), Some(wasmtime)) = (
        path("RUNNER"),
        path("COMPONENT"),
        path("PRECOMPILED"),
        path("WASMTIME"),
    ) else {
        return;
    };
    let (pairs, seconds) = (
        setting("LABRUN_BENCH_PAIRS", 12),
        setting("LABRUN_BENCH_SECONDS", 3),
    );
    for threads in [1, 2] {
        let ours = runner(&program, &component, &precompiled, threads);
        let theirs = serve(&wasmtime, &component, threads);
        let mut rates = Vec::new();
        // The first pair does not count.
        for block in 0..=pairs {
            let pair = if block.is_multiple_of(2) {
                let first = rate(&ours, seconds);
                (first, rate(&theirs, seconds))
            } else {
                let first = rate(&theirs, seconds);
                (rate(&ours, seconds), first)
            };
            println!(
                "{block}: {threads} threads: runner {:.0}/s, serve {:.0}/s",
                pair.0, pair.1
            );
            if block > 0 {
                rates.push(pair);
            }
        }
        let names = ["runner", "serve"];
        compare(&format!("{threads} threads"), "requests/s", names, &rates);
    }
}
