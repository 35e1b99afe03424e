//! `labrun load`: what it measures of real servers, and what it refuses.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{sleep, spawn};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{Lab, Ran};

/// Whether the server goes on after an answer.
type Answer = dyn Fn(u64, &mut TcpStream) -> bool + Send + Sync;

/// A server that answers each request by `answer`, which is given its number. It goes on
/// as long as that says so, and then leaves its port. A thread of the test's process.
fn serve(answer: impl Fn(u64, &mut TcpStream) -> bool + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("binds");
    let address = listener.local_addr().expect("has an address");
    let answer: Arc<Answer> = Arc::new(answer);
    let number = Arc::new(AtomicU64::new(0));
    let over = Arc::new(AtomicBool::new(false));
    spawn(move || {
        for stream in listener.incoming() {
            if over.load(Ordering::SeqCst) {
                return;
            }
            let (answer, number, over) =
                (Arc::clone(&answer), Arc::clone(&number), Arc::clone(&over));
            let mut stream = stream.expect("accepts");
            stream.set_nodelay(true).expect("is a socket");
            spawn(move || {
                let mut asked = [0; 4096];
                let whole = |asked: &[u8]| asked.ends_with(b"\r\n\r\n");
                // A small request comes in one piece on loopback.
                while !over.load(Ordering::SeqCst)
                    && let Ok(count @ 1..) = stream.read(&mut asked)
                    && whole(&asked[..count])
                {
                    if !answer(number.fetch_add(1, Ordering::SeqCst), &mut stream) {
                        over.store(true, Ordering::SeqCst);
                        // Wakes whoever accepts.
                        let _ = TcpStream::connect(address);
                    }
                }
            });
        }
    });
    address
}

fn say(stream: &mut TcpStream, status: &str, body: &str) {
    let length = body.len();
    let text = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n{body}");
    // Whoever asked may have gone.
    let _ = stream.write_all(text.as_bytes());
}

/// A server that answers each request rightly.
pub(crate) fn right() -> SocketAddr {
    serve(|_, stream| {
        say(stream, "200 OK", "right\n");
        true
    })
}

fn load(lab: &Lab, address: SocketAddr, args: &[&str]) -> Ran {
    let url = format!("http://{address}/");
    let short = ["load", &url, "--warmup", "0s", "--timeout", "20s"];
    lab.run(short.iter().chain(args))
}

fn number(value: &Value) -> f64 {
    value
        .as_f64()
        .unwrap_or_else(|| panic!("{value} is no number"))
}

#[test]
fn a_stall_is_seen_at_a_fixed_rate() {
    let began = Instant::now();
    let stalling = serve(move |_, stream| {
        let into = Duration::from_nanos((began.elapsed().as_nanos() % 1_000_000_000) as u64);
        sleep(Duration::from_millis(200).saturating_sub(into));
        say(stream, "200 OK", "right\n");
        true
    });
    let lab = Lab::unbuilt();
    let args = [
        "--rate",
        "500",
        "--duration",
        "4s",
        "--connections",
        "4",
        "--json",
    ];
    let open = load(&lab, stalling, &args).exit(0).json();
    let p99_ms = number(&open["latency_ns"]["p99"]) / 1e6;
    let p50_ms = number(&open["latency_ns"]["p50"]) / 1e6;
    assert!((150.0..400.0).contains(&p99_ms), "p99 {p99_ms} ms");
    assert!(p50_ms < 75.0, "p50 {p50_ms} ms");
    let args = [
        "--closed",
        "--duration",
        "4s",
        "--connections",
        "4",
        "--json",
    ];
    let closed = load(&lab, stalling, &args).exit(0).json();
    assert!(
        number(&closed["latency_ns"]["p99"]) / 1e6 < 100.0,
        "{closed:#}"
    );
}

