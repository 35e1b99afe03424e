//! What is measured is what happened: known delays read back, phases sum to their
//! total, and large outputs are as right as small ones.

use serde_json::Value;

use crate::support::{GOOD_JOB, Lab, Runner};

const DELAY_MS: u64 = 50;

fn f64_of(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

#[test]
fn a_known_delay_before_the_output_reads_back() {
    let delay = format!("std::time::Duration::from_millis({DELAY_MS})");
    let lab = Lab::fixture()
        .guest(
            "sleeps",
            &format!("fn main() {{ std::thread::sleep({delay}); println!(\"right\"); }}"),
        )
        .guest(
            "spins",
            &format!(
                "fn main() {{ let began = std::time::Instant::now(); \
                 while began.elapsed() < {delay} {{}} println!(\"right\"); }}"
            ),
        )
        .guest(
            "lingers",
            &format!(
                "use std::io::Write; fn main() {{ println!(\"right\"); \
                 std::io::stdout().flush().unwrap(); std::thread::sleep({delay}); }}"
            ),
        )
        .samples(10);
    let ran = lab.measure([""; 0]).exit(0);
    let delay_ns = DELAY_MS as f64 * 1e6;
    // The quickest of ten launches: a busy machine makes any one slower, not quicker.
    let least = |workload: &str, metric: &str| {
        f64_of(&ran.files.row(workload, "native/static", metric)["min"])
    };
    let first = |workload: &str| least(workload, "time_to_first_result");
    let plain = first("right");
    for workload in ["sleeps", "spins"] {
        let delayed = first(workload);
        assert!(delayed >= delay_ns, "{workload}: {delayed} ns");
        assert!(
            delayed - plain < 1.5 * delay_ns,
            "{workload}: {delayed} ns, without the delay {plain} ns"
        );
    }
    // A delay after the output is in the teardown, and not in the first result.
    assert!(first("lingers") < delay_ns, "{} ns", first("lingers"));
    // The slowest: where the lab holds the output late, the rest of the delay is shorter.
    let lingers = &ran.files.row("lingers", "native/static", "teardown")["max"];
    assert!(f64_of(lingers) >= delay_ns);
    assert!(least("right", "teardown") < delay_ns);
}

#[test]
fn the_phases_of_every_sample_sum_to_its_value() {
    let lab = Lab::fixture()
        .isolation("native/dynamic")
        .runner(&Runner::new("good", GOOD_JOB).every_start())
        .samples(10);
    let ran = lab
        .measure([""; 0])
        .exit(0)
        .rows("right", "native/dynamic", "measured", "")
        .rows("right", "good/plain", "measured", "");
    let run = ran.files.json("run.json");
    let mut summed = 0;
    for sample in ran.files.samples() {
        let row = &run["rows"][sample["row"].as_u64().expect("a row") as usize];
        let phases = sample["phases"].as_object().expect("phases");
        if row["metric"] == "time_to_first_result" {
            let sum: f64 = phases.values().map(f64_of).sum();
            assert!((sum - f64_of(&sample["value"])).abs() < 0.5, "{sample}");
            assert!(phases.values().all(|ns| f64_of(ns) >= 0.0), "{sample}");
            summed += 1;
        } else {
            assert!(phases.is_empty(), "{sample}");
        }
    }
    assert_eq!(summed, 10 * 5, "two native rows and three starts");
    let warm: Vec<_> = ran
        .files
        .rows("right", "good/plain")
        .into_iter()
        .filter(|row| row["metric"] == "instantiate_warm")
        .collect();
    assert_eq!(warm.len(), 1, "for the start `loaded` alone");
    assert_eq!(warm[0]["median"], 2.0, "the median of its repeats");
}

#[test]
fn an_output_of_many_pages_is_as_right_as_a_short_one() {
    let long = "a line of output\n".repeat(2400);
    let print = "fn main() { print!(\"{}\", \"a line of output\\n\".repeat(2400)); }";
    let job = GOOD_JOB.replace("echo right", "yes 'a line of output' | head -n 2400");
    Lab::fixture()
        .runner(&Runner::new("good", &job).every_start())
        .write("workloads/right/src/main.rs", print)
        .write("workloads/right/expected.txt", &long)
        .measure([""; 0])
        .exit(0)
        .rows("right", "native/static", "measured", "")
        .rows("right", "good/plain", "measured", "");
}

#[test]
fn a_grant_is_fresh_for_every_launch() {
    let source = "fn main() { let grant = std::env::args().nth(1).unwrap(); \
        let path = std::path::Path::new(&grant).join(\"number\"); \
        let text = std::fs::read_to_string(&path).unwrap(); \
        std::fs::write(&path, \"spoilt\").unwrap(); print!(\"{text}\"); }";
    let lab = Lab::fixture().guest("grantee", source).replace(
        "workloads/grantee/workload.toml",
        "[run]",
        "[run]\nargs = [\"{grant}\"]",
    );
    let toml = "workloads/grantee/workload.toml";
    let text = std::fs::read_to_string(lab.path().join(toml)).expect("reads a file");
    std::fs::create_dir(lab.path().join("workloads/grantee/files")).expect("makes a folder");
    lab.write(toml, &format!("{text}\n[grant]\nfiles = \"files\"\n"))
        .write("workloads/grantee/files/number", "right\n")
        .measure(["-w", "grantee"])
        .exit(0)
        .rows("grantee", "native/static", "measured", "");
}
