//! The scenario `throughput` with servers under load: what they do is seen, and what goes
//! wrong after their first correct answer too.

use crate::plans;
use crate::support::{Lab, Question, Ran};

/// A server in the standard library alone, a thread for each connection, which stays open.
/// Request `n`, counted over all of them from 0 on, is met by `$MEET`.
pub(crate) const SERVER: &str = r#"
use std::io::{Read, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
static ASKED: AtomicU64 = AtomicU64::new(0);
unsafe extern "C" {
    fn signal(number: i32, handler: usize) -> usize;
    fn _exit(code: i32) -> !;
}
extern "C" fn end(_: i32) { unsafe { _exit(0) } }
fn say(stream: &mut std::net::TcpStream, status: &str, body: &str) {
    let length = body.len();
    let text = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n{body}");
    let _ = stream.write_all(text.as_bytes());
}
fn main() {
    unsafe { signal(15, end as *const () as usize) };
    let began = Instant::now();
    let address = std::env::args().skip_while(|arg| arg != "--listen").nth(1).unwrap();
    for stream in std::net::TcpListener::bind(address).unwrap().incoming() {
        let mut stream = stream.unwrap();
        stream.set_nodelay(true).unwrap();
        std::thread::spawn(move || {
            let mut asked = [0; 4096];
            // A small request comes in one piece on loopback.
            while let Ok(1..) = stream.read(&mut asked) {
                let n = ASKED.fetch_add(1, Ordering::SeqCst);
                let _ = (n, began);
                $MEET
            }
        });
    }
}
"#;

pub(crate) const RIGHT: &str = "say(&mut stream, \"200 OK\", \"right\\n\");";

/// The load of a scenario's workload.
fn load(duration_s: f64, rate: &str) -> String {
    format!(
        "\n[workload.load]\nconnections = 4\nduration_s = {duration_s}\nwarmup_s = 0.1\n\
         rates = [\"{rate}\"]\nquick_rates = []"
    )
}

fn measured(meet: &str, question: Question, load: &str) -> Ran {
    Lab::fixture()
        .server("server", &SERVER.replace("$MEET", meet))
        .question(&question.of("server", load))
        .ask("throughput", [""; 0])
}

#[test]
fn a_server_under_load_has_its_rows() {
    let ran = measured(RIGHT, Question::throughput(), &load(0.5, "50%"))
        .exit(0)
        .rows("server", "native/static", "measured", "");
    let row = |metric: &str, words: &[&str]| ran.files.native("server", metric, words);
    let most = row("requests_per_second", &["closed", "4", "reused", "host"]);
    assert!(
        most["median"].as_f64().is_some_and(|rate| rate > 100.0),
        "{most:#}"
    );
    let of = |percentile| {
        let row = row("latency", &["50%", percentile]);
        assert_eq!(row["unit"], "ns");
        row["median"].as_f64().expect("a number")
    };
    assert!(of("p50") <= of("p99"));
}

#[test]
fn a_rate_is_the_same_in_every_launch_and_each_keeps_what_it_saw() {
    let load = format!("{}\narrivals = [\"even\", \"poisson\"]", load(0.5, "50%"));
    let ran = measured(RIGHT, Question::throughput().samples(3), &load)
        .exit(0)
        .rows("server", "native/static", "measured", "");
    let summary = ran.files.json("summary.json");
    let rows = &summary["results"];
    let latencies = |arrivals: &str| -> Vec<usize> {
        let rows = rows.as_array().expect("rows").iter().enumerate();
        let is_it = |row: &serde_json::Value| {
            let own = row["params"]["arrivals"].as_str().unwrap_or("even");
            row["metric"] == "latency" && own == arrivals
        };
        rows.filter(|(_, row)| is_it(row)).map(|(n, _)| n).collect()
    };
    let samples = ran.files.samples();
    let mut rates = Vec::new();
    for arrivals in ["even", "poisson"] {
        let own = latencies(arrivals);
        assert_eq!(own.len(), 2, "{rows:#}");
        let of = |row: usize| samples.iter().filter(move |sample| sample["row"] == row);
        assert_eq!(of(own[0]).count(), 3);
        for (p50, p99) in of(own[0]).zip(of(own[1])) {
            let text = p50["histogram"].as_str().expect("a histogram");
            assert!(text.starts_with("HISTFAAA"), "{text}");
            assert_eq!(p50["histogram"], p99["histogram"]);
            rates.extend([p50, p99].map(|sample| sample["rate"].as_f64().expect("a rate")));
        }
        for row in own {
            let row = &rows[row];
            assert_eq!(row["rate"].as_f64(), rates.first().copied(), "{row:#}");
            assert!(row["requests"].as_u64() >= Some(1_000), "{row:#}");
        }
    }
    let all_alike = rates.iter().all(|rate| rate.total_cmp(&rates[0]).is_eq());
    assert!(all_alike, "{rates:?}");
}

#[test]
fn a_plan_by_hand_can_have_one_row_of_a_load() {
    let load = format!("{}\narrivals = [\"even\", \"poisson\"]", load(0.5, "50%"));
    let lab = Lab::fixture()
        .server("server", &SERVER.replace("$MEET", RIGHT))
        .question(&Question::throughput().of("server", &load));
    let mut plan = plans::parsed(&plans::plan(&lab, &["throughput", "--json"]).exit(0));
    let rows = plan["parts"][0]["cases"][0]["rows"].as_array_mut();
    let is_wanted = |row: &serde_json::Value| {
        row["params"]["percentile"] == "p99" && row["params"]["arrivals"] == "poisson"
    };
    rows.expect("rows").retain(is_wanted);
    let path = plans::write(&lab, &plan.to_string()).display().to_string();
    let ran = plans::carry_out(&lab, &["--plan", &path]).exit(0);
    let row = ran.files.native("server", "latency", &["p99", "poisson"]);
    // Nanoseconds, and not the requests per second that come first.
    assert!(row["requests"].as_u64() >= Some(1_000), "{row:#}");
    assert_eq!(row["min"], row["median"], "one launch: {row:#}");
    assert!(row["median"].as_f64() > Some(5_000.0), "{row:#}");
}

#[test]
fn a_stall_is_no_rare_latency_but_what_every_due_request_waits() {
    // 200 ms once in each second: of 400 requests due each second, 80 wait in it. A generator
    // that stops asking meanwhile sees one for each of four connections: the worst 1 %.
    let meet = "let into = Duration::from_nanos((began.elapsed().as_nanos() % 1_000_000_000) as u64); \
        std::thread::sleep(Duration::from_millis(200).saturating_sub(into)); \
        say(&mut stream, \"200 OK\", \"right\\n\");";
    let ran = measured(meet, Question::throughput(), &load(4.0, "400/s")).exit(0);
    let ms = |percentile| {
        let row = ran
            .files
            .native("server", "latency", &["400/s", percentile]);
        row["median"].as_f64().unwrap_or_else(|| panic!("{row:#}")) / 1e6
    };
    let (p50, p99) = (ms("p50"), ms("p99"));
    // The upper bound leaves room for a busy machine; no stall is as long as that.
    assert!((150.0..400.0).contains(&p99), "p99 {p99} ms");
    assert!(p50 < 75.0, "p50 {p50} ms");
}

#[test]
fn a_server_that_answers_wrongly_under_load_fails() {
    for (wrong, kind, outcome) in [
        (
            "say(&mut stream, \"200 OK\", \"wrong\\n\");",
            "the first by status 200 and \"wrong\\n\"",
            "mismatch",
        ),
        (
            "say(&mut stream, \"503 Busy\", \"right\\n\");",
            "the first by status 503 and \"right\\n\"",
            "mismatch",
        ),
        (
            "let _ = stream.shutdown(std::net::Shutdown::Both);",
            "went wrong",
            "failed",
        ),
    ] {
        let meet = format!("if n < 20 {{ {RIGHT} }} else {{ {wrong} }}");
        let ran = measured(&meet, Question::throughput(), &load(0.5, "50%")).exit(101);
        let most = ran.files.native("server", "requests_per_second", &[]);
        assert_eq!(most["outcome"], outcome, "{most:#}");
        let reason = most["reason"].as_str().expect("a reason");
        assert!(reason.contains("requests went wrong: "), "{reason}");
        assert!(reason.contains(kind), "{reason}");
        // How many there were of a kind.
        let counts = reason.rsplit("requests went wrong: ").next();
        let count = counts.and_then(|counts| counts.split(' ').next());
        let count = count.expect("a word");
        assert!(
            count.parse::<u64>().is_ok_and(|count| count > 0),
            "{reason}"
        );
        for percentile in ["p50", "p99"] {
            let row = ran.files.native("server", "latency", &[percentile]);
            assert_eq!(row["outcome"], "failed", "{row:#}");
        }
    }
}

#[test]
fn a_server_that_dies_under_load_fails_by_how_it_ended() {
    for (end, how) in [
        ("std::process::abort();", "SIGABRT"),
        (
            "eprintln!(\"worn out\"); std::process::exit(4);",
            "worn out",
        ),
        ("std::process::exit(0);", "exited with code 0"),
    ] {
        let meet = format!("if n >= 20 {{ {end} }} {RIGHT}");
        measured(&meet, Question::throughput(), &load(0.5, "50%"))
            .exit(101)
            .rows("server", "native/static", "failed", how);
    }
}

#[test]
fn a_server_that_stops_answering_fails_within_its_limit() {
    let meet = format!("while n >= 20 {{ std::thread::park(); }} {RIGHT}");
    let question = Question::throughput().plan("timeout_s", "2");
    let ran = measured(&meet, question, &load(0.5, "100/s")).exit(101);
    let most = ran.files.native("server", "requests_per_second", &[]);
    assert_eq!(most["outcome"], "failed", "{most:#}");
    let reason = most["reason"].as_str().expect("a reason");
    // Where all of them hang before the window begins, none is in it.
    assert!(
        reason.contains("timeout") || reason.contains("no request was answered"),
        "{reason}"
    );
}

#[test]
fn a_slow_server_has_no_rare_percentile() {
    let meet = format!("std::thread::sleep(Duration::from_millis(20)); {RIGHT}");
    let ran = measured(&meet, Question::throughput(), &load(0.5, "50/s")).exit(0);
    let p99 = ran.files.native("server", "latency", &["p99"]);
    assert_eq!(p99["outcome"], "unavailable", "{p99:#}");
    assert!(
        p99["reason"]
            .as_str()
            .is_some_and(|reason| reason.contains("p99 needs 1000"))
    );
    let p50 = ran.files.native("server", "latency", &["p50"]);
    assert!(
        p50["median"].as_f64().is_some_and(|ns| ns >= 20e6),
        "{p50:#}"
    );
}