#[test]
fn json_has_what_a_program_needs() {
    let lab = Lab::unbuilt().write("body", "right\n");
    let args = [
        "--rate",
        "400",
        "--duration",
        "1s",
        "--expect-body",
        "body",
        "--json",
    ];
    let ran = load(&lab, right(), &args).exit(0);
    let open = ran.json();
    assert_eq!(
        (&open["mode"], number(&open["rate"]), &open["arrivals"]),
        (&"open".into(), 400.0, &"even".into())
    );
    assert_eq!(
        (&open["requests"], &open["errors"]),
        (&400.into(), &Value::Object(<_>::default()))
    );
    assert_eq!(
        (&open["connections"], &open["threads"]),
        (&16.into(), &1.into())
    );
    assert!((number(&open["duration_s"]) - 1.0).abs() < 1e-9);
    assert!(number(&open["requests_per_second"]) > 0.0);
    assert!(number(&open["ceiling_requests_per_second"]) > 400.0);
    assert_eq!(
        (&open["interrupted"], &open["reason"]),
        (&false.into(), &Value::Null)
    );
    assert!(
        open["url"]
            .as_str()
            .is_some_and(|url| url.starts_with("http://127.0.0.1:"))
    );
    assert!(open["near_ceiling"].is_boolean());
    let latency = open["latency_ns"].as_object().expect("by name");
    // 400 requests tell p95 and not p99.
    for name in ["p50", "p75", "p90", "p95", "max", "mean"] {
        assert!(latency[name].is_u64(), "{open:#}");
    }
    assert_eq!(latency.len(), 6, "{open:#}");
    assert!(number(&open["send_lag_ns"]["p50"]) >= 0.0);

    let closed = load(&lab, right(), &["--duration", "1s", "--json"])
        .exit(0)
        .json();
    assert_eq!(
        (&closed["mode"], &closed["rate"], &closed["arrivals"]),
        (&"closed".into(), &Value::Null, &Value::Null)
    );
    load(&lab, right(), &["--duration", "1s"])
        .exit(0)
        .stdout_has("closed loop, 16 connections, 1 thread")
        .stdout_has("p50")
        .stdout_has("errors      none");
}

#[test]
fn requests_can_come_at_random_at_the_same_instants_each_time() {
    let lab = Lab::unbuilt();
    let args = ["--rate", "400", "--arrivals", "poisson", "--duration", "1s"];
    let [one, again] = [(); 2].map(|()| {
        let args = [&args[..], &["--json"]].concat();
        load(&lab, right(), &args).exit(0).json()
    });
    assert_eq!(one["arrivals"], "poisson");
    assert_eq!(one["requests"], again["requests"]);
    assert!(
        (300.0..500.0).contains(&number(&one["requests"])),
        "{one:#}"
    );
    load(&lab, right(), &args)
        .exit(0)
        .stdout_has("400 requests/s at random");
}

#[test]
fn wrong_arguments_are_refused_with_what_is_right() {
    let lab = Lab::unbuilt();
    let here = "http://127.0.0.1:1/";
    for (args, told) in [
        (&[here, "--rate", "0"][..], "requests per second above 0"),
        (&[here, "--rate", "-5"], "requests per second above 0"),
        (&[here, "--rate", "nan"], "requests per second above 0"),
        (&[here, "--rate", "many"], "invalid float"),
        (&[here, "--rate", "5", "--closed"], "cannot be used with"),
        (&[here, "--arrivals", "poisson"], "--rate <R>"),
        (&[here, "--rate", "5", "--arrivals", "now"], "even, poisson"),
        (&[here, "--connections", "0"], "1 to 65536 connections"),
        (&[here, "--threads", "17"], "1 to 16 threads"),
        (&[here, "--duration", "0s"], "not more than nothing"),
        (&[here, "--duration", "soon"], "write 90s"),
        (&[here, "--duration", "99h"], "at most a day"),
        (&[here, "--duration", "999h"], "is over 30 days"),
        (
            &[here, "--expect-body", "nowhere"],
            "cannot read --expect-body nowhere",
        ),
        (&["https://127.0.0.1/"], "plain HTTP"),
        (&["127.0.0.1:8080"], "write http://"),
        (&["http://8.8.8.8/"], "private"),
        (&["http://[2001:4860:4860::8888]/"], "private"),
        (&[], "<URL>"),
    ] {
        let args = ["load"].iter().chain(args);
        let ran = lab.run(args).exit(2).stderr_has(told);
        assert_eq!(ran.stdout, "");
    }
}

#[test]
fn a_rate_beyond_the_generator_is_refused_with_both_figures() {
    let ran = load(&Lab::unbuilt(), right(), &["--rate", "9999999"]).exit(2);
    let ran = ran
        .stderr_has("--rate 9999999 is beyond")
        .stderr_has("which reaches");
    assert_eq!(ran.stdout, "");
}

#[test]
fn nobody_at_the_port_is_the_servers_failure() {
    let free = TcpListener::bind("127.0.0.1:0").expect("binds");
    let address = free.local_addr().expect("has an address");
    drop(free);
    load(&Lab::unbuilt(), address, &["--json"])
        .exit(101)
        .stderr_has(&format!("no server accepts connections at {address}"))
        .stderr_has("start it first");
}

#[test]
fn wrong_answers_leave_no_throughput() {
    let lab = Lab::unbuilt().write("body", "right\n");
    let wrong = serve(|number, stream| {
        say(
            stream,
            "200 OK",
            if number % 10 == 5 {
                "wrong\n"
            } else {
                "right\n"
            },
        );
        true
    });
    let args = ["--rate", "200", "--duration", "1s", "--expect-body", "body"];
    let json = load(&lab, wrong, &[&args[..], &["--json"]].concat())
        .exit(101)
        .json();
    assert_eq!(json["errors"]["body"], 20, "{json:#}");
    assert_eq!(json["requests_per_second"], Value::Null);
    assert!(
        json["reason"]
            .as_str()
            .is_some_and(|why| why.contains("20 of 200"))
    );
    load(&lab, wrong, &args)
        .exit(101)
        .stdout_has("throughput  none: 20 of 200 requests went wrong, 10.00 %")
        .stdout_has("20 body");
    let failing = serve(|_, stream| {
        say(stream, "503 Busy", "right\n");
        true
    });
    let args = ["--rate", "50", "--duration", "1s", "--json"];
    let json = load(&lab, failing, &args).exit(101).json();
    assert_eq!(json["errors"]["status"], 50);
}

#[test]
fn a_server_that_dies_under_load_is_counted_to_the_last_request() {
    let dying = serve(|number, stream| {
        say(stream, "200 OK", "right\n");
        number < 300
    });
    let args = ["--rate", "1000", "--duration", "1s", "--json"];
    let json = load(&Lab::unbuilt(), dying, &args).exit(101).json();
    let errors = json["errors"].as_object().expect("by kind");
    assert!(errors.contains_key("connect"), "{json:#}");
    let failed: f64 = errors.values().map(number).sum();
    // It answered some 300, and each of the others has its error.
    assert_eq!(json["requests"], 1_000, "{json:#}");
    assert!((650.0..=710.0).contains(&failed), "{json:#}");
}

#[test]
fn an_interruption_prints_what_was_taken() {
    let served = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&served);
    let address = serve(move |_, stream| {
        count.fetch_add(1, Ordering::SeqCst);
        say(stream, "200 OK", "right\n");
        true
    });
    let lab = Lab::unbuilt();
    let url = format!("http://{address}/");
    let command = lab.labrun(["load", &url, "--warmup", "0s", "--duration", "1h", "--json"]);
    let mut live = lab.start(command, lab.path());
    live.until("it loads", |_| served.load(Ordering::SeqCst) > 100);
    live.signal(libc::SIGINT);
    let json = live.ended().exit(130).json();
    assert_eq!(json["interrupted"], true);
    assert!(number(&json["responses"]) > 0.0 && number(&json["duration_s"]) < 3_000.0);
}
